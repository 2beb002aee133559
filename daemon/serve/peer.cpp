// SO_PEERCRED for Unix sockets, the address for TCP.
#include "daemon/serve/peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace myod::serve {
namespace {

Peer of_unix(int fd) {
  ucred who{};
  socklen_t size = sizeof who;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return {Role::viewer, "unknown", "unknown"};
  const std::string uid = "uid " + std::to_string(who.uid);
  const bool trusted = who.uid == 0 || who.uid == geteuid();
  return {trusted ? Role::op : Role::viewer, "pid " + std::to_string(who.pid) + " of " + uid, uid};
}

}  // namespace

Peer identify(int socket_fd) {
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  getsockname(socket_fd, reinterpret_cast<sockaddr*>(&from), &size);
  if (from.ss_family == AF_UNIX) return of_unix(socket_fd);
  size = sizeof from;
  if (getpeername(socket_fd, reinterpret_cast<sockaddr*>(&from), &size) != 0)
    return {Role::viewer, "unknown", "unknown"};
  std::array<char, INET6_ADDRSTRLEN> text{};
  const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
  const bool is_v4 = from.ss_family == AF_INET;
  inet_ntop(from.ss_family, is_v4 ? static_cast<const void*>(&v4.sin_addr) : &v6.sin6_addr, text.data(), text.size());
  const std::string ip = text.data();
  return {Role::viewer, ip + ":" + std::to_string(ntohs(is_v4 ? v4.sin_port : v6.sin6_port)), ip};
}

}  // namespace myod::serve
