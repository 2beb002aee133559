#include "daemon/session.hpp"

#include <chrono>

namespace myod::daemon {

namespace {

using Kind = sensors::Step::Kind;

constexpr std::size_t most_input = 8192;
constexpr int most_drains = 1000;  // a device that never falls silent is asked all the same: the answer decides

}  // namespace

Session::Session(boost::asio::io_context& io, port::Port& port, std::vector<sensors::Step> steps,
                 std::vector<sensors::Refusal> refusals, OnDone on_done)
    : timer_(io), port_(port), steps_(std::move(steps)), refusals_(std::move(refusals)), on_done_(std::move(on_done)) {}

void Session::run() {
  for (; at_ < steps_.size(); ++at_) {
    const sensors::Step& step = steps_[at_];
    switch (step.kind) {
      case Kind::send:
        port_.write({reinterpret_cast<const std::uint8_t*>(step.bytes.data()), step.bytes.size()});
        break;
      case Kind::expect:
        if (refused()) return;
        if (answered()) break;
        return next_after(step.milliseconds);
      case Kind::drain:
        input_.clear();
        return next_after(step.milliseconds);
      case Kind::wait_ms:
        return next_after(step.milliseconds);
    }
  }
  end("");
}

// When the time is over: an expectation failed, a wait or a drain is done.
void Session::next_after(int milliseconds) {
  timing_ = true;
  timer_.expires_after(std::chrono::milliseconds(milliseconds));
  timer_.async_wait([this, alive = std::weak_ptr<void>(alive_)](const boost::system::error_code& error) {
    if (error || alive.expired() || !timing_) return;
    timing_ = false;
    const sensors::Step& step = steps_[at_];
    if (step.kind == Kind::expect)
      return end("no answer: expected \"" + step.bytes + "\" within " + std::to_string(step.milliseconds) +
                 " ms (is it switched on, and are kind, port and baud rate right?)");
    ++at_;
    run();
  });
}

void Session::input(std::span<const std::uint8_t> bytes) {
  if (at_ >= steps_.size()) return;
  const sensors::Step& step = steps_[at_];
  if (step.kind == Kind::drain) {
    if (++drained_ < most_drains) next_after(step.milliseconds);
    return;
  }
  input_.append(bytes.begin(), bytes.end());
  if (input_.size() > most_input) input_.erase(0, input_.size() - most_input);
  if (step.kind != Kind::expect || !timing_ || refused() || !answered()) return;
  timing_ = false;
  timer_.cancel();
  ++at_;
  run();
}

bool Session::refused() {
  for (const sensors::Refusal& r : refusals_) {
    if (input_.find(r.answer) == std::string::npos) continue;
    end(r.meaning);
    return true;
  }
  return false;
}

bool Session::answered() {
  const sensors::Step& step = steps_[at_];
  const auto found = input_.find(step.bytes);
  if (found == std::string::npos) return false;
  const auto last = input_.find(step.until, found + step.bytes.size());
  if (last == std::string::npos) return false;
  input_.erase(0, last + step.until.size());
  return true;
}

void Session::end(const std::string& why) {
  at_ = steps_.size();
  timing_ = false;
  const OnDone tell = std::exchange(on_done_, nullptr);
  if (tell) tell(why, std::move(input_));
}

}  // namespace myod::daemon
