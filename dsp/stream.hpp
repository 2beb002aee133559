// What a stream is: who measures, how fast, which channels. Fixed for the life of a pipeline; the numbers follow in
// blocks.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "dsp/electrode_array.hpp"
#include "dsp/options.hpp"

namespace myod::dsp {

enum class ChannelKind : std::uint8_t { emg, force, angle, accel, digital, stimulus, other };
enum class Side : std::uint8_t { none, left, right };

/// One channel. value = (raw - offset) * scale, in `unit`; for emg the unit is always microvolt at the electrode.
struct Channel {
  std::string name;  ///< unique over all sensors
  ChannelKind kind = ChannelKind::emg;
  std::string muscle;
  Side side = Side::none;
  std::string unit = "uV";
  double scale = 1.0;      ///< units per raw count
  double offset = 0.0;     ///< raw count that means zero
  bool step_known = true;  ///< false: raw numbers are no counts of a converter, so one of them is no step (LSB)
  double rail_low = -std::numeric_limits<double>::infinity();  ///< smallest raw count the converter can give
  double rail_high = std::numeric_limits<double>::infinity();  ///< largest
  std::optional<ConditionOptions> condition{};  ///< of this EMG channel alone; none: those of all channels
};

struct Stream {
  std::string sensor;          ///< name of the sensor, unique
  std::uint64_t rate_mhz = 0;  ///< nominal rate in millihertz (1 kHz is 1 000 000)
  std::vector<Channel> channels;
  std::vector<ElectrodeArray> arrays{};  ///< of its EMG channels, each conditioned as its neighbours

  double rate_hz() const { return static_cast<double>(rate_mhz) / 1000.0; }
  double seconds(double samples) const { return samples / rate_hz(); }
};

}  // namespace myod::dsp
