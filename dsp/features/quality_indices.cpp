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

/// The first bin at `hz` or above; the number of bins when there is none.
std::size_t first_bin(const Band& band, double hz) {
  const double away = (hz - band.first_hz) / band.step_hz;
  std::size_t i = away > 1.0 ? std::min(static_cast<std::size_t>(away) - 1, band.density.size()) : 0;
  while (i < band.density.size() && band.hz(i) < hz) ++i;
  return i;
}

double ratio_db(double over, double under) {
  return over > 0.0 && under > 0.0 ? 10.0 * math::log10(over / under) : std::numeric_limits<double>::quiet_NaN();
}

/// Of the means of 13 neighbouring bins from 35 Hz on: the highest up to the end, and both ends up to 600 Hz.
struct Extremes {
  double highest = 0.0, highest_hz = 0.0;
  double highest_drop = 0.0, lowest_drop = std::numeric_limits<double>::infinity();
};

Extremes extremes(const Band& band) {
  constexpr auto points = static_cast<double>(smooth_points);
  const std::size_t bins = band.density.size(), from = first_bin(band, peak_above_hz);
  Extremes e;
  double sum = 0.0;
  std::size_t highest = 0;
  for (std::size_t i = from; i < bins; ++i) {
    sum += band.density[i];
    if (i - from + 1 < smooth_points) continue;
    if (sum > e.highest) e.highest = sum, highest = i;
    if (band.hz(i) <= drop_to_hz) {
      e.highest_drop = std::max(e.highest_drop, sum);
      e.lowest_drop = std::min(e.lowest_drop, sum);
    }
    sum -= band.density[i + 1 - smooth_points];
  }
  if (e.highest > 0.0) e.highest_hz = band.hz(highest - smooth_points / 2);
  e.highest /= points, e.highest_drop /= points, e.lowest_drop /= points;
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

  const Extremes above = extremes(raw);
  if (above.highest > 0.0) {
    double motion = 0.0;
    for (std::size_t i = 0; i < bins && raw.hz(i) < motion_below_hz; ++i)
      motion += std::max(0.0, raw.density[i] - above.highest * raw.hz(i) / above.highest_hz);
    q.sm_db = ratio_db(total, motion * raw.step_hz);
  }
  if (above.highest_drop > 0.0) q.dp_db = ratio_db(above.highest_drop, above.lowest_drop);
  return q;
}

double power_uv2(const Band& raw, double low_hz, double high_hz) noexcept {
  double sum = 0.0;
  for (std::size_t i = first_bin(raw, low_hz); i < raw.density.size() && raw.hz(i) <= high_hz; ++i)
    sum += raw.density[i];
  return sum * raw.step_hz;
}

MainsPower mains_power(const Band& raw, double nominal_hz, double all_uv2) noexcept {
  constexpr double floor_from_hz = 3.0, floor_to_hz = 6.0;
  const double reach_hz = 2.5 * raw.step_hz;
  MainsPower p;
  if (raw.density.empty() || raw.hz(raw.density.size() - 1) < nominal_hz + floor_to_hz) {
    p.line = p.rest = std::numeric_limits<double>::quiet_NaN();
    return p;
  }
  double line = 0.0, floor = 0.0, in_line = 0.0, in_floor = 0.0;
  for (std::size_t i = first_bin(raw, nominal_hz - floor_to_hz); raw.hz(i) <= nominal_hz + floor_to_hz; ++i) {
    const double off = std::abs(raw.hz(i) - nominal_hz);
    if (off < reach_hz) line += raw.density[i], in_line += 1.0;
    if (off >= floor_from_hz && off <= floor_to_hz) floor += raw.density[i], in_floor += 1.0;
  }
  if (in_floor > 0.0) p.line = (line - floor / in_floor * in_line) * raw.step_hz;
  p.rest = all_uv2 - p.line;
  return p;
}

double mains_ratio_db(const MainsPower& power) noexcept {
  constexpr double least = 1e-4;
  if (!(power.rest > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  return 10.0 * math::log10(std::max(power.line / power.rest, least));
}

}  // namespace myod::dsp
