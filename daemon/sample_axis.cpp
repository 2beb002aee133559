#include "daemon/sample_axis.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace myod::daemon {

namespace {

constexpr std::size_t most_waiting = 8192;
constexpr double settle_s = 0.25;        // a burst that came in is over when this long came no more than the rate says
constexpr double long_counter_s = 2.0;   // a counter that wraps slower than this can jump where it cannot be
constexpr double catching_up = 1.25;     // times the nominal rate
constexpr double deciding_errors = 3.0;  // of the timebase: one number of turns within them is certain

std::int64_t settle_time_ns(double rate_hz) {
  return static_cast<std::int64_t>(1e9 * (rate_hz > 0.0 ? std::max(settle_s, 4.0 / rate_hz) : settle_s));
}

}  // namespace

std::uint64_t counter_step(std::uint64_t from, std::uint64_t to, std::uint64_t modulus, std::uint64_t windows) {
  const std::uint64_t least = std::max<std::uint64_t>(windows, 1);
  if (modulus == 0) return least;
  const std::uint64_t step = (to % modulus + modulus - from % modulus) % modulus;
  if (step >= least) return step;
  return step + (least - step + modulus - 1) / modulus * modulus;
}

SampleAxis::SampleAxis(std::uint64_t modulus, double rate_hz, std::uint32_t instants, AssemblerCounts& counts,
                       OnFrame on_frame)
    : modulus_(modulus),
      rate_hz_(rate_hz),
      instants_(instants),
      settle_ns_(settle_time_ns(rate_hz)),
      counts_(counts),
      on_frame_(std::move(on_frame)),
      timebase_(rate_hz),
      watch_(rate_hz) {}

void SampleAxis::place(const sensors::Frame& frame, std::uint64_t windows, std::int64_t arrival_ns) {
  if (!any_) return deliver(frame, instants_, arrival_ns);
  if (reopened_) {
    reopened_ = false;
    return deliver_by_clock(frame, arrival_ns);
  }
  if (strange_ && resolve_strange(frame)) return deliver(frame, instants_, arrival_ns);
  const std::uint64_t before = waiting_.empty() ? counter_ : waiting_.back().frame.counter;
  const std::uint64_t step = counter_step(before, frame.counter, modulus_, windows * instants_);
  if (waiting_.empty() && strange(step, arrival_ns)) {
    strange_ = Waiting{frame, step, arrival_ns};
    return;
  }
  if (!waiting_.empty()) return wait(frame, step, arrival_ns);
  if (modulus_ == 0 || !timebase_.known()) return deliver(frame, step, arrival_ns);
  const double late = late_by(step, arrival_ns), half_turn = static_cast<double>(modulus_) / 2.0;
  if (arrival_ns > arrival_ns_ && late >= std::max(half_turn, 1.25 * usual_late_)) return wait(frame, step, arrival_ns);
  const bool blurred = step != instants_ && late >= half_turn && give(arrival_ns) >= half_turn;
  deliver(frame, step, arrival_ns, blurred ? Gap::guessed : Gap::counted);
}

void SampleAxis::deliver(const sensors::Frame& frame, std::uint64_t step, std::int64_t arrival_ns, Gap gap) {
  std::uint64_t lost = step - instants_;
  if (!any_) {
    index_ = lost = from_zero_ && modulus_ != 0 ? frame.counter : 0;
    any_ = true;
  } else {
    index_ += step;
  }
  counts_.lost += lost;
  if (lost != 0) ++counts_.gaps;
  counts_.frames += instants_;
  counter_ = frame.counter;
  arrival_ns_ = arrival_ns;
  untaught_ = true;
  const bool guessed = std::exchange(reanchored_, false) || gap == Gap::guessed || gap == Gap::restarted;
  on_frame_({&frame, index_, instants_, guessed, gap == Gap::by_clock, gap == Gap::restarted});
}

// The counter says nothing of what was before: how long it took is all that is known.
void SampleAxis::deliver_by_clock(const sensors::Frame& frame, std::int64_t arrival_ns) {
  std::uint64_t step = instants_;
  if (timebase_.known()) {
    const double due = late_by(0, arrival_ns);
    step = due > static_cast<double>(instants_) ? static_cast<std::uint64_t>(std::llround(due)) : instants_;
  }
  deliver(frame, step, arrival_ns, Gap::restarted);
  timebase_.reset();
  watch_.restart();
}

// In samples, how much later than due a frame came that is `step` after the newest. It is due with its last instant.
double SampleAxis::late_by(std::uint64_t step, std::int64_t arrival_ns) const {
  return timebase_.index_at(arrival_ns) - static_cast<double>(index_ + step + instants_ - 1);
}

/// Within so many samples the host clock cannot tell.
double SampleAxis::give(std::int64_t now_ns) const { return deciding_errors * timebase_.index_error_at(now_ns); }

bool SampleAxis::too_early(std::uint64_t step, std::int64_t now_ns) const {
  return !timebase_.known() || late_by(waiting_steps_ + step, now_ns) < -static_cast<double>(modulus_) / 2.0;
}

