// Timebase: (sample index, arrival) in; smooth host time of any index, with its uncertainty, and the true rate out.
// Pure: the clock is the arrival times given. Bytes are never early and often late, so time is the lower envelope of
// the arrivals (lower_envelope.hpp). What leaves is slewed towards it, by less than half a sample a read, so that a
// better estimate is no step; after a gap of unknown length a new line begins at its first arrival. The least delay a
// line has (USB, radio, the kernel) is constant and cannot be known from arrivals: all times are late by it, and no
// uncertainty contains it.
#pragma once

#include <cstdint>

#include "daemon/lower_envelope.hpp"
#include "daemon/residuals.hpp"

namespace myod::daemon {

class Timebase {
 public:
  /// Nominal rate; 0: unknown, then host time is the newest arrival and nothing is measured.
  explicit Timebase(double rate_hz) : rate_hz_(rate_hz) {}

  /// The newest sample of a read, and when it was read. False when time had to be moved by more than can be slewed: the
  /// host's clock was set, or the indices were wrong by as much.
  bool observe(std::uint64_t index, std::int64_t arrival_ns);

  /// The sample axis was continued by guess (long gap, port reopened): the next observation begins a new line with the
  /// same skew. Until then the old one is extrapolated.
  void reset();

  /// The device sends at another rate than it was said to: a new line with that slope begins at the next observation.
  void follow(double rate_hz);

  bool known() const { return ever_ && rate_hz_ > 0.0; }
  std::int64_t host_time_ns(std::uint64_t index) const;
  /// Of host_time_ns, about two standard deviations.
  std::int64_t uncertainty_ns() const;
  /// The inverse by the line itself, not slewed: which index is due at a time (with a fraction). Only when known().
  double index_at(std::int64_t time_ns) const;
  /// Of what index_at says, in samples. Where reads are usually late, the line may never have been without a queue.
  double index_error_at(std::int64_t time_ns) const;
  /// What one sample is taken to last, as a rate.
  double assumed_rate_hz() const { return rate_hz_ / (1.0 + skew()); }
  /// Of the device by the host's clock; NaN until 5 s have been seen.
  double measured_rate_hz() const;

  /// Parts per million by which the device's clock is fast, and how far that may be off; NaN until 5 s have been seen.
  double drift_ppm() const;
  double drift_error_ppm() const;
  /// How late reads were.
  const Residuals& residuals() const { return residuals_; }

 private:
  static constexpr double first_skew_error = 1e-3;  // ceramic resonators and measured rates

  double skew() const { return began_ ? envelope_.skew() : next_skew_; }
  double device_s(std::uint64_t index) const;
  void begin(std::uint64_t index, std::int64_t arrival_ns);
  bool measured() const;
  double hidden_s() const;

  double rate_hz_;
  bool began_ = false, ever_ = false;
  std::int64_t base_ns_ = 0;  // host time = base + device seconds since + lateness of the line there + offset
  std::uint64_t base_index_ = 0, newest_ = 0;
  double next_skew_ = 0.0, next_skew_error_ = first_skew_error;  // of a line that begins
  LowerEnvelope envelope_;
  double offset_s_ = 0.0;  // of what leaves from the line: still to be slewed
  double per_read_ = 1.0;  // samples
  Residuals residuals_{1024};
  std::size_t observed_ = 0;
  double typical_late_s_ = 0.0;
};

}  // namespace myod::daemon
