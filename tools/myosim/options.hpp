// What the command line asks for, checked: everything below this can be relied on.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "daemon/sensors/sensor.hpp"
#include "dsp/synth/scenario.hpp"

namespace myod::myosim {

/// Nothing is sent for `length_s` from `at_s` of the stream on; the samples of that time are lost.
struct Stall {
  double length_s = 0.0, at_s = 0.0;
};

struct Options {
  const sensors::SensorRow* row = nullptr;
  sensors::Setup setup;
  const dsp::synth::Scenario* scenario = nullptr;
  std::string link;
  std::string csv;  ///< empty: the scenario is played
  double csv_rate_hz = 0.0;
  double csv_unit_uv = 1.0;  ///< microvolt per unit of the file
  double duration_s = std::numeric_limits<double>::infinity();
  std::uint64_t seed = 1;
  double drop = 0.0, corrupt = 0.0;
  std::vector<Stall> stalls;
  double drift_ppm = 0.0;
  double burst_ms = 4.0;  ///< bytes leave every so often
  std::string truth;
};

/// Nothing when the command line was answered already (--help, --version, --list, a syntax error): `exit_code` says
/// how. Throws std::invalid_argument for well-formed but wrong values.
std::optional<Options> read_command_line(int argc, char** argv, int& exit_code);

}  // namespace myod::myosim
