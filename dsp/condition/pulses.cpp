#include "dsp/condition/pulses.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace myod::dsp {
namespace {

constexpr double window_s = 1.0, renew_s = 0.1, sigmas = 20.0, mad = 1.4826, refractory = 0.7;
constexpr double lookout_s = 0.005, shortest_s = 0.0075, longest_s = 0.25, jitter = 0.03, follow = 0.1,
                 silent_periods = 3.0;

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
  threshold_ = std::numeric_limits<double>::infinity();
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
  threshold_ = sigma > 0.0 ? sigmas * sigma : std::numeric_limits<double>::infinity();
}

/// Have the last candidates one period? Then it is known.
bool PulseDetector::regular() noexcept {
  if (known_ > 0.0) return true;
  if (seen_ < needed) return false;
  std::array<double, needed - 1> intervals{}, sorted{};
  for (std::size_t i = 0; i + 1 < needed; ++i)
    intervals[i] = static_cast<double>(candidates_[(seen_ + i + 1) % needed] - candidates_[(seen_ + i) % needed]);
  sorted = intervals;
  std::sort(sorted.begin(), sorted.end());
  const double middle = 0.5 * (sorted[1] + sorted[2]);
  if (middle < shortest_ || middle > longest_) return false;
  for (const double interval : intervals)
    if (std::abs(interval - middle) > jitter * middle + 1.0) return false;
  period_ = middle;
  return true;
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
  if (!(step > threshold_) || (last_ > 0 && static_cast<double>(now - last_) < least)) return false;
  const double interval = static_cast<double>(now - last_);
  last_ = now;
  candidates_[seen_ % needed] = now;
  ++seen_;
  if (running_) {
    if (std::abs(interval - period_) < follow * period_) period_ += follow * (interval - period_);
    ++pulses_;
    return true;
  }
  if (!regular()) return false;
  running_ = true;
  pulses_ = known_ > 0.0 ? 1 : needed;
  first_ = known_ > 0.0 ? now : candidates_[seen_ % needed];
  return true;
}

}  // namespace myod::dsp
