#include "dsp/condition/pulse_period.hpp"

#include <algorithm>
#include <cmath>

namespace myod::dsp {
namespace {

constexpr double memory_s = 1.0, mean_s = 0.05, look_s = 0.1, cut = 5.0, stands = 2.0, as_high = 0.6, least_mean = 1e-9;
constexpr std::size_t least_period = 24;  // as of the fold

}  // namespace

PulsePeriod::PulsePeriod(double rate_hz, std::size_t longest_period)
    : longest_(longest_period),
      mean_over_(std::max<std::size_t>(1, static_cast<std::size_t>(mean_s * rate_hz))),
      look_every_(std::max<std::size_t>(1, static_cast<std::size_t>(look_s * rate_hz))),
      gain_(1.0 / (memory_s * rate_hz)),
      recent_(2 * (longest_period + 1), 0.0),
      raw_(mean_over_, 0.0),
      correlation_(longest_period + 1, 0.0),
      smooth_(longest_period + 1, 0.0) {}

void PulsePeriod::restart() noexcept {
  for (auto* all : {&recent_, &raw_, &correlation_}) std::ranges::fill(*all, 0.0);
  sum_ = 0.0;
  at_ = raw_at_ = 0;
  count_ = 0;
}

double PulsePeriod::push(double evidence) noexcept {
  sum_ += evidence - raw_[raw_at_];
  raw_[raw_at_] = evidence;
  raw_at_ = raw_at_ + 1 < mean_over_ ? raw_at_ + 1 : 0;
  ++count_;
  const double mean = sum_ / static_cast<double>(std::min<std::uint64_t>(count_, mean_over_));
  const double now = (mean > least_mean ? std::min(evidence / mean, cut) : 1.0) - 1.0;
  const std::size_t size = longest_ + 1;
  at_ = at_ > 0 ? at_ - 1 : size - 1;
  recent_[at_] = recent_[at_ + size] = now;  // the newest first
  for (std::size_t lag = 0; lag < size; ++lag)
    correlation_[lag] += gain_ * (now * recent_[at_ + lag] - correlation_[lag]);
  return count_ % look_every_ == 0 && count_ > 2 * longest_ ? look() : 0.0;
}

double PulsePeriod::look() noexcept {
  double sum = 0.0, squares = 0.0;
  const std::size_t first = least_period;
  for (std::size_t lag = first; lag < longest_; ++lag) {
    smooth_[lag] = (correlation_[lag - 1] + correlation_[lag] + correlation_[lag + 1]) / 3.0;
    sum += smooth_[lag], squares += smooth_[lag] * smooth_[lag];
  }
  const double n = static_cast<double>(longest_ - first), mean = sum / n;
  const double deviation = std::sqrt(std::max(0.0, squares / n - mean * mean));
  const auto begin = smooth_.begin() + static_cast<std::ptrdiff_t>(first);
  const auto end = smooth_.begin() + static_cast<std::ptrdiff_t>(longest_);
  const double highest = *std::max_element(begin, end);
  if (!(highest - mean > stands * deviation)) return 0.0;
  // The first peak that is about as high: the others are its multiples.
  for (std::size_t lag = first + 1; lag + 1 < longest_; ++lag)
    if (smooth_[lag] - mean > as_high * (highest - mean) && smooth_[lag] >= smooth_[lag - 1] &&
        smooth_[lag] >= smooth_[lag + 1])
      return refined(lag);
  return 0.0;
}

/// Of the highest place near each multiple of the lag, which tells it finer the farther it lies.
double PulsePeriod::refined(std::size_t lag) const noexcept {
  auto period = static_cast<double>(lag);
  for (double times = 2.0; times * period + 4.0 < static_cast<double>(longest_); times += 1.0) {
    const auto about = static_cast<std::size_t>(std::lround(times * period));
    const auto from = smooth_.begin() + static_cast<std::ptrdiff_t>(about - 3);
    const auto best = std::max_element(from, from + 7);
    period = static_cast<double>(best - smooth_.begin()) / times;
  }
  return period;
}

}  // namespace myod::dsp
