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
  re_.assign(channels * bins_, 0.0);
  im_.assign(channels * bins_, 0.0);
  match_.assign(2 * longest_ + 1, 0.0);
}

/// The lag at which neighbours are most alike, over all of them, with a parabola through the peak.
double VelocityEstimator::first_guess(std::span<const double> x) noexcept {
  const auto lags = static_cast<std::ptrdiff_t>(longest_), n = static_cast<std::ptrdiff_t>(samples_);
  for (std::ptrdiff_t lag = -lags; lag <= lags; ++lag) {
    double sum = 0.0;
    for (std::size_t c = 0; c + 1 < channels_; ++c) {
      const double *a = x.data() + c * samples_, *b = a + samples_;
      for (std::ptrdiff_t i = lags; i < n - lags; ++i) sum += a[i] * b[i + lag];
    }
    match_[static_cast<std::size_t>(lag + lags)] = sum;
  }
  const auto at = static_cast<std::size_t>(std::max_element(match_.begin(), match_.end()) - match_.begin());
  const double whole = static_cast<double>(static_cast<std::ptrdiff_t>(at) - lags);
  if (at == 0 || at + 1 == match_.size()) return whole;
  const double before = match_[at - 1], top = match_[at], after = match_[at + 1], bend = before - 2.0 * top + after;
  return bend < 0.0 ? whole + 0.5 * (before - after) / bend : whole;
}

void VelocityEstimator::transform(std::span<const double> x) noexcept {
  for (std::size_t c = 0; c < channels_; ++c)
    for (std::size_t b = 0; b < bins_; ++b) {
      double re = 0.0, im = 0.0;
      std::size_t turn = 0;
      for (std::size_t i = 0; i < samples_; ++i) {
        re += x[c * samples_ + i] * cosine_[turn];
        im -= x[c * samples_ + i] * sine_[turn];
        turn += first_bin_ + b;
        if (turn >= samples_) turn -= samples_;
      }
      re_[c * bins_ + b] = re;
      im_[c * bins_ + b] = im;
    }
}

ConductionVelocity VelocityEstimator::estimate(std::span<const double> x) noexcept {
  ConductionVelocity v;
  transform(x);
  double energy = 0.0;
  for (std::size_t i = 0; i < re_.size(); ++i) energy += re_[i] * re_[i] + im_[i] * im_[i];
  if (!(energy > 0.0) || !(energy <= std::numeric_limits<double>::max())) return v;

  double delay = first_guess(x), power = 0.0;
  bool settled = false;
  while (!settled && v.steps < most_steps) {
    ++v.steps;
    double slope = 0.0, bend = 0.0;
    power = 0.0;
    for (std::size_t b = 0; b < bins_; ++b) {
      const double w = 2.0 * math::pi * static_cast<double>(first_bin_ + b) / static_cast<double>(samples_);
      double re = 0.0, im = 0.0, re1 = 0.0, im1 = 0.0, re2 = 0.0, im2 = 0.0;  // the aligned sum and its derivatives
      const double c1 = math::cos(w * delay), s1 = math::sin(w * delay);
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
    const double newton = bend < 0.0 ? -slope / bend : (slope > 0.0 ? longest_step : -longest_step);  // uphill
    const double step = std::clamp(newton, -longest_step, longest_step);
    delay += step;
    settled = std::abs(step) < settled_samples;
  }
  if (!settled) return v;
  const auto count = static_cast<double>(channels_);
  v.delay_samples = delay;
  v.m_per_s = delay != 0.0 ? distance_m_ * rate_hz_ / std::abs(delay) : std::numeric_limits<double>::quiet_NaN();
  v.correlation = (power - energy) / ((count - 1.0) * energy);
  v.accepted = v.m_per_s >= least_velocity_m_per_s && v.m_per_s <= most_velocity_m_per_s &&
               v.correlation >= least_array_correlation;
  return v;
}

void double_differential(std::span<const double> monopolar, std::size_t channels, std::span<double> out) noexcept {
  const std::size_t n = monopolar.size() / channels;
  for (std::size_t i = 0; i + 2 * n < monopolar.size(); ++i)
    out[i] = 2.0 * monopolar[i + n] - monopolar[i] - monopolar[i + 2 * n];
}

}  // namespace myod::dsp
