// The connection of one command to the daemon; see link.hpp.
#include "tools/myoctl/link.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "config/version.hpp"
#include "tools/myoctl/text.hpp"

namespace myod::myoctl {
namespace {

constexpr std::int64_t heartbeat_ns = 500'000'000;  // the client sends its heartbeats only while it is asked to receive

// What the client throws, as a Failure with its exit code.
template <typename Call>
auto translated(Call call) {
  try {
    return call();
  } catch (const client::Disconnected& e) {
    throw Lost(e.what());
  }
}

}  // namespace

Signals::Signals() {
  sigset_t mine;
  sigemptyset(&mine);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) sigaddset(&mine, number);
  sigprocmask(SIG_BLOCK, &mine, &before_);
  fd_ = signalfd(-1, &mine, SFD_CLOEXEC | SFD_NONBLOCK);
}

Signals::~Signals() {
  close(fd_);
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

Signals::Woke Signals::wait(std::int64_t until_ns, int fd, int other) {
  std::array<pollfd, 3> polled{{{fd_, POLLIN, 0}, {fd, POLLIN, 0}, {other, POLLIN, 0}}};
  const std::int64_t left_ms = std::clamp<std::int64_t>((until_ns - monotonic_ns() + 999'999) / 1'000'000, 0, 60'000);
  if (poll(polled.data(), polled.size(), static_cast<int>(left_ms)) <= 0) return Woke::time;
  signalfd_siginfo info{};
  while (polled[0].revents != 0 && read(fd_, &info, sizeof info) == sizeof info)
    if (info.ssi_signo != SIGWINCH) throw Ended{};
  return polled[1].revents != 0 ? Woke::fd : Woke::other;
}

void check(const v1::Reply& reply) {
  const auto error = reply.error();
  if (error == v1::ERROR_CODE_NONE) return;
  const bool wrong = error == v1::ERROR_CODE_UNKNOWN_CHANNEL || error == v1::ERROR_CODE_BAD_VALUE;
  throw Failure(wrong ? exit_wrong_value : exit_failed,
                reply.text().empty() ? "myod refused" : printable(reply.text()));
}

Link::Link(Signals& signals, const std::string& address) : signals_(signals) {
  try {
    client_.emplace(address, "myoctl " + std::string(config::version));
  } catch (const std::invalid_argument& e) {
    throw Failure(exit_wrong_value, e.what());
  } catch (const client::Disconnected& e) {
    throw Lost(e.what());
  } catch (const std::runtime_error& e) {
    throw Failure(exit_failed, e.what());
  }
}

void Link::send(const v1::ClientMessage& message) {
  translated([&] { client_->send(message); });
}

void Link::subscribe(const v1::Subscribe& subscription) {
  translated([&] { client_->subscribe(subscription); });
}

std::optional<v1::ServerMessage> Link::wait(std::int64_t until_ns, int other) {
  while (true) {
    if (auto message = translated([&] { return client_->receive(client::Clock::now()); })) {
      if (message->has_reply() && message->reply().id() == 0) check(message->reply());
      return message;
    }
    const std::int64_t next_ns = std::min(until_ns, monotonic_ns() + heartbeat_ns);
    const auto woke = signals_.wait(next_ns, client_->fd(), other);
    if (woke == Signals::Woke::other || (woke == Signals::Woke::time && next_ns == until_ns)) return std::nullopt;
  }
}

}  // namespace myod::myoctl
