#include "dsp/detect/rhythm.hpp"

#include <algorithm>
#include <cmath>

namespace myod::dsp {
namespace {

constexpr double hop_s = rhythm_hop_ms / 1000.0, envelope_delay_s = 0.0225;  // dsp-spec, section 1
constexpr double least_peak = 0.6, least_double = 0.35, most_third = 0.3, least_variation = 0.35, least_over_rest = 2.0;
constexpr double mean_of_gaussian = 0.7978845608028654;  // of its magnitude, over its RMS
constexpr double low_hz = 3.75, high_hz = 8.5;
constexpr std::size_t looks_to_begin = 6, looks_to_end = 20;
constexpr double none = 0.0;  // no period

}  // namespace

RhythmDetector::RhythmDetector(std::size_t turn)
    : turn_(turn % hops_per_look),
      kept_(2 * window * lane_tile, 0.0),
      level_(window * lane_tile, 0.0),
      ones_(window, 1.0),
      squares_(lags_of_doubles * lane_tile, 0.0) {}

void RhythmDetector::keep(const PerLane& envelope_uv) noexcept {
  if (end_ * lane_tile == kept_.size()) {
    std::copy(kept_.end() - static_cast<std::ptrdiff_t>((window - 1) * lane_tile), kept_.end(), kept_.begin());
    end_ = window - 1;
  }
  double* const row = kept_.data() + end_++ * lane_tile;
  for (std::size_t lane = 0; lane < lane_tile; ++lane) {
    const bool known = std::isfinite(envelope_uv[lane]);
    row[lane] = known ? envelope_uv[lane] : 0.0;
    lanes_[lane].filled = known ? lanes_[lane].filled + 1 : 0;
  }
  ++hops_;
}

/// As far as some lane needs it: means, then energies, then the correlations of half periods, then all.
void RhythmDetector::compare(const PerLane& rest_uv) noexcept {
  constexpr auto n = static_cast<double>(window);
  bool any = false;
  for (std::size_t lane = 0; lane < lane_tile; ++lane) {
    Lane& l = lanes_[lane];
    l.varies = false;
    any |= l.judged = l.filled >= window && rest_uv[lane] > 0.0;
  }
  if (!any) return;

  TileSum sum;
  kernels_.sum(sum, newest(), window, 0);
  PerLane mean;
  any = false;
  for (std::size_t lane = 0; lane < lane_tile; ++lane) {
    mean[lane] = sum.of(lane) / n;
    any |= lanes_[lane].varies =
        lanes_[lane].judged && mean[lane] >= least_over_rest * mean_of_gaussian * rest_uv[lane];
  }
  if (!any) return;

  kernels_.taper(level_.data(), lane_tile, newest(), window, mean.data(), ones_.data());
  kernels_.autocorrelation(squares_.data(), level_.data(), window, 1);
  any = false;
  for (std::size_t lane = 0; lane < lane_tile; ++lane) {
    const double least_power = least_variation * least_variation * mean[lane] * mean[lane];
    any |= lanes_[lane].varies &= squares_[lane] >= least_power * n;
  }
  if (!any) return;

  kernels_.autocorrelation(squares_.data(), level_.data(), window, lags_of_halves);
  any = false;
  for (std::size_t lane = 0; lane < lane_tile; ++lane) {
    bool below = false;  // at some half of a period
    for (std::size_t lag = 1; lag < lags_of_halves; ++lag) below |= squares_[lag * lane_tile + lane] < 0.0;
    any |= lanes_[lane].varies &= below;
  }
  known_lags_ = lags;
  if (any) kernels_.autocorrelation(squares_.data(), level_.data(), window, lags);
}

/// Between two lags.
double RhythmDetector::correlation(std::size_t lane, double lag) const noexcept {
  const auto below = static_cast<std::size_t>(lag);
  const auto r = [&](std::size_t at) {
    const double square = squares_[at * lane_tile + lane];
    return at == 0 ? 1.0 : std::copysign(std::sqrt(std::abs(square)), square);
  };
  return r(below) + (lag - static_cast<double>(below)) * (r(below + 1) - r(below));
}

/// Of clonus, in hops; none without.
double RhythmDetector::period(std::size_t lane) noexcept {
  if (!lanes_[lane].varies) return none;
  const auto square = [&](std::size_t lag) { return squares_[lag * lane_tile + lane]; };
  for (std::size_t lag = shortest; lag <= longest; ++lag) {
    const double peak = square(lag);
    if (peak < least_peak * least_peak || peak < square(lag - 1) || peak < square(lag + 1)) continue;
    const auto at = static_cast<double>(lag);
    const double before = correlation(lane, at - 1.0), after = correlation(lane, at + 1.0);
    const double bend = before - 2.0 * correlation(lane, at) + after;
    const double hops = at + (bend < 0.0 ? 0.5 * (before - after) / bend : 0.0);
    if (correlation(lane, 0.5 * hops) >= 0.0 || correlation(lane, hops / 3.0) >= most_third) continue;
    const double hz = 1.0 / (hop_s * hops);
    if (hz < low_hz || hz > high_hz) return none;
    if (known_lags_ < lags_of_doubles) {
      known_lags_ = lags_of_doubles;
      kernels_.autocorrelation(squares_.data(), level_.data(), window, known_lags_);
    }
    return correlation(lane, 2.0 * hops) < least_double ? none : hops;
  }
  return none;
}

/// In hops since the window began.
double RhythmDetector::first_burst(std::size_t lane) const noexcept {
  const auto envelope = [&](std::size_t k) { return newest()[k * lane_tile + lane]; };
  double highest = 0.0;
  for (std::size_t k = 0; k < window; ++k) highest = std::max(highest, envelope(k));
  std::size_t first = 0;
  while (first < window && envelope(first) <= 0.5 * highest) ++first;
  return static_cast<double>(first);
}

std::optional<Rhythm> RhythmDetector::look(std::size_t lane, double t_s) noexcept {
  Lane& l = lanes_[lane];
  if (!l.judged) return std::nullopt;
  const double hops = period(lane);
  if (hops == none) {
    l.looks_with = 0;
    l.under_way = l.under_way && ++l.looks_without < looks_to_end;
    return std::nullopt;
  }
  l.looks_without = 0;
  if (l.under_way) return std::nullopt;
  if (++l.looks_with == 1)
    l.start_s = std::max(0.0, t_s - (static_cast<double>(window) - first_burst(lane)) * hop_s - envelope_delay_s);
  if (l.looks_with < looks_to_begin) return std::nullopt;
  l.under_way = true;
  return Rhythm{1.0 / (hop_s * hops), l.start_s, t_s};
}

}  // namespace myod::dsp
