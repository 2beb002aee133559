// From configuration to plan: which sensor rows run on which ports, and what their streams are called. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "daemon/sensors/sensor.hpp"
#include "dsp/stream.hpp"

namespace myod::daemon {

struct SensorPlan {
  std::string name;
  const sensors::SensorRow* row = nullptr;
  sensors::Setup setup;
  std::string port;
  std::uint32_t stream = 0;  ///< index
};

/// Every configured sensor, in order. Throws config::ConfigError with the place of what is wrong: an unknown kind, a
/// value the kind does not take, a missing port.
std::vector<SensorPlan> plan_sensors(const config::Configuration&);

/// The stream of a sensor whose layout is known: the row's channels with the user's names. With several sensors a
/// channel the user did not name is called SENSOR.DEVICE_NAME, so names are unique.
dsp::Stream make_stream(const SensorPlan&, const sensors::Setup& layout, double rate_hz, const config::Configuration&);

/// Throws config::ConfigError when two channels of all streams share a name, or one names channels that do not exist,
/// itself or in a pair. What is found out from the data is not known yet and passes.
void check_names(const std::vector<SensorPlan>&, const config::Configuration&);

}  // namespace myod::daemon
