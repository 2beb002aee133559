// What a sketch does not say and the data must: how many columns a line has, and how many lines come in a second.
// Both pure; the caller gives arrival times.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/sensors/sensor.hpp"

namespace myod::daemon {

/// The number of columns most of the first 20 lines have.
class ColumnVote {
 public:
  void add(const sensors::Frame& frame) {
    ++votes_[frame.values];
    ++lines_;
  }
  bool decided() const { return lines_ >= 20; }
  std::uint32_t winner() const;
  std::uint32_t lines() const { return lines_; }

 private:
  std::array<std::uint32_t, sensors::max_channels + 1> votes_{};
  std::uint32_t lines_ = 0;
};

/// The rate of frames over at least 5 s: pieces of a quarter second, those far from their median (a pause, a burst)
/// left out. A device time stamp in s, ms or us refines it where it agrees with the host's clock.
class RateMeter {
 public:
  /// At the end of a read that brought frames: how many so far, when, and the newest device time.
  void add(std::uint64_t frames, std::int64_t arrival_ns, double device_time);
  /// Once known; 0 until then.
  double rate_hz() const;

 private:
  struct Point {
    std::uint64_t frames;
    std::int64_t arrival_ns;
    double device_time;
  };
  std::vector<Point> points_;
};

}  // namespace myod::daemon
