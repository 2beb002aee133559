#include "daemon/lower_envelope.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace myod::daemon {

namespace {

constexpr double first_stretch_s = 0.125, longest_stretch_s = 1.0;
constexpr double delay_tail_s = 1e-3;  // mean delay the prior is weighed against
constexpr double most_skew = 0.05;     // beyond it the rate is another one
constexpr double touching_s = 1e-6;    // lower by less is no reason for another line
constexpr int bisections = 40;         // of twice most_skew: to 1e-13
constexpr double shift_s = 1e-3, shift_grains = 1.5, shift_errors = 4.0;
constexpr double shifted_after_s = 10.0;  // later than ever for so long: it is no queue any more

}  // namespace

void LowerEnvelope::begin(double skew, double skew_error, double grain_s) {
  count_ = 0;
  seen_ = 1;
  stretch_s_ = first_stretch_s;
  prior_skew_ = skew_ = skew;
  prior_error_ = skew_error;
  grain_s_ = grain_s;
  mean_residual_s_ = 0.0;
}

void LowerEnvelope::add(double x_s, double late_s) {
  const Point p{x_s, late_s};
  const bool first = count_ == 0;
  if (first) {
    base_s_ = late_s;
    mean_x_s_ = fitting_s_ = x_s;
  }
  if (first || x_s - begun_s_ >= stretch_s_) {
    if (!first) close_newest();
    if (count_ == points_.size()) make_room();
    points_[count_++] = p;
    begun_s_ = x_s;
  } else if (above(p) < above(points_[count_ - 1])) {
    points_[count_ - 1] = p;
  }
  if (above(p) >= -touching_s) return;
  if (above(p) < -off_by_s()) shift(count_ - 1, above(p));
  fit();
}

double LowerEnvelope::skew_error() const { return 1.0 / std::hypot(1.0 / prior_error_, span_s() / (2.0 * error_s())); }

/// Points farther off than this belong to another line.
double LowerEnvelope::off_by_s() const { return std::max(shift_s, shift_grains * grain_s_) + shift_errors * error_s(); }

void LowerEnvelope::close_newest() {
  ++seen_;
  const double x_s = points_[count_ - 1].x_s;
  if (above(points_[count_ - 1]) <= off_by_s()) {
    fitting_s_ = x_s;
  } else if (x_s - fitting_s_ > shifted_after_s) {
    double later_s = std::numeric_limits<double>::infinity();
    std::size_t oldest = count_;
    for (; points_[oldest - 1].x_s > fitting_s_; --oldest) later_s = std::min(later_s, above(points_[oldest - 1]));
    shift(oldest, later_s);
    fitting_s_ = x_s;
  }
  fit();
}

/// The line and its oldest points move, as if they had always been there.
void LowerEnvelope::shift(std::size_t oldest, double by_s) {
  base_s_ += by_s;
  for (std::size_t k = 0; k < oldest; ++k) points_[k].late_s += by_s;
}

void LowerEnvelope::make_room() {
  if (stretch_s_ >= longest_stretch_s) {
    std::copy(points_.begin() + 1, points_.end(), points_.begin());
    --count_;
    return;
  }
  stretch_s_ *= 2.0;
  count_ /= 2;
  for (std::size_t k = 0; k < count_; ++k) {
    const Point &a = points_[2 * k], &b = points_[2 * k + 1];
    points_[k] = above(a) <= above(b) ? a : b;
  }
}

// Of a skew, the line touches the lowest point: the sum of distances over the delays' tail, and the prior, are convex
// in it, and what is sought is where their derivative changes its sign.
void LowerEnvelope::fit() {
  const double off_s = off_by_s();
  double n = 0.0, sum_x = 0.0;
  for (std::size_t k = 0; k < count_; ++k)
    if (above(points_[k]) <= off_s) n += 1.0, sum_x += points_[k].x_s;
  const auto touched = [&](double skew) {
    const auto height = [skew](const Point& p) { return p.late_s - skew * p.x_s; };
    return *std::min_element(points_.begin(), points_.begin() + static_cast<std::ptrdiff_t>(count_),
                             [&](const Point& a, const Point& b) { return height(a) < height(b); });
  };
  double low = prior_skew_ - most_skew, high = prior_skew_ + most_skew;
  for (int i = 0; i < bisections; ++i) {
    const double skew = 0.5 * (low + high);
    const double slope =
        (n * touched(skew).x_s - sum_x) / delay_tail_s + (skew - prior_skew_) / (prior_error_ * prior_error_);
    (slope > 0.0 ? high : low) = skew;
  }
  skew_ = 0.5 * (low + high);
  const Point p = touched(skew_);
  mean_x_s_ = p.x_s;
  base_s_ = p.late_s;

  double sum = 0.0;
  n = 0.0;
  for (std::size_t k = 0; k < count_; ++k)
    if (above(points_[k]) <= off_s) n += 1.0, sum += above(points_[k]);
  mean_residual_s_ = sum / n;
}

}  // namespace myod::daemon
