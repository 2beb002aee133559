// Who is at the other end of a socket, as the kernel knows it: never as the peer says.
#pragma once

#include <string>
#include <string_view>

namespace myod::serve {

enum class Role : unsigned char { viewer, op };

inline std::string_view word(Role role) { return role == Role::op ? "operator" : "viewer"; }

struct Peer {
  Role role = Role::viewer;
  std::string name;  ///< for people: "pid 123 of uid 1000", "127.0.0.1:50000"
  std::string key;   ///< the same for every connection of this peer: uid or IP address
};

/// A Unix peer of our own uid, or root, is operator; all others are viewers.
Peer identify(int socket_fd);

}  // namespace myod::serve
