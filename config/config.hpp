// Text in, Configuration out, and back: TOML files, --set, printing, hashing. Nothing is corrected and nothing is
// guessed: whatever is wrong is said with its place, its key, its value and what is allowed, all of a file at once.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.hpp"

namespace myod::config {

/// One line per mistake: `FILE:LINE: key = value: must be a..b unit`. Exit code 78.
class ConfigError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// Reads a file over the defaults and validates the result. Throws ConfigError, also when the file cannot be read.
Configuration load(const std::string& path);

/// The same from text; `place` is named in errors as the file would be.
Configuration parse(std::string_view toml, std::string place);

/// One option by KEY=VALUE; VALUE is a TOML value, a bare word is a string. `sensor=[{name="arm", ...}]` replaces all
/// sensors, `pair=[{first="left", ...}]` all pairs, `array=[{channels=["a1", ...], ...}]` all arrays of electrodes,
/// `sensor.NAME.KEY` is one option of one sensor, `channel.NAME.condition.KEY` one of one EMG channel. Ranges are
/// checked at once; what needs several options is checked by validate(). `place`: who asks, as errors name it. Throws
/// ConfigError.
void set(Configuration&, std::string_view assignment, std::string_view place = "--set");

/// What no single option can know: the low-pass above the high-pass, unique names, ... Throws ConfigError.
void validate(const Configuration&);

/// When all streams are known: every channel of a pair is an EMG channel of one of them. Throws ConfigError.
void check_pairs(const Configuration&, const std::vector<dsp::Stream>&);

/// When all streams are known: every [[channel]] is an EMG channel of one of them, and those of an [[array]] are
/// channels of one sensor that are conditioned alike. Throws ConfigError.
void check_channels(const Configuration&, const std::vector<dsp::Stream>&);

/// Gives every channel of the stream the conditioning that the configuration has for it alone, and the stream the
/// arrays of its channels.
void condition_channels(const Configuration&, dsp::Stream&);
/// The conditioning of such a channel: what it has of its own, else that of all.
dsp::ConditionOptions condition_of(const Configuration&, const ChannelOptions&);

/// What dsp::Pairs is made of.
std::vector<dsp::PairNames> pair_names(const Configuration&);

/// Everything as commented TOML; parse(print(c)) is c.
std::string print(const Configuration&);

/// FNV-1a 64, 16 hex digits, of what changes a result: the options of the signal processing, what single channels have
/// of their own, and arrays of electrodes. Stable over comments, order of options in the file and spelling. A sensor's
/// scale is part of its stream description, not of this.
std::string hash(const dsp::Options&, const dsp::Stream&);
std::string hash(const Configuration&);

/// Every option: key, type, default, range, unit, help; one line or one JSON object each.
std::string list_options(bool json);

/// `message` of somebody who used the sensor, with the place of the option it begins with (else of the sensor):
/// "rate_hz = 3: must be 10, 100, 1000" -> "lab.toml:7: sensor.arm.rate_hz = 3: must be 10, 100, 1000".
std::string located(const SensorConfig&, std::string_view message);
/// The same for an option of no sensor: "serve.listen = ...: must be ...".
std::string located(const Configuration&, std::string_view message);

}  // namespace myod::config
