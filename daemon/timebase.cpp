#include "daemon/timebase.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace myod::daemon {

namespace {

constexpr double follow_skew_error = 2e-2;  // a rate that was counted over some seconds
constexpr double least_skew_error = 2e-5;   // a clock that ran before: temperature
constexpr double slew_time_s = 0.5, most_slew_samples = 0.4, most_slew = 0.25;
constexpr double most_moved_s = 1.0;  // at once: more would be slewed for minutes
constexpr double rate_known_after_s = 5.0;
constexpr double several = 1.5;            // samples in a read
constexpr std::size_t refresh_reads = 64;  // how often the median of lateness is looked at
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double to_s = 1e-9, to_ppm = 1e6;

double signed_distance(std::uint64_t to, std::uint64_t from) {
  return static_cast<double>(static_cast<std::int64_t>(to - from));
}

}  // namespace

double Timebase::device_s(std::uint64_t index) const { return signed_distance(index, base_index_) / rate_hz_; }

bool Timebase::observe(std::uint64_t index, std::int64_t arrival_ns) {
  if (!began_ || rate_hz_ <= 0.0) {
    begin(index, arrival_ns);
    return true;
  }
  const double x_s = device_s(index), step_s = x_s - device_s(newest_);
  const double late_s = static_cast<double>(arrival_ns - base_ns_) * to_s - x_s;
  per_read_ += 0.05 * (step_s * rate_hz_ - per_read_);
  newest_ = index;

  const double line_s = envelope_.at(x_s);
  envelope_.add(x_s, late_s);
  const double lateness_s = late_s - envelope_.at(x_s);
  residuals_.add(lateness_s);
  if (++observed_ % refresh_reads == 0) typical_late_s_ = residuals_.percentile(50.0);

  const double moved_s = envelope_.at(x_s) - line_s;
  offset_s_ -= moved_s;
  if (std::abs(moved_s) > most_moved_s) {
    offset_s_ = 0.0;
    return false;
  }
  const double most_s = std::min(most_slew_samples / rate_hz_, most_slew * step_s);
  offset_s_ -= std::clamp(offset_s_ * std::min(1.0, step_s / slew_time_s), -most_s, most_s);
  return true;
}

void Timebase::begin(std::uint64_t index, std::int64_t arrival_ns) {
  base_ns_ = arrival_ns;
  base_index_ = newest_ = index;
  offset_s_ = typical_late_s_ = 0.0;
  observed_ = 0;
  residuals_.clear();
  if (rate_hz_ > 0.0) {
    envelope_.begin(next_skew_, next_skew_error_, 1.0 / rate_hz_);
    envelope_.add(0.0, 0.0);
  }
  began_ = ever_ = true;
}

void Timebase::reset() {
  if (!began_) return;
  next_skew_ = envelope_.skew();
  next_skew_error_ = std::max(envelope_.skew_error(), least_skew_error);
  began_ = false;
}

void Timebase::follow(double rate_hz) {
  next_skew_ = rate_hz_ / rate_hz - 1.0;
  next_skew_error_ = follow_skew_error;
  began_ = false;
}

std::int64_t Timebase::host_time_ns(std::uint64_t index) const {
  if (rate_hz_ <= 0.0) return base_ns_;
  const double x_s = device_s(index);
  return base_ns_ + static_cast<std::int64_t>(std::llround((x_s + envelope_.at(x_s) + offset_s_) / to_s));
}

// Reads that always come at the same phase of the samples hide how old the newest one is, up to a period; where their
// phase runs through it, half a period is the median.
double Timebase::hidden_s() const {
  if (rate_hz_ <= 0.0 || per_read_ <= several) return 0.0;
  return std::max(0.0, 1.0 / rate_hz_ - 2.0 * typical_late_s_);
}

std::int64_t Timebase::uncertainty_ns() const {
  return static_cast<std::int64_t>(std::llround((envelope_.error_s() + std::abs(offset_s_) + hidden_s()) / to_s));
}

double Timebase::index_at(std::int64_t time_ns) const {
  const double x_s = device_s(newest_), now_s = static_cast<double>(time_ns - base_ns_) * to_s;
  const double ahead_s = now_s - x_s - envelope_.at(x_s);
  return static_cast<double>(newest_) + ahead_s * rate_hz_ / (1.0 + envelope_.skew());
}

double Timebase::index_error_at(std::int64_t time_ns) const {
  const double ahead_s = static_cast<double>(time_ns - base_ns_) * to_s - device_s(newest_);
  return rate_hz_ * (envelope_.error_s() + typical_late_s_ + envelope_.skew_error() * std::abs(ahead_s));
}

bool Timebase::measured() const { return known() && device_s(newest_) >= rate_known_after_s; }
double Timebase::measured_rate_hz() const { return measured() ? assumed_rate_hz() : unknown; }
double Timebase::drift_ppm() const { return measured() ? to_ppm * (1.0 / (1.0 + envelope_.skew()) - 1.0) : unknown; }
double Timebase::drift_error_ppm() const {
  return measured() ? to_ppm * (envelope_.skew_error() + hidden_s() / envelope_.span_s()) : unknown;
}

}  // namespace myod::daemon
