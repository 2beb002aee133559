#include "daemon/rate_watch.hpp"

#include <algorithm>
#include <cmath>

namespace myod::daemon {

namespace {

constexpr double stretch_s = 3.0, least_samples = 64.0;  // an error of one sample at either end is 3 % then
constexpr double pause_s = 1.0, pause_samples = 8.0;     // longer without a sample: nothing can be said of the rate

bool near(double a, double b) { return std::abs(a / b - 1.0) <= RateWatch::tolerance; }  // false for NaN

}  // namespace

bool RateWatch::observe(std::uint64_t index, std::int64_t arrival_ns, double assumed_hz) {
  const double silent_s = static_cast<double>(arrival_ns - newest_ns_) * 1e-9;
  if (begun_ && silent_s > std::max(pause_s, pause_samples / assumed_hz)) restart();
  newest_ns_ = arrival_ns;
  if (!begun_) {
    begun_ = true;
    first_index_ = index;
    first_ns_ = arrival_ns;
    return false;
  }
  const double samples = static_cast<double>(index - first_index_);
  const double passed_s = static_cast<double>(arrival_ns - first_ns_) * 1e-9;
  if (passed_s < stretch_s || std::max(samples, passed_s * assumed_hz) < least_samples) return false;
  const double before_hz = rate_hz_;
  rate_hz_ = samples / passed_s;
  first_index_ = index;
  first_ns_ = arrival_ns;
  if (!near(rate_hz_, before_hz)) return false;
  judge();
  return !near(rate_hz_, assumed_hz);
}

void RateWatch::judge() {
  if (near(rate_hz_, nominal_hz_))
    off_nominal_hz_ = 0.0;
  else if (off_nominal_hz_ == 0.0 || !near(rate_hz_, off_nominal_hz_))
    off_nominal_hz_ = rate_hz_;
}

void RateWatch::restart() {
  begun_ = false;
  rate_hz_ = std::numeric_limits<double>::quiet_NaN();
}

}  // namespace myod::daemon
