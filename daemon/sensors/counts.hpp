// The inverse of a channel's scale: what a simulated device sends of values at its inputs.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

#include "daemon/sensors/sensor.hpp"
#include "dsp/stream.hpp"

namespace myod::sensors {

/// The nearest count, at the rail when the value is beyond it.
inline double to_count(const dsp::Channel& channel, double value) {
  return std::clamp(std::nearbyint(value / channel.scale + channel.offset), channel.rail_low, channel.rail_high);
}

/// One instant of a stream: `values`, one per channel in its unit, as counts. NaN: nothing is at that input; an
/// analogue one then sends mid-scale, any other what it sends at rest.
inline void put_instant(const SensorRow& row, const Setup& setup, std::span<const dsp::Channel> channels,
                        std::uint64_t index, std::span<const double> values, std::span<double> counts) {
  const std::size_t analogue = std::min<std::size_t>(setup.channels, channels.size());
  for (std::size_t c = 0; c < channels.size(); ++c) counts[c] = channels[c].offset;
  if (row.at_rest != nullptr) row.at_rest(setup, index, counts.subspan(analogue, channels.size() - analogue));
  for (std::size_t c = 0; c < channels.size(); ++c)
    if (!std::isnan(values[c])) counts[c] = to_count(channels[c], values[c]);
}

}  // namespace myod::sensors
