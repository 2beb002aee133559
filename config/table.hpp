// The option tables: one row per option, for the configuration itself, a sensor, a sensor's channel, an EMG
// channel's own conditioning, a pair and an array of electrodes.
// Reading, printing, --set, --list-options and the messages all walk these rows; the default is what a fresh object
// holds.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/options.hpp"

namespace myod::config {

/// An enumeration of one byte and the words for its values.
struct Choice {
  std::uint8_t* value;
  std::span<const std::string_view> words;
};

/// The name of a channel among the options of the signal processing.
using ShortText = dsp::Text<64>;

using Value = std::variant<double*, std::int64_t*, bool*, std::string*, ShortText*, std::vector<std::string>*, Choice>;

/// What a value must be and how it is told to people.
struct Rule {
  std::string_view key;
  std::string_view help;  ///< one sentence
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  std::string_view unit = {};
  bool even = false;  ///< whole numbers: only the even ones
};

template <typename Owner>
struct Row {
  Rule rule;
  Value (*member)(Owner&);
};

/// Keys as section.name; rows of a section stand together.
std::span<const Row<Configuration>> configuration_rows();
std::span<const Row<SensorConfig>> sensor_rows();
std::span<const Row<ChannelConfig>> channel_rows();
std::span<const Row<ChannelOptions>> channel_options_rows();  ///< all but the name as condition.* of all channels
std::span<const Row<PairConfig>> pair_rows();
std::span<const Row<ArrayConfig>> array_rows();

}  // namespace myod::config
