#include "daemon/control/page_file.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace myod::control {

namespace {

constexpr std::size_t sequence_word = offsetof(myod_control_page, sequence) / 8;
constexpr std::size_t all_words = sizeof(myod_control_page) / 8;

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw std::runtime_error("cannot make the control page " + path + ": " + why);
}

[[noreturn]] void refuse_errno(const std::string& path, int error) {
  const std::string place = "; its folder is that of the first unix: address of --listen, else $XDG_RUNTIME_DIR";
  if (error == ENOSPC || error == EDQUOT) refuse(path, std::string(std::strerror(error)) + ": free some" + place);
  refuse(path, std::string(std::strerror(error)) + ": choose a folder this user may write to" + place);
}

struct flock whole_file(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

/// Somebody else's page, and he lives.
void refuse_foreign(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;  // making it tells why it cannot be had
  auto lock = whole_file(F_RDLCK);
  const bool held = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close(fd);
  if (held)
    refuse(path,
           "another myod writes it: stop that one, name the sensor otherwise, or choose another folder with --listen");
}

}  // namespace

PageFile::PageFile(std::string path, const myod_control_page& first) : path_(std::move(path)) {
  refuse_foreign(path_);
  std::error_code ignored;  // then it cannot be opened, and says why
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  const std::string draft = path_ + ".new";
  unlink(draft.c_str());
  fd_ = open(draft.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (fd_ < 0) refuse_errno(path_, errno);
  const auto give_up = [&](int error) {
    unlink(draft.c_str());
    close(fd_);
    refuse_errno(path_, error);
  };
  auto lock = whole_file(F_WRLCK);
  // Room is taken now: a page that no disk holds would end the dsp thread with SIGBUS.
  if (const int error = posix_fallocate(fd_, 0, sizeof(myod_control_page)); error != 0) give_up(error);
  if (fchmod(fd_, 0640) != 0 || fcntl(fd_, F_OFD_SETLK, &lock) != 0) give_up(errno);
  void* at = mmap(nullptr, sizeof(myod_control_page), PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
  if (at == MAP_FAILED) give_up(errno);
  std::memcpy(at, &first, sizeof first);  // nobody can see it yet
  words_ = static_cast<std::uint64_t*>(at);
  words_[sequence_word] = 0;
  if (rename(draft.c_str(), path_.c_str()) != 0) {
    const int error = errno;
    munmap(words_, sizeof(myod_control_page));
    give_up(error);
  }
}

PageFile::~PageFile() {
  struct stat ours {
  }, named{};
  if (fstat(fd_, &ours) == 0 && stat(path_.c_str(), &named) == 0 && ours.st_ino == named.st_ino &&
      ours.st_dev == named.st_dev)
    unlink(path_.c_str());
  munmap(words_, sizeof(myod_control_page));
  close(fd_);
}

void PageFile::write(const myod_control_page& page) noexcept {
  std::array<std::uint64_t, all_words> words;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  const std::size_t used =
      (offsetof(myod_control_page, channel) + page.channels * sizeof(myod_control_channel)) / sizeof words[0];
  std::memcpy(words.data(), &page, used * sizeof words[0]);
  const std::atomic_ref<std::uint64_t> sequence(words_[sequence_word]);
  sequence.store(++sequence_, std::memory_order_release);
  for (std::size_t i = sequence_word + 1; i < used; ++i) {
    const std::atomic_ref<std::uint64_t> word(words_[i]);
    if (word.load(std::memory_order_relaxed) != words[i]) word.store(words[i], std::memory_order_release);
  }
  sequence.store(++sequence_, std::memory_order_release);
  syscall(SYS_futex, words_ + sequence_word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace myod::control
