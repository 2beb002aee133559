// A connected stream socket to unix:PATH or tcp:HOST:PORT, and nothing of the protocol: bytes with a deadline.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace myod::client {

using Clock = std::chrono::steady_clock;

class Socket {
 public:
  /// Connects; throws std::invalid_argument for an address that is none, std::runtime_error with the address, the cause
  /// and the remedy when nobody answers.
  Socket(const std::string& address, Clock::time_point deadline);
  ~Socket();
  Socket(Socket&&) noexcept;
  Socket& operator=(Socket&&) noexcept;

  enum class Got : unsigned char { bytes, nothing, end };
  /// Appends what has arrived, waiting for the first byte until the deadline (which may be in the past: look only).
  /// end: the other side closed, or the connection broke.
  Got receive(std::string& out, Clock::time_point deadline);

  /// Writes all of it; false when the deadline passes or the connection ends first.
  bool send(std::string_view bytes, Clock::time_point deadline);

  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

}  // namespace myod::client
