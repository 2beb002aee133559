// What a user may set, as plain members with their defaults. Names, ranges, units and help stand in config/table.cpp:
// one row per member. Sensors are lists of tables; their members mirror what a sensor needs without knowing any sensor.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dsp/options.hpp"
#include "dsp/pairs/names.hpp"
#include "dsp/stream.hpp"

namespace myod::config {

/// Where an option was given: key -> FILE:LINE, "--set", "--sensor" or "configure"; "" is the table itself. Not an
/// option itself.
using Places = std::map<std::string, std::string, std::less<>>;

/// [[sensor.channel]]: what the user calls the sensor's channel at this position. An empty unit keeps the sensor's.
struct ChannelConfig {
  std::string name;  ///< unique over all sensors
  dsp::ChannelKind kind = dsp::ChannelKind::emg;
  std::string muscle;
  dsp::Side side = dsp::Side::none;
  std::string unit;
};

/// [[sensor]]: zero and empty mean the kind's own default.
struct SensorConfig {
  std::string name;  ///< unique
  std::string kind;  ///< a row of the sensor table, as in --list-sensors
  std::string port;
  double rate_hz = 0.0;
  std::int64_t channels = 0;
  double gain = 0.0;
  double full_scale = 0.0;
  std::int64_t bits = 0;
  std::int64_t counter_column = 0;
  std::int64_t timestamp_column = 0;
  std::int64_t unit = 0;
  bool lead_off = false;
  std::vector<ChannelConfig> channel;

  Places places;  ///< keys without "sensor."; channels as channel.0.name
};

/// [[channel]]: an EMG channel of any sensor that is conditioned in another way. What is not given is as for all.
struct ChannelOptions {
  std::string name;
  dsp::ConditionOptions condition;  ///< only what `places` knows counts

  Places places;  ///< keys without "channel.NAME."
};

/// [[pair]]: two channels to compare.
struct PairConfig {
  dsp::PairNames pair;

  Places places;  ///< keys without "pair."
};

/// [[array]]: electrodes in a line along the fibres of one muscle.
struct ArrayConfig {
  dsp::ElectrodeArray array;

  Places places;  ///< keys without "array."
};

enum class LogLevel : std::uint8_t { trace, debug, info, warning, error };

struct ServeOptions {
  std::vector<std::string> listen;      ///< empty: the default addresses, found out at start
  std::string http = "127.0.0.1:7680";  ///< or off
};

struct RecordOptions {
  std::string data_dir;  ///< empty: the default folder, found out at start
};

struct CalibrationOptions {
  std::string file;  ///< levels of an earlier application of the electrodes; empty: none
};

struct LogOptions {
  LogLevel level = LogLevel::info;
};

struct RealtimeOptions {
  std::int64_t fifo_priority = 0;  ///< SCHED_FIFO of the dsp thread; 0: off
  std::int64_t cpu = -1;           ///< the dsp thread stays on this one; -1: any
  bool lock_memory = false;        ///< rings and pipelines
};

struct Configuration {
  dsp::Options dsp;
  ServeOptions serve;
  RecordOptions record;
  CalibrationOptions calibration;
  LogOptions log;
  RealtimeOptions realtime;
  std::vector<SensorConfig> sensors;
  std::vector<ChannelOptions> channels;
  std::vector<PairConfig> pairs;
  std::vector<ArrayConfig> arrays;
  Places places;
};

}  // namespace myod::config
