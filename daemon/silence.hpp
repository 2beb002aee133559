// What to tell of a sensor that sends no samples, or hardly any: since when, and what comes instead of them.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/sample_axis.hpp"
#include "daemon/sensors/sensor.hpp"

namespace myod::daemon {

/// 14:47:31, local time of a moment on CLOCK_MONOTONIC.
std::string time_of_day(std::int64_t monotonic_ns);

/// What came since `before` that was no sample: "lines have 3 columns, expected 2 (1498 times)", the most frequent two;
/// empty: nothing.
std::string seen_instead(const AssemblerCounts& before, const AssemblerCounts& now, const sensors::SensorRow& row,
                         const sensors::Setup& setup);

/// Whether most bytes of the newest two seconds or more were skipped, although there may be samples among them.
class SkippedWatch {
 public:
  /// True when two seconds are over and there is a new answer. `arrived_bytes`: all so far.
  bool due(std::int64_t now_ns, std::uint64_t arrived_bytes, const AssemblerCounts& counts);
  bool mostly_skipped() const { return mostly_; }
  /// The counts as they stood when those seconds began.
  const AssemblerCounts& earlier() const { return earlier_; }

 private:
  std::int64_t since_ns_ = 0;
  std::uint64_t arrived_ = 0;
  AssemblerCounts before_, earlier_;
  bool mostly_ = false;
};

}  // namespace myod::daemon
