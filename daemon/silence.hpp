// What to tell of a sensor that sends no samples: since when, and what comes instead of them.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/sample_axis.hpp"
#include "daemon/sensors/sensor.hpp"

namespace myod::daemon {

/// 14:47:31, local time of a moment on CLOCK_MONOTONIC.
std::string time_of_day(std::int64_t monotonic_ns);

/// What came since `before` that was no sample: "lines have 3 columns, expected 2 (1498 times)"; empty: nothing.
std::string seen_instead(const AssemblerCounts& before, const AssemblerCounts& now, const sensors::Setup& setup);

}  // namespace myod::daemon
