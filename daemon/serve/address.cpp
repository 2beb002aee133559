// Sockets by the book, so that no errno is lost: each has its remedy.
#include "daemon/serve/address.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace myod::serve {

struct Target {
  std::string path;  // unix; empty: tcp
  std::string host;
  sockaddr_storage to{};
  socklen_t size = 0;
};

namespace {

constexpr std::string_view http_scheme = "http://";

/// The option that gives such an address.
std::string option(const std::string& address) { return address.starts_with(http_scheme) ? "--http" : "--listen"; }

[[noreturn]] void refuse(const std::string& address, const std::string& why) {
  throw std::runtime_error("cannot listen on " + address + ": " + why);
}

[[noreturn]] void refuse_errno(const std::string& address, int error) {
  if (error == EADDRINUSE)
    refuse(address,
           "another program listens there already (another myod?): stop it, or choose another with " + option(address));
  if (error == EACCES || error == EPERM || error == EROFS)
    refuse(address, std::string(std::strerror(error)) + ": choose one this user may use with " + option(address));
  refuse(address, std::strerror(error));
}

/// Makes the folder and those above it; only what is made gets its mode.
void make_folder(const std::string& address, const std::filesystem::path& folder) {
  if (folder.empty() || std::filesystem::exists(folder)) return;
  make_folder(address, folder.parent_path());
  if (mkdir(folder.c_str(), 0750) != 0 && errno != EEXIST)
    refuse(address, folder.string() + ": " + std::strerror(errno) + ": choose another place with --listen");
}

/// Two daemons that start at once must not both find the other's socket stale: one looks and binds at a time.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder)
      : fd_(open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    while (fd_ >= 0 && flock(fd_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  ~FolderLock() {
    if (fd_ >= 0) close(fd_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int fd_;
};

/// Removes a socket nobody answers on.
void replace_stale(const std::string& address, const std::string& path, const sockaddr_un& to) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) return;
  if (!S_ISSOCK(found.st_mode)) refuse(address, "there is a file that is not a socket: remove it, or choose another");
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int error = connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 ? 0 : errno;
  close(fd);
  if (error == 0 || error == EAGAIN)
    throw std::runtime_error("another myod is running at " + address +
                             ": use that one, stop it, or choose another address with --listen");
  if (error == ENOENT) return;
  if (error != ECONNREFUSED) refuse_errno(address, error);
  if (unlink(path.c_str()) != 0 && errno != ENOENT) refuse_errno(address, errno);
}

[[noreturn]] void wrong(const std::string& address, const std::string& must) {
  throw std::invalid_argument('"' + address + "\": " + must);
}

bool loopback(const sockaddr_storage& to) {
  if (to.ss_family == AF_INET) return (ntohl(reinterpret_cast<const sockaddr_in&>(to).sin_addr.s_addr) >> 24) == 127;
  return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6&>(to).sin6_addr);
}

Target parse_unix(const std::string& address, const std::string& path) {
  Target target;
  auto& to = reinterpret_cast<sockaddr_un&>(target.to);
  if (path.empty() || path.size() >= sizeof to.sun_path)
    wrong(address, "the path of a socket must have 1.." + std::to_string(sizeof to.sun_path - 1) + " characters");
  to.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), to.sun_path);
  target.path = path;
  target.size = sizeof to;
  return target;
}

Target parse_tcp(const std::string& address, const std::string& host, const std::string& port) {
  std::uint16_t number = 0;
  const auto parsed = std::from_chars(port.data(), port.data() + port.size(), number);
  if (port.empty() || parsed.ec != std::errc{} || parsed.ptr != port.data() + port.size())
    wrong(address, "the port must be 0..65535 (0 picks one)");
  Target target;
  target.host = host;
  auto& v4 = reinterpret_cast<sockaddr_in&>(target.to);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(target.to);
  if (inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(number);
    target.size = sizeof v4;
  } else if (host.size() > 2 && host.front() == '[' && host.back() == ']' &&
             inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(number);
    target.size = sizeof v6;
  }
  if (target.size == 0 || !loopback(target.to))
    wrong(address,
          "the host must be of this machine (127.0.0.1, localhost, [::1]): signals of a person would travel the "
          "network unprotected, and this version has no TLS: listen on 127.0.0.1:" +
              port + " and reach it from elsewhere through an SSH tunnel (ssh -L " + port + ":127.0.0.1:" + port +
              " HOST)");
  return target;
}

