#include "dsp/features/trend.hpp"

#include <algorithm>
#include <cmath>

namespace myod::dsp {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double normal_975 = 1.959963984540054;

/// sum r_j over the lags, r_j not below 0, of the residuals' autocorrelation.
double overlap_of(std::span<const double> residual, double squares, std::size_t lags) {
  double sum = 0.0;
  for (std::size_t j = 1; j <= lags && j < residual.size(); ++j) {
    double products = 0.0;
    for (std::size_t i = j; i < residual.size(); ++i) products += residual[i] * residual[i - j];
    sum += std::max(0.0, products / squares);
  }
  return sum;
}

/// Rounds to the nearest, halves to even, as numpy.round.
std::ptrdiff_t nearest(double v) { return static_cast<std::ptrdiff_t>(std::nearbyint(v)); }

}  // namespace

double student_975(double degrees_of_freedom) noexcept {
  if (!(degrees_of_freedom >= 2.0)) return nan;
  // Polynomial in 1 / dof, fitted to scipy.stats.t.ppf(0.975, dof) at Chebyshev nodes (tests/oracles/trend.py).
  constexpr std::array c{1.959963980828579,  2.372272407398513,    2.822431436314826,
                         2.557298680562609,  1.5743165112715178,   0.8164999162076795,
                         0.4190040318309248, 0.023301791619908474, 0.16459943921772235};
  const double x = 1.0 / degrees_of_freedom;
  double sum = 0.0;
  for (std::size_t i = c.size(); i-- > 0;) sum = sum * x + c[i];
  return sum;
}

TrendLine fit_trend(std::span<const double> t_s, std::span<const double> y, std::size_t lags) noexcept {
  TrendLine line;
  const std::size_t count = y.size();
  if (count < 3) return line;
  const auto n = static_cast<double>(count);
  double mean_t = 0.0, mean_y = 0.0;
  for (std::size_t i = 0; i < count; ++i) mean_t += t_s[i], mean_y += y[i];
  mean_t /= n, mean_y /= n;
  double tt = 0.0, ty = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    tt += (t_s[i] - mean_t) * (t_s[i] - mean_t);
    ty += (t_s[i] - mean_t) * (y[i] - mean_y);
  }
  line.slope = ty / tt;
  line.at_start = mean_y + line.slope * (t_s[0] - mean_t);

  std::array<double, trend_capacity> residual;  // NOLINT: filled below
  double squares = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    residual[i] = y[i] - mean_y - line.slope * (t_s[i] - mean_t);
    squares += residual[i] * residual[i];
  }
  if (squares > 0.0) line.inflation = 1.0 + 2.0 * overlap_of({residual.data(), count}, squares, lags);
  line.slope_error = std::sqrt(squares / (n - 2.0) / tt * line.inflation);
  line.half_width = student_975(n / line.inflation - 2.0) * line.slope_error;
  return line;
}

void add_robust_twin(std::span<const double> t_s, std::span<const double> y, TrendLine& line) noexcept {
  if (y.size() < 3) return;
  std::array<double, trend_capacity*(trend_capacity - 1) / 2> all;  // NOLINT: filled below
  std::size_t count = 0;
  for (std::size_t i = 1; i < y.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) all[count++] = (y[i] - y[j]) / (t_s[i] - t_s[j]);
  const std::span<double> slopes(all.data(), count);
  const auto middle = slopes.begin() + static_cast<std::ptrdiff_t>(count / 2);
  std::nth_element(slopes.begin(), middle, slopes.end());
  line.robust_slope = count % 2 == 1 ? *middle : 0.5 * (*std::max_element(slopes.begin(), middle) + *middle);
  const auto at = [&](std::ptrdiff_t k) {  // each half holds its own
    const auto place = slopes.begin() + k;
    if (place < middle) std::nth_element(slopes.begin(), place, middle);
    if (place > middle) std::nth_element(middle + 1, place, slopes.end());
    return *place;
  };
  const auto n = static_cast<double>(y.size()), pairs = static_cast<double>(count);
  const double sigma = std::sqrt(n * (n - 1.0) * (2.0 * n + 5.0) / 18.0 * line.inflation);
  const auto last = static_cast<std::ptrdiff_t>(count) - 1;
  const std::ptrdiff_t high = std::min(nearest(0.5 * (pairs + normal_975 * sigma)), last);
  const std::ptrdiff_t low = std::max<std::ptrdiff_t>(nearest(0.5 * (pairs - normal_975 * sigma)) - 1, 0);
  line.robust_low = at(low);
  line.robust_high = at(high);
}

}  // namespace myod::dsp
