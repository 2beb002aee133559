// A straight line through numbers that came one after the other, and how far it can be trusted (dsp-spec 2.10, 0b.8).
// Least squares with a 95 % interval that knows that overlapping windows say the same thing twice, and Theil-Sen beside
// it, which one wild number cannot tilt. When the two intervals do not meet, the line is not to be believed.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <span>

namespace myod::dsp {

inline constexpr std::size_t trend_capacity = 32;

/// NaN where not known: a slope needs 3 points, an interval enough of them to estimate its width.
struct TrendLine {
  double slope = std::numeric_limits<double>::quiet_NaN();         ///< per second
  double at_start = std::numeric_limits<double>::quiet_NaN();      ///< of the fitted line, at the first point
  double slope_error = std::numeric_limits<double>::quiet_NaN();   ///< standard error, times sqrt(inflation)
  double half_width = std::numeric_limits<double>::quiet_NaN();    ///< of the slope's 95 % interval
  double inflation = 1.0;                                          ///< VIF = max(1, 1 + 2 sum max(0, r_j))
  double robust_slope = std::numeric_limits<double>::quiet_NaN();  ///< Theil-Sen: median of all slopes between pairs
  double robust_low = std::numeric_limits<double>::quiet_NaN();    ///< its 95 % interval, widened by sqrt(inflation)
  double robust_high = std::numeric_limits<double>::quiet_NaN();

  bool falls() const noexcept { return slope + half_width < 0.0; }
  bool rises() const noexcept { return slope - half_width > 0.0; }
  /// The two intervals do not meet.
  bool disagrees() const noexcept { return robust_low > slope + half_width || robust_high < slope - half_width; }
};

/// Least squares, as scipy.stats.linregress; t strictly rising, as long as y, at most trend_capacity points. `lags`:
/// how many neighbours on one side share samples with a point; the autocorrelation r_j of the residuals up to there
/// widens the intervals, and leaves n / VIF - 2 degrees of freedom.
TrendLine fit_trend(std::span<const double> t_s, std::span<const double> y, std::size_t lags) noexcept;

/// Adds the robust twin, as scipy.stats.theilslopes(y, t, 0.95) without ties; its interval takes the line's inflation.
void add_robust_twin(std::span<const double> t_s, std::span<const double> y, TrendLine& line) noexcept;

/// Quantile 0.975 of Student's t, relative error below 1e-8; NaN below 2 degrees of freedom.
double student_975(double degrees_of_freedom) noexcept;

}  // namespace myod::dsp
