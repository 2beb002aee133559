#include "tools/myosim/pty.hpp"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace myod::myosim {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

void make_link(const std::string& link, const std::string& target) {
  std::error_code error;
  const fs::file_status there = fs::symlink_status(link, error);
  if (fs::exists(there)) {
    if (!fs::is_symlink(there))
      throw std::invalid_argument("--link " + link + ": a file of another kind is there; choose another path");
    const std::string old = fs::read_symlink(link, error).string();
    if (fs::exists(link, error) && old.rfind("/dev/pts/", 0) != 0)
      throw std::invalid_argument("--link " + link + ": a link to " + old +
                                  " is there; remove it or choose another path");
  }
  const std::string fresh = link + "." + std::to_string(getpid());  // renamed into place: there is never no link
  fs::create_symlink(target, fresh, error);
  if (!error) fs::rename(fresh, link, error);
  if (error) {
    std::error_code ignored;
    fs::remove(fresh, ignored);
    throw std::runtime_error("--link " + link + ": " + error.message());
  }
}

}  // namespace

Pty::Pty(const std::string& link) {
  master_ = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (master_ < 0) fail("no pseudo-terminal to be had");
  std::array<char, 128> name{};
  if (grantpt(master_) != 0 || unlockpt(master_) != 0 || ptsname_r(master_, name.data(), name.size()) != 0)
    fail("pseudo-terminal");
  path_ = name.data();
  // Raw before any host comes, so nothing is echoed or translated. Opened and closed once, the master also knows from
  // now on whether a host is there (POLLHUP).
  const int slave = open(path_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (slave < 0) fail(path_);
  termios mode{};
  const bool raw = tcgetattr(slave, &mode) == 0 && (cfmakeraw(&mode), tcsetattr(slave, TCSANOW, &mode)) == 0;
  ::close(slave);
  if (!raw) fail(path_);
  if (!link.empty()) {
    make_link(link, path_);
    link_ = link;
  }
}

Pty::~Pty() {
  std::error_code error;
  if (!link_.empty() && fs::read_symlink(link_, error) == path_) fs::remove(link_, error);
  ::close(master_);
}

bool Pty::host_present() const {
  pollfd p{master_, 0, 0};
  return ::poll(&p, 1, 0) >= 0 && (p.revents & POLLHUP) == 0;
}

void Pty::read(std::vector<std::uint8_t>& into) {
  std::array<std::uint8_t, 1024> buffer{};
  for (;;) {
    const ssize_t n = ::read(master_, buffer.data(), buffer.size());
    if (n <= 0) return;  // EAGAIN: nothing now; EIO: no host
    into.insert(into.end(), buffer.begin(), buffer.begin() + n);
  }
}

std::size_t Pty::write(std::span<const std::uint8_t> bytes) {
  const ssize_t n = ::write(master_, bytes.data(), bytes.size());
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

void Pty::discard() { tcflush(master_, TCOFLUSH); }

}  // namespace myod::myosim