bool SampleAxis::strange(std::uint64_t step, std::int64_t arrival_ns) const {
  if (modulus_ == 0 || step == instants_) return false;
  if (rate_hz_ <= 0.0) return step > modulus_ / 2;
  if (static_cast<double>(modulus_) / rate_hz_ < long_counter_s) return false;
  const double passed = static_cast<double>(arrival_ns - arrival_ns_) * 1e-9 * rate_hz_;
  return static_cast<double>(step) > 2.0 * passed + rate_hz_;
}

// The second frame after a strange one: does it agree with it? Then the device began again.
bool SampleAxis::resolve_strange(const sensors::Frame& frame) {
  const Waiting held = *strange_;
  strange_.reset();
  if (counter_step(held.frame.counter, frame.counter, modulus_, instants_) == instants_) {
    const std::uint64_t ended_at = counter_ + instants_;
    counts_.wraps = held.frame.counter != 0 ? 0 : counts_.wraps_at == ended_at ? counts_.wraps + 1 : 1;
    counts_.wraps_at = ended_at;
    deliver_by_clock(held.frame, held.arrival_ns);
    return true;
  }
  ++counts_.corrupted;
  return false;
}

void SampleAxis::wait(const sensors::Frame& frame, std::uint64_t step, std::int64_t arrival_ns) {
  if (waiting_.empty()) waiting_steps_ = 0;
  waiting_steps_ += step;
  const double late = late_by(waiting_steps_, arrival_ns);
  waiting_late_ = waiting_.empty() ? late : std::min(waiting_late_, late);
  waiting_.push_back({frame, step, arrival_ns});
  if (waiting_.size() >= most_waiting) release_waiting(true);
}

bool SampleAxis::still_catching_up(std::int64_t now_ns) const {
  if (now_ns - waiting_.front().arrival_ns < settle_ns_) return true;
  const auto recent = std::count_if(waiting_.begin(), waiting_.end(),
                                    [&](const Waiting& w) { return w.arrival_ns > now_ns - settle_ns_; });
  return static_cast<double>(recent * instants_) >
         catching_up * rate_hz_ * static_cast<double>(settle_ns_) * 1e-9 + 2.0;
}

void SampleAxis::settle(std::int64_t now_ns) {
  if (!waiting_.empty()) {
    if (waiting_late_ < static_cast<double>(modulus_) / 2.0)
      release_waiting(false);
    else if (!still_catching_up(now_ns))
      release_waiting(true);
  }
  if (untaught_ && waiting_.empty()) {
    untaught_ = false;
    const std::uint64_t newest = index_ + instants_ - 1;
    if (rate_hz_ > 0.0 && watch_.observe(newest, arrival_ns_, timebase_.assumed_rate_hz())) {
      timebase_.follow(watch_.rate_hz());
      reanchored_ = true;
    }
    if (!timebase_.observe(newest, arrival_ns_)) reanchored_ = true;
  }
}

// The timebase is the finer one, where it is right.
double SampleAxis::measured_rate_hz() const {
  const double fine = timebase_.measured_rate_hz(), coarse = watch_.rate_hz();
  return std::abs(coarse / fine - 1.0) <= RateWatch::tolerance ? fine : coarse;
}

// The least late of the frames that wait came as late as the least late ones always do, and by whole turns later.
SampleAxis::Turns SampleAxis::turns_missing() const {
  const auto modulus = static_cast<double>(modulus_);
  const double whole = std::max(0.0, std::round(waiting_late_ / modulus));
  if (whole == 0.0) return {};
  const double most = give(waiting_.front().arrival_ns);
  const bool certain = std::abs(waiting_late_ - whole * modulus) <= most && most < modulus / 2.0;
  return {static_cast<std::uint64_t>(whole), certain ? Gap::by_clock : Gap::guessed};
}

void SampleAxis::release_waiting(bool by_clock) {
  const Turns turns = by_clock ? turns_missing() : Turns{};
  if (turns.known == Gap::counted && waiting_.back().arrival_ns > waiting_.front().arrival_ns)
    usual_late_ = std::min(std::max(0.9 * usual_late_, waiting_late_), 20.0 * static_cast<double>(modulus_));
  std::vector<Waiting> frames;
  frames.swap(waiting_);
  waiting_steps_ = 0;
  frames.front().step += turns.whole * modulus_;
  const Gap within = turns.known == Gap::guessed ? Gap::guessed : Gap::counted;
  for (const Waiting& w : frames) {
    const bool first = &w == &frames.front();
    deliver(w.frame, w.step, w.arrival_ns, first ? turns.known : w.step != instants_ ? within : Gap::counted);
  }
  if (turns.known != Gap::guessed) return;
  timebase_.reset();
  watch_.restart();
}

void SampleAxis::reopened() {
  if (!waiting_.empty()) release_waiting(true);
  strange_.reset();
  reopened_ = any_;
}

}  // namespace myod::daemon
