// The inverse of a channel's scale: what the converter of a simulated device makes of a value.
#pragma once

#include <algorithm>
#include <cmath>

#include "dsp/stream.hpp"

namespace myod::sensors {

/// The nearest count, at the rail when the value is beyond it.
inline double to_count(const dsp::Channel& channel, double value) {
  return std::clamp(std::nearbyint(value / channel.scale + channel.offset), channel.rail_low, channel.rail_high);
}

}  // namespace myod::sensors
