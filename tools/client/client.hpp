// A client of the daemon: connects, says Hello, sends messages, receives messages with a deadline. No threads:
// heartbeats are sent and checked inside receive(), so a client that is alive calls it at least once a second. One
// thread per object.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "myod/v1/myod.pb.h"
#include "proto/framing.hpp"
#include "tools/client/socket.hpp"

namespace myod::client {

/// Where a daemon of this machine listens, in the order to try: unix:$XDG_RUNTIME_DIR/myod.sock,
/// unix:/run/myod/myod.sock.
std::vector<std::string> default_addresses();

/// The connection is over: the daemon's Goodbye, or what happened instead of one.
class Disconnected : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// CLOCK_MONOTONIC on both sides (nanoseconds): offset and delay follow as in NTP. On one machine the clocks are the
/// same.
struct RoundTrip {
  std::int64_t t0_ns = 0;  ///< here, sent
  std::int64_t t1_ns = 0;  ///< there, received
  std::int64_t t2_ns = 0;  ///< there, sent
  std::int64_t t3_ns = 0;  ///< here, received
  std::int64_t delay_ns() const { return (t3_ns - t0_ns) - (t2_ns - t1_ns); }
};

class Client {
 public:
  static constexpr std::chrono::milliseconds default_patience{3000};

  /// Connects to `address` (unix:PATH or tcp:HOST:PORT; empty: the defaults in their order) and exchanges Hello.
  /// `program`: name and version of the caller. Throws std::invalid_argument (no address), std::runtime_error (nobody
  /// there, with what to do) or Disconnected (refused, with the daemon's reason).
  Client(const std::string& address, const std::string& program, std::chrono::milliseconds patience = default_patience);

  const v1::ServerHello& hello() const { return hello_; }
  const std::string& address() const { return address_; }  ///< the one that answered

  /// Replaces the subscription so far. Stream descriptions come without asking.
  void subscribe(const v1::Subscribe& subscription);
  /// Any message. Throws Disconnected.
  void send(const v1::ClientMessage& message);
  /// Sends the command under an id of its own and waits for its Reply; what else arrives meanwhile is kept for
  /// receive(). A reply that does not come in time is one with ERROR_CODE_FAILED saying so.
  v1::Reply command(v1::Command command, std::chrono::milliseconds patience);

  /// The next message but heartbeats and pongs; nothing when there is none until the deadline. Throws Disconnected.
  std::optional<v1::ServerMessage> receive(Clock::time_point deadline);
  std::optional<v1::ServerMessage> receive(std::chrono::milliseconds patience) {
    return receive(Clock::now() + patience);
  }

  /// Asks for a round trip now (heartbeats measure one every second too); it is in round_trip() when it has come back.
  void ping();
  const std::optional<RoundTrip>& round_trip() const { return round_trip_; }

  /// For poll() beside other input. Messages may already wait inside: receive until it gives nothing, then poll.
  int fd() const { return socket_->fd(); }

 private:
  void exchange_hello(const std::string& program, Clock::time_point deadline);
  std::optional<v1::ServerMessage> next_from_wire(Clock::time_point deadline);
  bool absorb(const v1::ServerMessage& message);

  std::string address_;
  std::optional<Socket> socket_;
  proto::FrameReader reader_{proto::max_to_client};
  v1::ServerHello hello_;
  std::deque<v1::ServerMessage> kept_;
  std::optional<RoundTrip> round_trip_;
  std::uint64_t next_command_ = 1;
  Clock::time_point heard_, beat_;
};

}  // namespace myod::client
