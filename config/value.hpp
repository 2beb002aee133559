// One value as text: how it is written in TOML, and what it must be.
#pragma once

#include <string>
#include <string_view>

#include "config/table.hpp"

namespace myod::config {

/// "off" with its quotes; valid in TOML and in JSON.
std::string quoted(std::string_view);

/// The path of a sensor's option in messages: sensor.NAME.KEY, sensor.KEY while the name is not known.
std::string sensor_key(std::string_view name, std::string_view key);

/// The path of a pair's option in messages: pair.NAME.KEY, pair.KEY while it has no name.
std::string pair_key(std::string_view name, std::string_view key);

/// The path of an array's option in messages: array.NAME.KEY, array.KEY while it has no name.
std::string array_key(std::string_view name, std::string_view key);

/// The path of a channel's option in messages: channel.NAME.KEY, channel.KEY while it has no name.
std::string channel_key(std::string_view name, std::string_view key);

/// As TOML, so that reading gives the same bits.
std::string toml_text(const Value&);

/// number, whole number, true or false, text, list of texts, choice.
std::string_view type_name(const Value&);

/// "0.5..1000 Hz", "standard, fast", "true or false"; empty where anything goes.
std::string allowed(const Value&, const Rule&);

/// "must be a number 0.5..1000 Hz".
std::string must_be(const Value&, const Rule&);

}  // namespace myod::config
