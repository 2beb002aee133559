#include "dsp/features/quality_indices.hpp"

#include <algorithm>
#include <cmath>

#include "dsp/math/math.hpp"

namespace myod::dsp {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double motion_below_hz = 20.0, peak_above_hz = 35.0, drop_to_hz = 600.0;
constexpr double noise_share = 0.2;
constexpr double floor_from_hz = 3.0, floor_to_hz = 6.0, line_bins = 2.5;
constexpr std::size_t smooth_points = 13, bins_at_once = 256;
constexpr double points_to_middle = 6.0;

double ratio_db(double over, double under) {
  return over > 0.0 && under > 0.0 ? 10.0 * math::log10(over / under) : nan;
}

}  // namespace

double mains_ratio_db(const MainsPower& power) noexcept {
  constexpr double least = 1e-4;
  if (!(power.rest > 0.0)) return nan;
  return 10.0 * math::log10(std::max(power.line / power.rest, least));
}

/// The bins at low_hz or above, up to high_hz.
QualityReader::Range QualityReader::range(double low_hz, double high_hz) const {
  Range r;
  while (r.from < bins_ && axis_.hz(static_cast<double>(r.from)) < low_hz) ++r.from;
  for (r.to = r.from; r.to < bins_ && axis_.hz(static_cast<double>(r.to)) <= high_hz;) ++r.to;
  return r;
}

void QualityReader::cut(void (QualityReader::*work)(Range, const Spectrum&) noexcept, Range bins) {
  for (; bins.from < bins.to; bins.from = pieces_.back().bins.to)
    pieces_.push_back({work, {bins.from, std::min(bins.from + bins_at_once, bins.to)}});
}

QualityReader::QualityReader(const Spectrum& raw, double low_hz, double high_hz, std::array<double, 2> lines_hz)
    : axis_(raw.band(0)), bins_(raw.bins()) {
  constexpr double beyond = std::numeric_limits<double>::infinity();
  const Range above = range(peak_above_hz, beyond), drop = range(peak_above_hz, drop_to_hz);
  peak_from_ = above.from;
  motion_to_ = range(motion_below_hz, beyond).from;
  summands_ = {{noise, {bins_ - static_cast<std::size_t>(noise_share * static_cast<double>(bins_)), bins_}},
               {band, range(low_hz, high_hz)}};
  for (std::size_t i = 0; i < lines_hz.size(); ++i) {
    const double hz = lines_hz[i], reach_hz = line_bins * axis_.step_hz;
    line_seen_[i] = axis_.hz(static_cast<double>(bins_ - 1)) >= hz + floor_to_hz;
    const auto of = [i](Sum first) { return static_cast<Sum>(first + i); };
    summands_.push_back({of(line), range(std::nextafter(hz - reach_hz, hz), std::nextafter(hz + reach_hz, hz))});
    summands_.push_back({of(floor), range(hz - floor_to_hz, hz - floor_from_hz)});
    summands_.push_back({of(floor), range(hz + floor_from_hz, hz + floor_to_hz)});
  }
  for (const Summand& s : summands_) in_sum_[s.into] += static_cast<double>(s.bins.size());
  cut(&QualityReader::look_for_drop, drop);
  cut(&QualityReader::look_for_peak, {drop.to, above.to});
  pieces_.push_back({&QualityReader::stand_above, {0, motion_to_}});
  pieces_.push_back({&QualityReader::sum_up, {}});
}

void QualityReader::piece(std::size_t number, const Spectrum& raw) noexcept {
  if (number == 0) {
    extremes_ = {};
    std::fill_n(extremes_.lowest, lane_tile, std::numeric_limits<double>::infinity());
    drop_from_ = drop_to_ = {};
  }
  (this->*pieces_[number].work)(pieces_[number].bins, raw);
}

void QualityReader::look_for_peak(Range bins, const Spectrum& raw) noexcept {
  kernels_.moving_extremes(extremes_, raw.densities() + peak_from_ * lane_tile, smooth_points, bins.from - peak_from_,
                           bins.to - peak_from_);
}

void QualityReader::look_for_drop(Range bins, const Spectrum& raw) noexcept {
  look_for_peak(bins, raw);
  std::copy_n(extremes_.highest, lane_tile, drop_from_.begin());
  std::copy_n(extremes_.lowest, lane_tile, drop_to_.begin());
}

void QualityReader::stand_above(Range bins, const Spectrum& raw) noexcept {
  PerLane slope;  // per Hz
  for (std::size_t lane = 0; lane < lane_tile; ++lane) {
    const double middle = extremes_.highest_row[lane] - points_to_middle;
    slope[lane] = extremes_.highest[lane] / static_cast<double>(smooth_points) /
                  axis_.hz(static_cast<double>(peak_from_) + middle);
  }
  motion_ = {};
  const double* density = raw.densities();
  for (std::size_t i = bins.from; i < bins.to; ++i, density += lane_tile)
    for (std::size_t lane = 0; lane < lane_tile; ++lane)
      motion_[lane] += std::max(0.0, density[lane] - slope[lane] * axis_.hz(static_cast<double>(i)));
}

void QualityReader::sum_up(Range, const Spectrum& raw) noexcept {
  sums_ = {};
  for (const Summand& s : summands_)
    kernels_.sum(sums_[s.into], raw.densities() + s.bins.from * lane_tile, s.bins.size(), 0);
  for (std::size_t lane = 0; lane < lane_tile; ++lane) bands_[lane] = raw.band(lane);
}

QualityIndices QualityReader::indices(std::size_t lane) const noexcept {
  QualityIndices q;
  const double total = power_uv2(bands_[lane]);
  if (!(total > 0.0)) return q;
  q.omega = deformation(bands_[lane]);
  if (in_sum_[noise] > 0.0)
    q.sn_db = ratio_db(total, sums_[noise].of(lane) / in_sum_[noise] * static_cast<double>(bins_) * axis_.step_hz);
  if (extremes_.highest[lane] > 0.0) q.sm_db = ratio_db(total, motion_[lane] * axis_.step_hz);
  if (drop_from_[lane] > 0.0) q.dp_db = ratio_db(drop_from_[lane], drop_to_[lane]);
  return q;
}

MainsPower QualityReader::mains(std::size_t lane, std::size_t which) const noexcept {
  MainsPower p;
  if (!line_seen_[which]) return {nan, nan};
  if (in_sum_[floor + which] > 0.0) {
    const double floor_uv2 = sums_[floor + which].of(lane) / in_sum_[floor + which] * in_sum_[line + which];
    p.line = (sums_[line + which].of(lane) - floor_uv2) * axis_.step_hz;
  }
  p.rest = sums_[band].of(lane) * axis_.step_hz - p.line;
  return p;
}

}  // namespace myod::dsp
