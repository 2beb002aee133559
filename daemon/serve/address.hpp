// A listen address in, a listening socket out. Every refusal names the address, the cause and the remedy.
#pragma once

#include <sys/types.h>

#include <string>

namespace myod::serve {

/// Throws std::invalid_argument, `"ADDRESS": must be ...`, when this version of myod can listen there on no machine.
void check_address(const std::string& address);

struct Target;  ///< an address, understood

/// A listening, non-blocking socket; closes it, and removes its file while that is still its own.
class ListeningSocket {
 public:
  /// unix:PATH (missing folders are made, 0750; the socket is 0660; a left-over one is replaced when nobody answers on
  /// it), tcp:HOST:PORT or http://HOST:PORT with a loopback HOST. Throws as check_address(), or std::runtime_error.
  explicit ListeningSocket(const std::string& address);
  ~ListeningSocket();
  ListeningSocket(ListeningSocket&&) noexcept;
  ListeningSocket& operator=(ListeningSocket&&) = delete;

  int fd() const { return fd_; }
  int family() const { return family_; }
  const std::string& address() const { return address_; }  ///< as bound, the port filled in

 private:
  void listen_unix(const Target&);
  void listen_tcp(const Target&);

  std::string address_;
  std::string path_;  ///< of a bound Unix socket
  int fd_ = -1;
  int family_ = 0;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace myod::serve
