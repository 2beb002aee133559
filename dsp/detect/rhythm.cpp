#include "dsp/detect/rhythm.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace myod::dsp {
namespace {

constexpr double hop_s = rhythm_hop_ms / 1000.0, envelope_delay_s = 0.0225;  // dsp-spec, section 1
constexpr double least_peak = 0.6, least_double = 0.35, most_third = 0.3, least_variation = 0.35, least_over_rest = 2.0;
constexpr double mean_of_gaussian = 0.7978845608028654;  // of its magnitude, over its RMS
constexpr double low_hz = 3.75, high_hz = 8.5;
constexpr std::size_t looks_to_begin = 6, looks_to_end = 20;

/// Four sums side by side: one would wait for itself.
double product(const double* a, const double* b, std::size_t count) {
  std::array<double, 4> sums{};
  std::size_t k = 0;
  for (; k + 4 <= count; k += 4)
    for (std::size_t j = 0; j < 4; ++j) sums.at(j) += a[k + j] * b[k + j];
  for (; k < count; ++k) sums[0] += a[k] * b[k];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// squares: the sum of those before k at k.
double correlation(std::span<const double> a, std::span<const double> squares, std::size_t lag) {
  const double late = squares.back() - squares[lag], early = squares[a.size() - lag];
  const double energy = std::sqrt(std::max(0.0, late * early));
  return energy > 0.0 ? product(a.data() + lag, a.data(), a.size() - lag) / energy : 0.0;
}

/// Between two lags.
double at(std::span<const double> r, double lag) {
  const auto below = static_cast<std::size_t>(lag);
  const double share = lag - static_cast<double>(below);
  return r[below] + share * (r[below + 1] - r[below]);
}

}  // namespace

RhythmDetector::Window RhythmDetector::in_order() const noexcept {
  Window a;
  std::rotate_copy(newest_.begin(), newest_.begin() + static_cast<std::ptrdiff_t>(hops_ % window), newest_.end(),
                   a.begin());
  return a;
}

std::optional<Rhythm> RhythmDetector::push(double t_s, double envelope_uv, double rest_uv) noexcept {
  newest_.at(hops_++ % window) = envelope_uv;
  filled_ = std::isfinite(envelope_uv) ? filled_ + 1 : 0;
  if (hops_ % hops_per_look != turn_) return std::nullopt;
  const auto none = [this]() -> std::optional<Rhythm> {
    looks_with_ = 0;
    under_way_ = under_way_ && ++looks_without_ < looks_to_end;
    return std::nullopt;
  };
  if (filled_ < window || !(rest_uv > 0.0)) return std::nullopt;

  Window a = in_order();
  double mean = 0.0;
  for (const double v : a) mean += v;
  mean /= static_cast<double>(window);
  if (mean < least_over_rest * mean_of_gaussian * rest_uv) return none();
  const double half_height = 0.5 * *std::max_element(a.begin(), a.end());
  const auto first =
      static_cast<double>(std::find_if(a.begin(), a.end(), [&](double v) { return v > half_height; }) - a.begin());
  std::array<double, window + 1> squares{};
  for (std::size_t k = 0; k < window; ++k) {
    a.at(k) -= mean;
    squares.at(k + 1) = squares.at(k) + a.at(k) * a.at(k);
  }
  const double least_power = least_variation * least_variation * mean * mean;
  if (squares.back() < least_power * static_cast<double>(window)) return none();

  std::array<double, 2 * longest + 2> r{1.0};
  for (std::size_t lag = 1; lag <= longest + 1; ++lag) r.at(lag) = correlation(a, squares, lag);
  for (std::size_t lag = shortest; lag <= longest; ++lag) {
    const double before = r.at(lag - 1), peak = r.at(lag), after = r.at(lag + 1);
    if (peak < least_peak || peak < before || peak < after) continue;
    const double bend = before - 2.0 * peak + after;
    const double period = static_cast<double>(lag) + (bend < 0.0 ? 0.5 * (before - after) / bend : 0.0);
    const double hz = 1.0 / (hop_s * period);
    if (at(r, 0.5 * period) >= 0.0 || at(r, period / 3.0) >= most_third) continue;
    if (hz < low_hz || hz > high_hz) return none();
    const double twice = 2.0 * period;
    for (std::size_t k = 0; k < 2; ++k)
      r.at(static_cast<std::size_t>(twice) + k) = correlation(a, squares, static_cast<std::size_t>(twice) + k);
    if (at(r, twice) < least_double) return none();
    looks_without_ = 0;
    if (under_way_) return std::nullopt;
    if (++looks_with_ == 1)
      start_s_ = std::max(0.0, t_s - (static_cast<double>(window) - first) * hop_s - envelope_delay_s);
    if (looks_with_ < looks_to_begin) return std::nullopt;
    under_way_ = true;
    return Rhythm{hz, start_s_, t_s};
  }
  return none();
}

}  // namespace myod::dsp
