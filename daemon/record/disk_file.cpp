#include "daemon/record/disk_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace myod::record {

namespace {

constexpr std::array<std::pair<int, const char*>, 6> remedies{{
    {ENOSPC, "free some space, then record again"},
    {EDQUOT, "free some space or raise the quota, then record again"},
    {EFBIG, "raise the limit on file sizes (ulimit -f), then record again"},
    {EACCES, "give the daemon's user write access to the data folder"},
    {EROFS, "choose a data folder on a disk that can be written"},
    {EEXIST, "choose another label, or wait a second"},
}};

/// Missing folders of `dir`, 0750 whatever the umask leaves of it.
int make_folders(const std::filesystem::path& dir) {
  std::filesystem::path at;
  for (const auto& part : dir) {
    at /= part;
    if (mkdir(at.c_str(), 0750) == 0 || errno == EEXIST) continue;
    const int why = errno;  // looking overwrites it
    std::error_code none;
    if (!std::filesystem::is_directory(at, none)) return why;
  }
  return 0;
}

/// A new name is durable only when its folder is.
void sync_folder(const std::filesystem::path& dir) {
  const int fd = open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

}  // namespace

DiskFile::DiskFile(const std::filesystem::path& path) : path_(path) {
  if (const int code = make_folders(path.parent_path()); code != 0) {
    fail("cannot make the folder of", code);
    return;
  }
  fd_ = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
  if (fd_ < 0) {
    fail("cannot create", errno);
    return;
  }
  sync_folder(path.parent_path());
}

DiskFile::~DiskFile() {
  if (fd_ >= 0) close(fd_);
}

void DiskFile::fail(const char* what, int code) {
  error_ = std::string(what) + " " + path_.string() + ": " + std::strerror(code);
  for (const auto& [known, remedy] : remedies)
    if (known == code) error_ += std::string(": ") + remedy;
  buffer_.clear();
}

bool DiskFile::flush() {
  if (!ok()) {
    buffer_.clear();
    return false;
  }
  std::size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t n = write(fd_, buffer_.data() + done, buffer_.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      fail("cannot write", n == 0 ? ENOSPC : errno);
      if (ftruncate(fd_, static_cast<off_t>(written_)) != 0) error_ += " (and the file ends in the middle of a chunk)";
      return false;
    }
    done += static_cast<std::size_t>(n);
  }
  written_ += done;
  buffer_.clear();
  return true;
}

bool DiskFile::sync() {
  if (!flush()) return false;
  if (fdatasync(fd_) != 0 && errno != EINVAL) fail("cannot make durable", errno);  // EINVAL: not a disk, nothing to do
  return ok();
}

}  // namespace myod::record
