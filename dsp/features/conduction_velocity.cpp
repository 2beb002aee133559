#include "dsp/features/conduction_velocity.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "dsp/math/math.hpp"

namespace myod::dsp {
namespace {

constexpr double slowest_m_per_s = 1.0;  // that the first guess looks for
constexpr double settled_samples = 5e-5, longest_step = 0.5;
constexpr int most_steps = 30;
constexpr std::size_t bins_at_once = 8, lags_at_once = 4;

constexpr std::size_t groups(std::size_t of, std::size_t at_once) { return (of + at_once - 1) / at_once; }

}  // namespace

VelocityEstimator::VelocityEstimator(std::size_t channels, std::size_t samples, double rate_hz, double distance_mm,
                                     double low_hz, double high_hz)
    : channels_(channels), samples_(samples), rate_hz_(rate_hz), distance_m_(distance_mm / 1000.0) {
  if (channels < least_array_channels)
    throw std::invalid_argument("channels = " + std::to_string(channels) + ": must be at least 3");
  if (samples < 16) throw std::invalid_argument("samples = " + std::to_string(samples) + ": must be at least 16");
  if (!(rate_hz > 0.0) || !(distance_mm > 0.0))
    throw std::invalid_argument("rate and distance of an array must be above 0");
  const double step_hz = rate_hz / static_cast<double>(samples);
  first_bin_ = std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(low_hz / step_hz)));
  const double top_hz = std::min(high_hz, 0.5 * rate_hz - step_hz);
  const auto last = static_cast<std::size_t>(std::max(0.0, std::floor(top_hz / step_hz)));
  if (last < first_bin_)
    throw std::invalid_argument("the band of an array must hold a frequency of a window of " + std::to_string(samples) +
                                " samples");
  bins_ = last - first_bin_ + 1;
  const double longest = std::ceil(distance_m_ / slowest_m_per_s * rate_hz);
  longest_ = std::clamp<std::size_t>(static_cast<std::size_t>(longest), 1, samples / 4);
  for (std::size_t i = 0; i < samples; ++i) {
    const double turn = 2.0 * math::pi * static_cast<double>(i) / static_cast<double>(samples);
    cosine_.push_back(math::cos(turn));
    sine_.push_back(math::sin(turn));
  }
  x_.assign(channels * samples, 0.0);
  re_.assign(channels * bins_, 0.0);
  im_.assign(channels * bins_, 0.0);
  match_.assign(2 * longest_ + 1, 0.0);
}

std::size_t VelocityEstimator::pieces() const noexcept {
  return channels_ * groups(bins_, bins_at_once) + groups(match_.size(), lags_at_once) + 1 + most_steps;
}

void VelocityEstimator::piece(std::size_t number) noexcept {
  const std::size_t of_bins = groups(bins_, bins_at_once), of_lags = groups(match_.size(), lags_at_once);
  if (number < channels_ * of_bins) {
    const std::size_t first = number % of_bins * bins_at_once;
    return transform(number / of_bins, first, std::min(bins_, first + bins_at_once));
  }
  number -= channels_ * of_bins;
  if (number < of_lags) {
    const std::size_t first = number * lags_at_once;
    return match(first, std::min(match_.size(), first + lags_at_once));
  }
  if (number == of_lags) return start();
  if (searching_) step();
}

void VelocityEstimator::transform(std::size_t channel, std::size_t first, std::size_t last) noexcept {
  for (std::size_t b = first; b < last; ++b) {
    double re = 0.0, im = 0.0;
    std::size_t turn = 0;
    for (std::size_t i = 0; i < samples_; ++i) {
      re += x_[channel * samples_ + i] * cosine_[turn];
      im -= x_[channel * samples_ + i] * sine_[turn];
      turn += first_bin_ + b;
      if (turn >= samples_) turn -= samples_;
    }
    re_[channel * bins_ + b] = re;
    im_[channel * bins_ + b] = im;
  }
}

