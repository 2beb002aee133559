// Timebase: (sample index, arrival) in; smooth host time of any index, with its uncertainty, and the true rate out.
// Pure: the clock is the arrival times given. Recursive least squares with forgetting, in its Kalman form: the state is
// the host time of the newest index and the skew of the device's clock. Bytes are never early and often late, so an
// early arrival moves the line at once and a late one hardly: the line leans on the lower envelope.
#pragma once

#include <cstdint>

namespace myod::daemon {

class Timebase {
 public:
  /// Nominal rate; 0: unknown, then host time is the newest arrival and nothing is measured.
  explicit Timebase(double rate_hz);

  /// The newest sample of a read, and when it was read.
  void observe(std::uint64_t index, std::int64_t arrival_ns);

  /// The sample axis was continued by guess (long gap, port reopened): the next observation begins a new line with the
  /// same skew. Until then the old one is extrapolated.
  void reset() { began_ = false; }

  /// The device sends at another rate than it was said to: a new line with that slope begins at the next observation.
  void follow(double rate_hz);

  bool known() const { return ever_ && rate_hz_ > 0.0; }
  std::int64_t host_time_ns(std::uint64_t index) const;
  std::int64_t uncertainty_ns() const;
  /// The inverse: which index is due at a time (with a fraction). Only when known().
  double index_at(std::int64_t time_ns) const;
  /// What one sample is taken to last, as a rate.
  double assumed_rate_hz() const { return rate_hz_ / skew_; }
  /// Of the device by the host's clock; NaN until 5 s have been seen.
  double measured_rate_hz() const;

 private:
  double rate_hz_;
  bool began_ = false, ever_ = false;
  std::int64_t base_ns_ = 0;  // the line: host time = base + time_s + skew * (index - newest) / rate
  std::uint64_t newest_ = 0;
  double time_s_ = 0.0, skew_ = 1.0;
  double p_time_ = 0.0, p_both_ = 0.0, p_skew_;
  double lateness_s_ = 0.0;  // mean distance of the arrivals from the line
  double seen_s_ = 0.0;      // of one line, for the rate
};

}  // namespace myod::daemon
