#include "daemon/timebase.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace myod::daemon {

namespace {

constexpr double first_time_error_s = 20e-3;  // the first read may have waited in a driver
constexpr double first_skew_error = 2e-3;     // ceramic resonators and measured rates
constexpr double arrival_noise_s = 1e-3;
constexpr double time_wander = 1e-10;  // s^2 per s: what is forgotten, of the time ...
constexpr double skew_wander = 1e-12;  // ... and of the skew (1 ppm in one second)
constexpr double late_weight = 10.0;   // a late arrival counts as if its noise were so many times its lateness
constexpr double rate_known_after_s = 5.0;
constexpr double to_s = 1e-9;

double square(double x) { return x * x; }
double signed_distance(std::uint64_t to, std::uint64_t from) {
  return static_cast<double>(static_cast<std::int64_t>(to - from));
}

}  // namespace

Timebase::Timebase(double rate_hz) : rate_hz_(rate_hz), p_skew_(square(first_skew_error)) {}

void Timebase::observe(std::uint64_t index, std::int64_t arrival_ns) {
  if (!began_ || rate_hz_ <= 0.0) {
    base_ns_ = arrival_ns;
    newest_ = index;
    time_s_ = lateness_s_ = seen_s_ = p_both_ = 0.0;
    p_time_ = square(first_time_error_s);
    began_ = ever_ = true;
    return;
  }
  const double step = signed_distance(index, newest_) / rate_hz_;
  newest_ = index;
  time_s_ += step * skew_;
  seen_s_ += step;
  p_time_ += 2.0 * step * p_both_ + step * step * p_skew_ + time_wander * std::abs(step);
  p_both_ += step * p_skew_;
  p_skew_ = std::min(p_skew_ + skew_wander * std::abs(step), square(first_skew_error));

  const double late = static_cast<double>(arrival_ns - base_ns_) * to_s - time_s_;
  double noise = square(arrival_noise_s);
  if (late > 0.0)
    noise += square(late_weight * late);
  else if (square(late) > 9.0 * (p_time_ + noise))
    p_time_ += square(late);  // nothing arrives before it was sampled: the line was wrong
  const double total = p_time_ + noise;
  const double k_time = p_time_ / total, k_skew = p_both_ / total;
  time_s_ += k_time * late;
  skew_ += k_skew * late;
  p_skew_ -= k_skew * p_both_;
  p_both_ -= k_time * p_both_;
  p_time_ -= k_time * p_time_;
  lateness_s_ += 0.02 * (std::abs(late) - lateness_s_);
}

void Timebase::follow(double rate_hz) {
  skew_ = rate_hz_ / rate_hz;
  p_skew_ = square(first_skew_error);
  began_ = false;
}

std::int64_t Timebase::host_time_ns(std::uint64_t index) const {
  if (rate_hz_ <= 0.0) return base_ns_;
  const double s = time_s_ + skew_ * signed_distance(index, newest_) / rate_hz_;
  return base_ns_ + static_cast<std::int64_t>(std::llround(s / to_s));
}

std::int64_t Timebase::uncertainty_ns() const {
  return static_cast<std::int64_t>(std::llround((std::sqrt(std::max(p_time_, 0.0)) + lateness_s_) / to_s));
}

double Timebase::index_at(std::int64_t time_ns) const {
  const double ahead_s = static_cast<double>(time_ns - base_ns_) * to_s - time_s_;
  return static_cast<double>(newest_) + ahead_s * rate_hz_ / skew_;
}

double Timebase::measured_rate_hz() const {
  return seen_s_ < rate_known_after_s ? std::numeric_limits<double>::quiet_NaN() : rate_hz_ / skew_;
}

}  // namespace myod::daemon
