#include "dsp/condition/pulse_fold.hpp"

#include <algorithm>
#include <cmath>

namespace myod::dsp {
namespace {

constexpr double least_period = 24.0, gain = 0.125, cut = 5.0, least_deviation = 0.15, away = 0.15;
constexpr double stands = 10.0, lost = 5.0, steady_share = 0.03, steady_places = 2.0, reach_s = 0.005;
constexpr std::uint32_t needed = 8, silent_periods = 3;
constexpr double rises = 0.35, half = 0.5, follow = 0.1, follow_limit = 0.25, least_mean = 1e-9;

}  // namespace

PulseFold::PulseFold(double rate_hz, std::size_t longest_period)
    : rate_hz_(rate_hz),
      average_(longest_period + 1, 0.0),
      smooth_(longest_period + 1, 0.0),
      recent_(longest_period + 1, 0.0) {}

void PulseFold::begin(double period, bool sure) noexcept {
  const bool fits = period >= least_period && period <= static_cast<double>(average_.size());
  period_ = nominal_ = fits ? period : 0.0;
  bins_ = fits ? static_cast<std::size_t>(period) : 1;
  std::fill(average_.begin(), average_.end(), 0.0);
  std::fill(recent_.begin(), recent_.end(), 0.0);
  phase_ = at_ = sum_ = newest_ = before_ = most_ = most_at_ = 0.0;
  filled_ = oldest_ = 0;
  periods_ = 0;
  stood_ = 0;
  needed_ = sure ? needed : 2 * needed;
  known_ = false;
}

/// Places from b to a, the shorter way round.
double PulseFold::apart(double a, double b) const noexcept {
  const auto round = static_cast<double>(bins_);
  return (a - b) - round * std::round((a - b) / round);
}

void PulseFold::push(double evidence) noexcept {
  if (!at_work()) return;
  sum_ += evidence - recent_[oldest_];
  recent_[oldest_] = evidence;
  oldest_ = oldest_ + 1 < bins_ ? oldest_ + 1 : 0;
  filled_ = std::min(filled_ + 1, bins_);
  const double mean = sum_ / static_cast<double>(filled_);
  const double ratio = mean > least_mean ? std::min(evidence / mean, cut) : 0.0;
  newest_ = 0.5 * (before_ + ratio);
  before_ = ratio;

  at_ = phase_;
  const double place = phase_ / period_ * static_cast<double>(bins_);
  const std::size_t bin = std::min(static_cast<std::size_t>(place), bins_ - 1);
  average_[bin] += std::max(gain, 1.0 / static_cast<double>(periods_ + 1)) * (ratio - average_[bin]);
  if (newest_ > most_) most_ = newest_, most_at_ = place;
  phase_ += 1.0;
  if (phase_ < period_) return;
  phase_ -= period_;
  end_period();
}

void PulseFold::end_period() noexcept {
  most_places_[periods_ % remembered] = most_at_;
  ++periods_;
  most_ = most_at_ = 0.0;
  for (std::size_t i = 0; i < bins_; ++i)
    smooth_[i] = (average_[(i + bins_ - 1) % bins_] + average_[i] + average_[(i + 1) % bins_]) / 3.0;
  const double before = centre_, peak_before = peak_;
  look();
  const auto round = static_cast<double>(bins_);
  const bool steady = std::abs(apart(peak_, peak_before)) <= steady_share * round + steady_places;
  const bool stands_now = height_ > stands && periods_ > 2;
  stood_ = stands_now && (stood_ == 0 || steady) ? stood_ + 1 : 0;
  if (stood_ > 1) {
    const double by = follow * apart(centre_, before) * period_ / round;
    period_ = std::clamp(period_ + by, (1.0 - follow_limit) * nominal_, (1.0 + follow_limit) * nominal_);
  }
  known_ = known_ ? height_ > lost : stood_ >= needed_;
}

/// Peak, floor and where the peak begins to rise.
void PulseFold::look() noexcept {
  const auto peak = static_cast<std::size_t>(
      std::max_element(smooth_.begin(), smooth_.begin() + static_cast<std::ptrdiff_t>(bins_)) - smooth_.begin());
  peak_ = static_cast<double>(peak);
  double n = 0.0, sum = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < bins_; ++i) {
    if (std::abs(apart(static_cast<double>(i), peak_)) <= away * static_cast<double>(bins_)) continue;
    n += 1.0, sum += smooth_[i], squares += smooth_[i] * smooth_[i];
  }
  floor_ = sum / n;
  const double deviation = std::sqrt(std::max(0.0, squares / n - floor_ * floor_));
  height_ = (smooth_[peak] - floor_) / std::max(deviation, least_deviation);

  const double above = floor_ + rises * (smooth_[peak] - floor_);
  const auto reach = static_cast<std::ptrdiff_t>(std::min(reach_s * rate_hz_, away * static_cast<double>(bins_)));
  double weights = 0.0, moment = 0.0;
  std::ptrdiff_t first = 0;
  for (std::ptrdiff_t k = -reach; k <= reach; ++k) {
    const double v = smooth_[static_cast<std::size_t>(static_cast<std::ptrdiff_t>(peak + bins_) + k) % bins_];
    if (v < above) continue;
    first = std::min(first, k);
    weights += v - floor_;
    moment += static_cast<double>(k) * (v - floor_);
  }
  centre_ = peak_ + (weights > 0.0 ? moment / weights : 0.0);
  const auto unsmoothed = [&](std::ptrdiff_t k) {
    return average_[static_cast<std::size_t>(static_cast<std::ptrdiff_t>(peak + bins_) + k) % bins_];
  };
  while (first < 1 && unsmoothed(first) < above) ++first;  // smoothing makes it rise a place early
  rise_ = peak_ + static_cast<double>(first);
}

/// How many periods back the pulses of the train go on, few missing.
std::uint32_t PulseFold::periods_back() const noexcept {
  const auto round = static_cast<double>(bins_);
  std::uint32_t farthest = 0, missing = 0;
  for (std::uint32_t k = 1; k <= std::min<std::uint64_t>(periods_, remembered) && missing < silent_periods; ++k) {
    const bool there = std::abs(apart(most_places_[(periods_ - k) % remembered], centre_)) <=
                       reach_s * rate_hz_ + steady_share * round;
    missing = there ? 0 : missing + 1;
    if (there) farthest = k;
  }
  return farthest;
}

double PulseFold::since_due() const noexcept {
  const auto round = static_cast<double>(bins_);
  return apart(at_ / period_ * round, rise_) * period_ / round;
}

bool PulseFold::stands_out() const noexcept {
  const double peak = height_ > 0.0 ? smooth_[static_cast<std::size_t>(peak_)] : 0.0;
  return newest_ > floor_ + half * (peak - floor_);
}

}  // namespace myod::dsp