/// How alike neighbours are at these lags, over all of them.
void VelocityEstimator::match(std::size_t first, std::size_t last) noexcept {
  const auto lags = static_cast<std::ptrdiff_t>(longest_), n = static_cast<std::ptrdiff_t>(samples_);
  for (std::size_t at = first; at < last; ++at) {
    const std::ptrdiff_t lag = static_cast<std::ptrdiff_t>(at) - lags;
    double sum = 0.0;
    for (std::size_t c = 0; c + 1 < channels_; ++c) {
      const double *a = x_.data() + c * samples_, *b = a + samples_;
      for (std::ptrdiff_t i = lags; i < n - lags; ++i) sum += a[i] * b[i + lag];
    }
    match_[at] = sum;
  }
}

/// The lag at which neighbours are most alike, with a parabola through the peak.
double VelocityEstimator::first_guess() const noexcept {
  const auto at = static_cast<std::size_t>(std::max_element(match_.begin(), match_.end()) - match_.begin());
  const double whole = static_cast<double>(at) - static_cast<double>(longest_);
  if (at == 0 || at + 1 == match_.size()) return whole;
  const double before = match_[at - 1], top = match_[at], after = match_[at + 1], bend = before - 2.0 * top + after;
  return bend < 0.0 ? whole + 0.5 * (before - after) / bend : whole;
}

void VelocityEstimator::start() noexcept {
  v_ = {};
  energy_ = 0.0;
  for (std::size_t i = 0; i < re_.size(); ++i) energy_ += re_[i] * re_[i] + im_[i] * im_[i];
  searching_ = energy_ > 0.0 && energy_ <= std::numeric_limits<double>::max();
  delay_ = first_guess();
}

void VelocityEstimator::step() noexcept {
  double slope = 0.0, bend = 0.0, power = 0.0;
  for (std::size_t b = 0; b < bins_; ++b) {
    const double w = 2.0 * math::pi * static_cast<double>(first_bin_ + b) / static_cast<double>(samples_);
    double re = 0.0, im = 0.0, re1 = 0.0, im1 = 0.0, re2 = 0.0, im2 = 0.0;  // the aligned sum and its derivatives
    const double c1 = math::cos(w * delay_), s1 = math::sin(w * delay_);
    double c = 1.0, s = 0.0;  // e^(j w delay k)
    for (std::size_t k = 0; k < channels_; ++k) {
      const double wk = w * static_cast<double>(k), xr = re_[k * bins_ + b], xi = im_[k * bins_ + b];
      const double yr = xr * c - xi * s, yi = xr * s + xi * c;
      re += yr, im += yi;
      re1 -= wk * yi, im1 += wk * yr;
      re2 -= wk * wk * yr, im2 -= wk * wk * yi;
      const double next = c * c1 - s * s1;
      s = s * c1 + c * s1, c = next;
    }
    power += re * re + im * im;
    slope += 2.0 * (re * re1 + im * im1);
    bend += 2.0 * (re1 * re1 + im1 * im1 + re * re2 + im * im2);
  }
  ++v_.steps;
  const double newton = bend < 0.0 ? -slope / bend : (slope > 0.0 ? longest_step : -longest_step);  // uphill
  const double by = std::clamp(newton, -longest_step, longest_step);
  delay_ += by;
  searching_ = std::abs(by) >= settled_samples;
  if (searching_) return;
  const auto count = static_cast<double>(channels_);
  v_.delay_samples = delay_;
  v_.m_per_s = delay_ != 0.0 ? distance_m_ * rate_hz_ / std::abs(delay_) : std::numeric_limits<double>::quiet_NaN();
  v_.correlation = (power - energy_) / ((count - 1.0) * energy_);
  v_.accepted = v_.m_per_s >= least_velocity_m_per_s && v_.m_per_s <= most_velocity_m_per_s &&
                v_.correlation >= least_array_correlation;
}

ConductionVelocity VelocityEstimator::estimate(std::span<const double> x) noexcept {
  std::ranges::copy(x, x_.begin());
  for (std::size_t i = 0; i < pieces(); ++i) piece(i);
  return v_;
}

void subtract_neighbours(std::span<double> x, std::size_t samples, std::size_t times) noexcept {
  for (std::size_t left = x.size(); times > 0; --times) {
    left -= samples;
    for (std::size_t i = 0; i < left; ++i) x[i] -= x[i + samples];
  }
}

}  // namespace myod::dsp
