// Configuration out: commented TOML, the list of options, the hash. The comments come from the rows.
#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "config/config.hpp"
#include "config/table.hpp"
#include "config/value.hpp"

namespace myod::config {

namespace {

constexpr std::string_view head =
    "# myod: every option with its value. What a file leaves out keeps its default; an unknown key is an error.\n"
    "# Try a change with --check, or without a file: --set condition.highpass_hz=30\n";

std::string comment(const Value& value, const Rule& rule) {
  const std::string range = std::holds_alternative<bool*>(value) ? "" : allowed(value, rule);
  return "  # " + (range.empty() ? "" : range + ": ") + std::string(rule.help);
}

/// The rows of one object, each line after `lead`.
template <typename Owner>
std::string lines(std::span<const Row<Owner>> rows, Owner owner, std::string_view lead) {
  std::string s;
  for (const Row<Owner>& row : rows) {
    const Value value = row.member(owner);
    s += std::string(lead) + std::string(row.rule.key) + " = " + toml_text(value) + comment(value, row.rule) + "\n";
  }
  return s;
}

std::string sensor_text(const SensorConfig& sensor, const std::vector<ChannelConfig>& channels, std::string_view lead) {
  std::string s = "\n" + std::string(lead) + "[[sensor]]\n" + lines(sensor_rows(), sensor, lead);
  for (const ChannelConfig& channel : channels)
    s += "\n" + std::string(lead) + "[[sensor.channel]]  # the next channel of the sensor\n" +
         lines(channel_rows(), channel, lead);
  return s;
}

/// Of a channel with options of its own, these alone: the others are those of all channels.
std::string channel_text(const ChannelOptions& given) {
  std::string s = "\n[[channel]]\n";
  ChannelOptions channel = given;  // rows point into what may be changed
  for (const Row<ChannelOptions>& row : channel_options_rows()) {
    const Value value = row.member(channel);
    if (row.rule.key == "name" || given.places.contains(row.rule.key))
      s += std::string(row.rule.key) + " = " + toml_text(value) + comment(value, row.rule) + "\n";
  }
  return s;
}

std::string pair_text(const PairConfig& pair, std::string_view lead) {
  return "\n" + std::string(lead) + "[[pair]]\n" + lines(pair_rows(), pair, lead);
}

std::string array_text(const ArrayConfig& array, std::string_view lead) {
  return "\n" + std::string(lead) + "[[array]]\n" + lines(array_rows(), array, lead);
}

/// low and high of a number, words of a choice, nothing else.
std::string limits_json(const Value& value, const Rule& rule) {
  if (std::isfinite(rule.low)) {
    double low = rule.low;
    double high = rule.high;
    return ",\"low\":" + toml_text(&low) + ",\"high\":" + toml_text(&high);
  }
  const auto* const choice = std::get_if<Choice>(&value);
  if (choice == nullptr) return "";
  std::string s;
  for (const std::string_view word : choice->words) s += (s.empty() ? "" : ",") + quoted(word);
  return ",\"words\":[" + s + "]";
}

template <typename Owner>
std::string option_list(std::span<const Row<Owner>> rows, std::string_view prefix, bool json) {
  std::string s;
  Owner fresh;
  for (const Row<Owner>& row : rows) {
    const Value value = row.member(fresh);
    const std::string key = std::string(prefix) + std::string(row.rule.key);
    const std::string type(type_name(value));
    const std::string range = allowed(value, row.rule);
    const std::string help(row.rule.help);
    if (json)
      s += "{\"key\":" + quoted(key) + ",\"type\":" + quoted(type) + ",\"default\":" + toml_text(value) +
           limits_json(value, row.rule) + ",\"unit\":" + quoted(row.rule.unit) + ",\"help\":" + quoted(help) + "}\n";
    else
      s += key + " = " + toml_text(value) + "  (" + (range.empty() ? type : range) + ") " + help + "\n";
  }
  return s;
}

}  // namespace

std::string print(const Configuration& c) {
  std::string s(head);
  std::string_view section;
  Configuration copy = c;
  for (const Row<Configuration>& row : configuration_rows()) {
    const std::size_t dot = row.rule.key.find('.');
    if (row.rule.key.substr(0, dot) != section) {
      section = row.rule.key.substr(0, dot);
      s += "\n[" + std::string(section) + "]\n";
    }
    const Value value = row.member(copy);
    s += std::string(row.rule.key.substr(dot + 1)) + " = " + toml_text(value) + comment(value, row.rule) + "\n";
  }
  if (c.sensors.empty())
    s +=
        "\n# One table per sensor, one per channel in the sensor's order:\n" + sensor_text({}, {ChannelConfig{}}, "# ");
  for (const SensorConfig& sensor : c.sensors) s += sensor_text(sensor, sensor.channel, "");
  if (c.channels.empty())
    s += "\n# One table per channel that is conditioned in another way, with what differs:\n"
         "\n# [[channel]]\n# name = \"\"  # of an EMG channel\n# condition.highpass_hz = 30.0\n";
  for (const ChannelOptions& channel : c.channels) s += channel_text(channel);
  if (c.pairs.empty()) s += "\n# One table per two channels to compare:\n" + pair_text({}, "# ");
  for (const PairConfig& pair : c.pairs) s += pair_text(pair, "");
  if (c.arrays.empty())
    s += "\n# One table per line of electrodes along the fibres of a muscle:\n" + array_text({}, "# ");
  for (const ArrayConfig& array : c.arrays) s += array_text(array, "");
  return s;
}

std::string list_options(bool json) {
  return option_list(configuration_rows(), "", json) + option_list(sensor_rows(), "sensor.", json) +
         option_list(channel_rows(), "sensor.channel.", json) + option_list(channel_options_rows(), "channel.", json) +
         option_list(pair_rows(), "pair.", json) + option_list(array_rows(), "array.", json);
}

std::string hash(const dsp::Options& options, const dsp::Stream& stream) {
  constexpr std::array<std::string_view, 5> sections{"condition.", "features.", "onset.", "repetition.", "spasm."};
  Configuration c;
  c.dsp = options;
  std::string text;
  for (const Row<Configuration>& row : configuration_rows()) {
    const std::string_view key = row.rule.key;
    if (std::any_of(sections.begin(), sections.end(), [key](auto section) { return key.starts_with(section); }))
      text += std::string(key) + "=" + toml_text(row.member(c)) + "\n";
  }
  std::set<std::string> of_channels;  // in the same order wherever they stand
  for (const dsp::Channel& channel : stream.channels) {
    if (!channel.condition) continue;
    ChannelOptions own{channel.name, *channel.condition, {}}, all{channel.name, options.condition, {}};
    for (const Row<ChannelOptions>& row : channel_options_rows())
      if (const std::string value = toml_text(row.member(own)); value != toml_text(row.member(all)))
        of_channels.insert(channel_key(channel.name, row.rule.key) + "=" + value + "\n");
  }
  for (const dsp::ElectrodeArray& a : stream.arrays) {
    ArrayConfig array{a, {}};
    for (const Row<ArrayConfig>& row : array_rows())
      of_channels.insert(array_key(a.name, row.rule.key) + "=" + toml_text(row.member(array)) + "\n");
  }
  for (const std::string& line : of_channels) text += line;
  std::uint64_t h = 0xcbf29ce484222325U;
  for (const char byte : text) h = (h ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
  std::string digits(16, '0');
  for (std::size_t i = 16; i-- > 0; h >>= 4U) digits[i] = "0123456789abcdef"[h & 15U];
  return digits;
}

std::string hash(const Configuration& c) {
  dsp::Stream own;
  for (const ChannelOptions& channel : c.channels) {
    own.channels.emplace_back().name = channel.name;
    own.channels.back().condition = condition_of(c, channel);
  }
  for (const ArrayConfig& array : c.arrays) own.arrays.push_back(array.array);
  return hash(c.dsp, own);
}

}  // namespace myod::config
