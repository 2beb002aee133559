#include "tools/myosim/play.hpp"

#include <poll.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <utility>

namespace myod::myosim {

namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t idle_ns = 20'000'000;     // how often to look for a host while there is nothing to send
constexpr std::int64_t boot_ns = 250'000'000;    // a host needs a moment to set its port up after opening it
constexpr std::int64_t linger_ns = 200'000'000;  // closing takes from the host what it has not read yet
constexpr std::size_t most_frames = 256;
constexpr double longest_s = 1e9;  // no duration: 30 years

std::int64_t now_ns() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * second_ns + t.tv_nsec;
}

/// Bytes under way to a host that reads slowly.
class Outbox {
 public:
  std::vector<std::uint8_t>& bytes() { return bytes_; }
  bool empty() const { return written_ == bytes_.size(); }
  void flush(Pty& pty) {
    if (!empty()) written_ += pty.write(std::span(bytes_).subspan(written_));
    if (empty()) clear();
  }
  void clear() {
    bytes_.clear();
    written_ = 0;
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t written_ = 0;
};

/// False when a signal came. Without a host the terminal is not waited for: it would report its hang-up at once.
bool wait_until(std::int64_t deadline_ns, const Pty& pty, bool host, bool for_room, int signals) {
  std::array<pollfd, 2> p{{{signals, POLLIN, 0}, {host ? pty.descriptor() : -1, POLLIN, 0}}};
  if (for_room) p[1].events |= POLLOUT;
  const std::int64_t left = std::max<std::int64_t>(0, deadline_ns - now_ns());
  const timespec timeout{left / second_ns, left % second_ns};
  ppoll(p.data(), p.size(), &timeout, nullptr);
  return (p[0].revents & POLLIN) == 0;
}

}  // namespace

void play(Device& device, Pty& pty, double burst_ms, double duration_s, int signals) {
  const auto burst_ns = static_cast<std::int64_t>(burst_ms * 1e6);
  const std::int64_t begin = now_ns();
  const std::int64_t end = begin + static_cast<std::int64_t>(std::min(duration_s, longest_s) * 1e9);
  std::int64_t deadline = begin, power_up_at = 0;
  bool host = false, powered = false;
  Outbox outbox;
  std::vector<std::uint8_t> commands;

  for (;;) {
    const std::int64_t now = now_ns();
    if (now >= end + linger_ns) return;

    const bool was_host = std::exchange(host, pty.host_present());
    if (was_host && !host) {
      outbox.clear();
      pty.discard();
    }
    if (host && power_up_at == 0) power_up_at = now + boot_ns;
    std::string answer;
    if (!powered && power_up_at != 0 && now >= power_up_at) {
      answer = device.power_up(now);
      powered = true;
    }
    commands.clear();
    pty.read(commands);
    answer += device.receive(commands, now);
    if (host) outbox.bytes().insert(outbox.bytes().end(), answer.begin(), answer.end());

    outbox.flush(pty);
    bool caught_up = true;
    if (outbox.empty() && now >= deadline) {
      caught_up = device.produce(std::min(now, end), host, most_frames, outbox.bytes());
      outbox.flush(pty);
    }
    if (caught_up && now >= deadline) {
      const std::int64_t period = device.streaming() || host ? burst_ns : idle_ns;
      deadline += ((now - deadline) / period + 1) * period;
    }
    if (!wait_until(caught_up ? deadline : now, pty, host, !outbox.empty(), signals)) return;
  }
}

}  // namespace myod::myosim