Target parse(const std::string& address) {
  const auto colon = address.rfind(':');
  if (address.starts_with("unix:")) return parse_unix(address, address.substr(5));
  for (const std::string_view scheme : {std::string_view("tcp:"), http_scheme})
    if (address.starts_with(scheme) && colon > scheme.size())
      return parse_tcp(address, address.substr(scheme.size(), colon - scheme.size()), address.substr(colon + 1));
  if (address.starts_with(http_scheme))
    throw std::invalid_argument('"' + address.substr(http_scheme.size()) +
                                "\": must be off or HOST:PORT, e.g. 127.0.0.1:7680");
  wrong(address, "must be unix:PATH or tcp:HOST:PORT, e.g. tcp:127.0.0.1:7600");
}

}  // namespace

void check_address(const std::string& address) { (void)parse(address); }

ListeningSocket::ListeningSocket(const std::string& address) : address_(address) {
  const Target target = parse(address);
  try {
    if (target.path.empty())
      listen_tcp(target);
    else
      listen_unix(target);
  } catch (...) {
    if (fd_ >= 0) close(fd_);
    throw;
  }
}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : address_(std::move(other.address_)),
      path_(std::exchange(other.path_, {})),
      fd_(std::exchange(other.fd_, -1)),
      family_(other.family_),
      device_(other.device_),
      inode_(other.inode_) {}

ListeningSocket::~ListeningSocket() {
  if (fd_ >= 0) close(fd_);
  struct stat now {};
  if (!path_.empty() && lstat(path_.c_str(), &now) == 0 && now.st_dev == device_ && now.st_ino == inode_)
    unlink(path_.c_str());
}

void ListeningSocket::listen_unix(const Target& target) {
  const std::string& path = target.path;
  const auto folder = std::filesystem::path(path).parent_path();
  make_folder(address_, folder);
  const FolderLock lock(folder);
  replace_stale(address_, path, reinterpret_cast<const sockaddr_un&>(target.to));
  family_ = AF_UNIX;
  fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0) refuse_errno(address_, errno);
  if (bind(fd_, reinterpret_cast<const sockaddr*>(&target.to), target.size) != 0) refuse_errno(address_, errno);
  struct stat made {};
  if (chmod(path.c_str(), 0660) != 0 || lstat(path.c_str(), &made) != 0 || listen(fd_, SOMAXCONN) != 0)
    refuse_errno(address_, errno);
  path_ = path;
  device_ = made.st_dev;
  inode_ = made.st_ino;
}

void ListeningSocket::listen_tcp(const Target& target) {
  family_ = target.to.ss_family;
  fd_ = socket(family_, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0) refuse_errno(address_, errno);
  const int yes = 1;
  setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_storage to = target.to;
  socklen_t size = target.size;
  if (bind(fd_, reinterpret_cast<const sockaddr*>(&to), size) != 0 || listen(fd_, SOMAXCONN) != 0)
    refuse_errno(address_, errno);
  getsockname(fd_, reinterpret_cast<sockaddr*>(&to), &size);
  const in_port_t port = family_ == AF_INET ? reinterpret_cast<const sockaddr_in&>(to).sin_port
                                            : reinterpret_cast<const sockaddr_in6&>(to).sin6_port;
  address_.replace(address_.rfind(':') + 1, std::string::npos, std::to_string(ntohs(port)));
}

}  // namespace myod::serve
