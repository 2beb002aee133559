#include "dsp/features/quality_indices.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "dsp/math/math.hpp"

namespace myod::dsp {
namespace {

constexpr double motion_below_hz = 20.0, peak_above_hz = 35.0, drop_to_hz = 600.0;
constexpr double noise_share = 0.2;
constexpr std::size_t smooth_points = 13;

double ratio_db(double over, double under) {
  return over > 0.0 && under > 0.0 ? 10.0 * math::log10(over / under) : std::numeric_limits<double>::quiet_NaN();
}

struct Extremes {
  double highest = 0.0, highest_hz = 0.0, lowest = std::numeric_limits<double>::infinity();
};

/// Of the means of 13 neighbouring bins that lie in from_hz .. to_hz.
Extremes extremes(const Band& band, double from_hz, double to_hz) {
  Extremes e;
  const std::size_t reach = smooth_points / 2;
  double sum = 0.0;
  std::size_t in_sum = 0;
  for (std::size_t i = 0; i < band.density.size(); ++i) {
    if (band.hz(i) < from_hz || band.hz(i) > to_hz) continue;
    sum += band.density[i];
    if (++in_sum < smooth_points) continue;
    const double mean = sum / static_cast<double>(smooth_points);
    if (mean > e.highest) e.highest = mean, e.highest_hz = band.hz(i - reach);
    e.lowest = std::min(e.lowest, mean);
    sum -= band.density[i + 1 - smooth_points];
  }
  return e;
}

}  // namespace

QualityIndices quality_indices(const Band& raw) noexcept {
  QualityIndices q;
  const double total = power_uv2(raw);
  if (!(total > 0.0) || raw.density.empty()) return q;
  const std::size_t bins = raw.density.size();
  q.omega = deformation(raw);

  const auto top = static_cast<std::size_t>(noise_share * static_cast<double>(bins));
  double noise = 0.0;
  for (std::size_t i = bins - top; i < bins; ++i) noise += raw.density[i];
  if (top > 0) q.sn_db = ratio_db(total, noise / static_cast<double>(top) * static_cast<double>(bins) * raw.step_hz);

  const Extremes above = extremes(raw, peak_above_hz, raw.hz(bins - 1));
  if (above.highest > 0.0) {
    double motion = 0.0;
    for (std::size_t i = 0; i < bins && raw.hz(i) < motion_below_hz; ++i)
      motion += std::max(0.0, raw.density[i] - above.highest * raw.hz(i) / above.highest_hz);
    q.sm_db = ratio_db(total, motion * raw.step_hz);
  }
  const Extremes drop = extremes(raw, peak_above_hz, drop_to_hz);
  if (drop.highest > 0.0) q.dp_db = ratio_db(drop.highest, drop.lowest);
  return q;
}

MainsPower mains_power(const Band& raw, double nominal_hz, double low_hz, double high_hz) noexcept {
  constexpr double floor_from_hz = 3.0, floor_to_hz = 6.0;
  const double reach_hz = 2.5 * raw.step_hz;
  MainsPower p;
  if (raw.density.empty() || raw.hz(raw.density.size() - 1) < nominal_hz + floor_to_hz) {
    p.line = p.rest = std::numeric_limits<double>::quiet_NaN();
    return p;
  }
  double all = 0.0, line = 0.0, floor = 0.0, in_line = 0.0, in_floor = 0.0;
  for (std::size_t i = 0; i < raw.density.size(); ++i) {
    const double hz = raw.hz(i), off = std::abs(hz - nominal_hz);
    if (hz >= low_hz && hz <= high_hz) all += raw.density[i];
    if (off < reach_hz) line += raw.density[i], in_line += 1.0;
    if (off >= floor_from_hz && off <= floor_to_hz) floor += raw.density[i], in_floor += 1.0;
  }
  if (in_floor > 0.0) p.line = (line - floor / in_floor * in_line) * raw.step_hz;
  p.rest = all * raw.step_hz - p.line;
  return p;
}

double mains_ratio_db(const MainsPower& power) noexcept {
  constexpr double least = 1e-4;
  if (!(power.rest > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  return 10.0 * math::log10(std::max(power.line / power.rest, least));
}

}  // namespace myod::dsp
