// Is the rate what it is said to be? Sample indices and their arrivals in; the rate by the host's clock out, and
// whether it is off. Pure. Stretches of some seconds are counted; two that agree are believed, so that a pause of the
// host, whose samples come in a burst afterwards, is not mistaken for a change of the device.
#pragma once

#include <cstdint>
#include <limits>

namespace myod::daemon {

class RateWatch {
 public:
  /// Beyond this share of the rate it is off: no crystal is, and arrivals in bursts of 100 ms are not counted as such.
  static constexpr double tolerance = 0.05;

  explicit RateWatch(double nominal_hz) : nominal_hz_(nominal_hz) {}

  /// The newest sample of a read. True when samples come at another rate than `assumed_hz`: at rate_hz().
  bool observe(std::uint64_t index, std::int64_t arrival_ns, double assumed_hz);
  /// Indices went on by guess: what was counted so far is worth nothing.
  void restart();

  /// Of the last stretch; NaN until there is one.
  double rate_hz() const { return rate_hz_; }
  /// The rate as it was when it was found off the nominal one, or changed again; 0 while it is right.
  double off_nominal_hz() const { return off_nominal_hz_; }

 private:
  void judge();

  const double nominal_hz_;
  bool begun_ = false;
  std::uint64_t first_index_ = 0;
  std::int64_t first_ns_ = 0, newest_ns_ = 0;
  double rate_hz_ = std::numeric_limits<double>::quiet_NaN();
  double off_nominal_hz_ = 0.0;
};

}  // namespace myod::daemon
