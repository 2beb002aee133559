#include "dsp/condition/pulses.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace myod::dsp {
namespace {

constexpr double window_s = 1.0, renew_s = 0.1, sigmas = 20.0, due_sigmas = 5.0, mad = 1.4826, refractory = 0.7;
constexpr double lookout_s = 0.005, shortest_s = 0.0075, longest_s = 0.25, jitter = 0.03, due_jitter = 0.015,
                 unlikely = 1e-4, follow = 0.1, silent_periods = 3.0;

}  // namespace

PulseDetector::PulseDetector(double rate_hz, double known_hz)
    : second_(static_cast<std::size_t>(window_s * rate_hz)),
      tenth_(std::max<std::size_t>(2, static_cast<std::size_t>(renew_s * rate_hz))),
      lookout_(lookout_s * rate_hz),
      shortest_(shortest_s * rate_hz),
      longest_(longest_s * rate_hz),
      known_(known_hz > 0.0 ? rate_hz / known_hz : 0.0),
      steps_(second_, 0.0),
      sorted_(second_, 0.0) {
  restart();
}

void PulseDetector::restart() noexcept {
  sigma_ = std::numeric_limits<double>::infinity();
  count_ = last_ = 0;
  seen_ = 0;
  running_ = false;
  period_ = known_;
  pulses_ = 0;
}

void PulseDetector::measure() noexcept {
  const auto n = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(count_, second_));
  std::copy_n(steps_.begin(), n, sorted_.begin());
  std::nth_element(sorted_.begin(), sorted_.begin() + n / 2, sorted_.begin() + n);
  const double sigma = mad * sorted_[static_cast<std::size_t>(n / 2)];
  sigma_ = sigma > 0.0 ? sigma : std::numeric_limits<double>::infinity();
}

/// Is it a whole number of periods since the last pulse of the train?
bool PulseDetector::due(double interval) const noexcept {
  if (!running_) return false;
  const double periods = std::round(interval / period_);
  return periods >= 1.0 && std::abs(interval - periods * period_) <= due_jitter * period_ + 1.0;
}

/// Have the newest candidates one period? Then it is known. Few samples a period tell little: chance would do it too.
bool PulseDetector::regular() noexcept {
  if (known_ > 0.0) return true;
  std::array<double, most - 1> intervals{}, sorted{};
  double by_chance = 1.0;
  for (std::size_t n = 1; n < std::min<std::uint64_t>(seen_, most); ++n) {
    intervals[n - 1] = static_cast<double>(candidates_[(seen_ - n) % most] - candidates_[(seen_ - n - 1) % most]);
    sorted = intervals;
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(n / 2),
                     sorted.begin() + static_cast<std::ptrdiff_t>(n));
    const double middle = sorted[n / 2], tolerance = jitter * middle + 1.0;
    if (middle < shortest_ || middle > longest_) return false;
    for (std::size_t i = 0; i < n; ++i)
      if (std::abs(intervals[i] - middle) > tolerance) return false;
    by_chance *= 2.0 * tolerance / middle;
    if (by_chance > unlikely) continue;
    period_ = middle;
    found_ = n + 1;
    return true;
  }
  return false;
}

bool PulseDetector::push(double y) noexcept {
  const double step = count_ == 0 ? 0.0 : std::abs(y - before_);
  before_ = y;
  const std::uint64_t now = count_;
  if (running_ && static_cast<double>(now - last_) > silent_periods * period_) {
    running_ = false;
    seen_ = 0;
    period_ = known_;
  }
  if (now > 0 && now % tenth_ == 0) measure();
  steps_[now % second_] = step;
  ++count_;
  const double least = period_ > 0.0 ? refractory * period_ : lookout_;
  const double interval = static_cast<double>(now - last_);
  if (last_ > 0 && interval < least) return false;
  if (!(step > sigma_ * (due(interval) ? due_sigmas : sigmas))) return false;
  last_ = now;
  candidates_[seen_ % most] = now;
  ++seen_;
  if (running_) {
    const double one = interval / std::max(1.0, std::round(interval / period_));
    if (std::abs(one - period_) < follow * period_) period_ += follow * (one - period_);
    ++pulses_;
    return true;
  }
  if (!regular()) return false;
  running_ = true;
  pulses_ = known_ > 0.0 ? 1 : static_cast<std::uint32_t>(found_);
  first_ = known_ > 0.0 ? now : candidates_[(seen_ - found_) % most];
  return true;
}

}  // namespace myod::dsp
