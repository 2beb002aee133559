// poll() and non-blocking calls: every wait has its deadline.
#include "tools/client/socket.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <utility>

namespace myod::client {
namespace {

bool wait_for(int fd, short events, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd p{fd, events, 0};
    const int n = poll(&p, 1, static_cast<int>(std::clamp<long>(left, 0, 3'600'000)));
    if (n > 0) return true;
    if (n == 0 && left <= 0) return false;
    if (n < 0 && errno != EINTR) return false;
  }
}

[[noreturn]] void nobody(const std::string& address, int error) {
  const char* remedy = error == EACCES ? "; the daemon belongs to another user: run as that user"
                                       : "; is myod running (tools/run starts it), and does it listen there?";
  throw std::runtime_error("cannot connect to " + address + ": " + std::strerror(error) + remedy);
}

/// 0, or the errno of why not.
int try_connect(int fd, const sockaddr* to, socklen_t size, Clock::time_point deadline) {
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  if (connect(fd, to, size) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (!wait_for(fd, POLLOUT, deadline)) return ETIMEDOUT;
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
  return error;
}

int connect_unix(const std::string& address, const std::string& path, Clock::time_point deadline) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof to.sun_path)
    throw std::invalid_argument(address + ": a socket path has 1 to " + std::to_string(sizeof to.sun_path - 1) +
                                " characters");
  std::copy(path.begin(), path.end(), to.sun_path);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int error = fd < 0 ? errno : try_connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to, deadline);
  if (error == 0) return fd;
  if (fd >= 0) close(fd);
  nobody(address, error);
}

int connect_tcp(const std::string& address, std::string host, const std::string& port, Clock::time_point deadline) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int e = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); e != 0)
    throw std::runtime_error("cannot connect to " + address + ": " + gai_strerror(e) +
                             "; is the name of the host right?");
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(found, freeaddrinfo);
  int error = ECONNREFUSED;
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    const int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
    if (fd < 0) continue;
    error = try_connect(fd, a->ai_addr, a->ai_addrlen, deadline);
    if (error == 0) {
      const int yes = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      return fd;
    }
    close(fd);
  }
  nobody(address, error);
}

}  // namespace

Socket::Socket(const std::string& address, Clock::time_point deadline) {
  if (address.starts_with("unix:")) {
    fd_ = connect_unix(address, address.substr(5), deadline);
    return;
  }
  const auto colon = address.rfind(':');
  if (!address.starts_with("tcp:") || colon <= 4 || colon + 1 == address.size())
    throw std::invalid_argument("'" + address +
                                "' is not an address: use unix:PATH or tcp:HOST:PORT, e.g. tcp:127.0.0.1:7600");
  fd_ = connect_tcp(address, address.substr(4, colon - 4), address.substr(colon + 1), deadline);
}

Socket::~Socket() {
  if (fd_ >= 0) close(fd_);
}

Socket::Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Socket::Got Socket::receive(std::string& out, Clock::time_point deadline) {
  std::array<char, 65536> buffer;  // NOLINT: filled by recv
  for (;;) {
    const ssize_t n = recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n > 0) {
      out.append(buffer.data(), static_cast<std::size_t>(n));
      return Got::bytes;
    }
    if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) return Got::end;
    if (!wait_for(fd_, POLLIN, deadline)) return Got::nothing;
  }
}

bool Socket::send(std::string_view bytes, Clock::time_point deadline) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
      continue;
    }
    if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return false;
    if (!wait_for(fd_, POLLOUT, deadline)) return false;
  }
  return true;
}

}  // namespace myod::client
