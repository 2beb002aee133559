// The connection of one command to the daemon: the client of tools/client, woken by signals as well and with the exit
// code of what can go wrong. SIGINT, SIGTERM and SIGHUP end a command by an exception, so the terminal is restored on
// the way.
#pragma once

#include <csignal>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "daemon/clock.hpp"
#include "myod/v1/myod.pb.h"
#include "tools/client/client.hpp"

namespace myod::myoctl {

inline constexpr int exit_failed = 1, exit_syntax = 2, exit_wrong_value = 78;

struct Failure : std::runtime_error {
  Failure(int exit_code, const std::string& text) : std::runtime_error(text), code(exit_code) {}
  int code;
};
/// The connection ended; what() says why.
struct Lost : Failure {
  explicit Lost(const std::string& text) : Failure(exit_failed, text) {}
};
/// The user or the system asked us to end: exit code 0.
struct Ended {};

/// While it lives, signals come through poll() instead of interrupting.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  enum class Woke : std::uint8_t { time, fd, other };
  /// Until the time, or something to read on `fd`, or something else: on `other` (-1: none), or a resized window.
  /// Throws Ended.
  Woke wait(std::int64_t until_ns, int fd = -1, int other = -1);

 private:
  sigset_t before_;
  int fd_;
};

/// Throws a refusal as a Failure: what was asked for is wrong, or it could not be done.
void check(const v1::Reply& reply);

class Link {
 public:
  /// Empty: the defaults in their order. Throws Failure: 78 for what is no address, 1 when nobody answers.
  Link(Signals& signals, const std::string& address);

  const v1::ServerHello& hello() const { return client_->hello(); }
  const std::string& address() const { return client_->address(); }

  /// Throws Lost.
  void send(const v1::ClientMessage& message);
  void subscribe(const v1::Subscribe& subscription);

  /// The next message; nothing at the deadline, when the window was resized or when `other` has something to read.
  /// Throws Lost, Ended, and as a Failure the refusal of a subscription.
  std::optional<v1::ServerMessage> wait(std::int64_t until_ns, int other = -1);

 private:
  Signals& signals_;
  std::optional<client::Client> client_;
};

}  // namespace myod::myoctl
