// Back-off: how long to wait before a port is tried again. Doubles from 0.1 s to 5 s and stays there, for ever, each
// time shortened by up to a quarter by chance, so that several sensors are not tried all at once. Pure: no clock, own
// chance.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace myod::daemon {

class BackOff {
 public:
  /// The same seed gives the same delays.
  explicit BackOff(std::uint32_t seed) : chance_(seed) {}

  std::chrono::milliseconds next();
  /// What was waited for is there: the next delay is the first again.
  void reset() { failures_ = 0; }
  /// Nothing failed since.
  bool fresh() const { return failures_ == 0; }

 private:
  int failures_ = 0;
  std::mt19937 chance_;  // neighbouring seeds give unlike delays, those of minstd_rand do not
};

}  // namespace myod::daemon
