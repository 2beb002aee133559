// What no single option can know. A mistake is told with the place its option was given at, when it was given at all.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "config/config.hpp"
#include "config/value.hpp"
#include "dsp/features/conduction_velocity.hpp"

namespace myod::config {

namespace {

std::string_view place_of(const Places& places, std::string_view key) {
  for (const std::string_view candidate : {key, std::string_view{}})
    if (const auto found = places.find(candidate); found != places.end()) return found->second;
  return {};
}

std::string with_place(std::string_view place, const std::string& message) {
  return place.empty() ? message : std::string(place) + ": " + message;
}

bool is_name(std::string_view s) {
  return !s.empty() && s.size() <= 64 && std::all_of(s.begin(), s.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

/// Column titles and wire names: anything people can read on one line of a CSV.
bool is_channel_name(std::string_view s) {
  return !s.empty() && s.size() <= 64 && s.front() != ' ' && s.back() != ' ' &&
         std::all_of(s.begin(), s.end(), [](char c) {
           return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f && c != ',' && c != '"' && c != ';';
         });
}

class Mistakes {
 public:
  void add(std::string_view place, const std::string& key, const std::string& value, const std::string& must) {
    if (!text_.empty()) text_ += '\n';
    text_ += with_place(place, key + " = " + value + ": " + must);
  }
  bool none() const { return text_.empty(); }
  void throw_if_any() const {
    if (!text_.empty()) throw ConfigError(text_);
  }

 private:
  std::string text_;
};

std::string number(double d) { return toml_text(&d); }
std::string number(std::int64_t i) { return toml_text(&i); }

/// name -> where it was first used.
using Names = std::map<std::string, std::string, std::less<>>;

void check_unique(Names& names, const std::string& name, std::string_view place, const std::string& key, Mistakes& m) {
  const auto [first, fresh] = names.emplace(name, place);
  if (fresh) return;
  const std::string where = first->second.empty() ? "" : " (" + first->second + ")";
  m.add(place, key, quoted(name), "must be unique; it is taken already" + where);
}

void check_sensor(const SensorConfig& s, Names& channel_names, Mistakes& m) {
  const auto at = [&s](std::string_view key) { return place_of(s.places, key); };
  const auto key = [&s](std::string_view k) { return sensor_key(s.name, k); };
  if (!is_name(s.name)) m.add(at("name"), "sensor.name", quoted(s.name), "must be 1..64 of letters, digits, _ and -");
  if (s.kind.empty()) m.add(at("kind"), key("kind"), quoted(s.kind), "must be a name of --list-sensors");
  if (s.channels > 0 && std::cmp_less(s.channels, s.channel.size()))
    m.add(at("channels"), key("channels"), number(s.channels),
          "must be at least the " + std::to_string(s.channel.size()) + " channels described");
  if (s.counter_column > 0 && s.counter_column == s.timestamp_column)
    m.add(at("timestamp_column"), key("timestamp_column"), number(s.timestamp_column),
          "must be another column than " + key("counter_column"));
  for (std::size_t i = 0; i < s.channel.size(); ++i) {
    const ChannelConfig& channel = s.channel[i];
    const std::string prefix = "channel." + std::to_string(i);
    const auto channel_at = [&](const std::string& k) {
      const std::string_view place = place_of(s.places, prefix + "." + k);
      return s.places.contains(prefix + "." + k) ? place : place_of(s.places, prefix);
    };
    if (!is_channel_name(channel.name))
      m.add(channel_at("name"), key("channel.name"), quoted(channel.name),
            "must be 1..64 characters without comma, semicolon and quote");
    else
      check_unique(channel_names, channel.name, channel_at("name"), key("channel.name"), m);
    if (channel.kind == dsp::ChannelKind::emg && !channel.unit.empty() && channel.unit != "uV")
      m.add(channel_at("unit"), key("channel.unit"), quoted(channel.unit), "must be \"uV\" for kind emg");
  }
}

/// `own`: where the options of one channel were given; nothing for those of all.
void check_condition(const Configuration& c, const dsp::ConditionOptions& o, const ChannelOptions* own, Mistakes& m) {
  const auto given = [&](const std::string& key) { return own != nullptr && own->places.contains(key); };
  const auto add = [&](const std::string& key, const std::string& value, const std::string& must) {
    m.add(place_of(given(key) ? own->places : c.places, key), given(key) ? channel_key(own->name, key) : key, value,
          must + (own == nullptr || given(key) ? "" : " (for channel " + own->name + ")"));
  };
  if (o.highpass && o.lowpass && o.lowpass_hz <= o.highpass_hz) {
    const bool highpass_of_channel = given("condition.highpass_hz") && !given("condition.lowpass_hz");
    if (!highpass_of_channel && (given("condition.lowpass_hz") || c.places.contains("condition.lowpass_hz")))
      add("condition.lowpass_hz", number(o.lowpass_hz),
          "must be above condition.highpass_hz = " + number(o.highpass_hz) + " Hz");
    else
      add("condition.highpass_hz", number(o.highpass_hz),
          "must be below condition.lowpass_hz = " + number(o.lowpass_hz) + " Hz");
  }
  const bool fixed = o.mains != dsp::Mains::off && o.mains != dsp::Mains::automatic;
  if (o.mains_hz < 45.0 && (fixed || o.mains_hz > 0.0))
    add("condition.mains_hz", number(o.mains_hz),
        fixed ? "must be 45..65 Hz, usually 50 or 60: only condition.mains = \"auto\" finds it"
              : "must be 45..65 Hz, or 0 to find it");
  if (o.ecg == dsp::Ecg::adaptive && o.ecg_reference.view().empty())
    add("condition.ecg", "\"adaptive\"",
        "must have condition.ecg_reference, the name of the channel that holds the ECG");
  if (o.blanking == dsp::Blanking::marker && o.marker.view().empty())
    add("condition.blanking", "\"marker\"",
        "must have condition.marker, the name of the channel the stimulator's trigger is wired to");
  if (o.mwave != dsp::Mwave::off && o.blanking == dsp::Blanking::off)
    add("condition.mwave", "on", "must have condition.blanking, which knows the pulses");
  if (o.lead_off_mv > 0.0 && !c.dsp.features.quality)
    add("condition.lead_off_mv", number(o.lead_off_mv), "must have features.quality, which looks at the offset");
}

void check_own(const Configuration& c, const ChannelOptions& channel, Names& names, Mistakes& m) {
  if (channel.name.empty())
    m.add(place_of(channel.places, "name"), "channel.name", quoted(channel.name), "must be the name of an EMG channel");
  else
    check_unique(names, channel.name, place_of(channel.places, "name"), "channel.name", m);
  check_condition(c, condition_of(c, channel), &channel, m);
}

void check_pair(const dsp::PairNames& pair, const Places& places, Names& names, Mistakes& m) {
  const auto at = [&places](std::string_view key) { return place_of(places, key); };
  const auto key = [&pair](std::string_view k) { return pair_key(pair.name, k); };
  if (!is_channel_name(pair.name))
    m.add(at("name"), "pair.name", quoted(pair.name), "must be 1..64 characters without comma, semicolon and quote");
  else
    check_unique(names, pair.name, at("name"), "pair.name", m);
  for (const auto& [k, channel] : {std::pair{"first", pair.first}, std::pair{"second", pair.second}})
    if (channel.empty()) m.add(at(k), key(k), quoted(channel), "must be the name of a channel");
  if (!pair.second.empty() && pair.first == pair.second)
    m.add(at("second"), key("second"), quoted(pair.second), "must be another channel than " + key("first"));
  if (pair.kind == dsp::PairKind::co_contraction && pair.basis != dsp::PairBasis::reference)
    m.add(at("basis"), key("basis"), quoted(dsp::pair_basis_words.at(static_cast<std::size_t>(pair.basis))),
          "must be \"reference\" for kind co_contraction, which compares percents of each muscle's own reference");
}

void check_array(const dsp::ElectrodeArray& array, const Places& places, Names& names, Names& firsts, Mistakes& m) {
  const auto add = [&](std::string_view k, const std::string& value, const std::string& must) {
    m.add(place_of(places, k), array_key(array.name, k), value, must);
  };
  if (!array.name.empty()) check_unique(names, array.name, place_of(places, "name"), "array.name", m);
  constexpr double least_mm = 1.0;
  if (array.distance_mm < least_mm)
    add("distance_mm", number(array.distance_mm), "must be 1..50 mm, from one electrode to the next");
  std::vector<std::string> list = array.channels;
  const std::size_t least = dsp::least_array_channels + dsp::differences_to_take(array.montage);
  const std::string montage(dsp::montage_words.at(static_cast<std::size_t>(array.montage)));
  if (list.size() < least)
    return add("channels", toml_text(&list),
               "must be at least " + std::to_string(least) + " channels, in the order of the electrodes, for montage " +
                   quoted(montage));
  Names channels;
  for (const std::string& name : list)
    check_unique(channels, name, place_of(places, "channels"), array_key(array.name, "channels"), m);
  check_unique(firsts, list.front(), place_of(places, "channels"), array_key(array.name, "channels[0]"), m);
}

void check_onset(const Configuration& c, Mistakes& m) {
  const auto at = [&c](std::string_view key) { return place_of(c.places, key); };
  const dsp::OnsetOptions& o = c.dsp.onset;
  if (o.bonato_needed > o.bonato_among)
    m.add(at("onset.bonato_needed"), "onset.bonato_needed", number(o.bonato_needed),
          "must be at most onset.bonato_among = " + number(o.bonato_among));
  if (o.profile == dsp::OnsetProfile::fast && o.method != dsp::OnsetMethod::cusum)
    m.add(at("onset.profile"), "onset.profile", "\"fast\"",
          "must be \"standard\": only onset.method = \"cusum\" has it");
}

/// The names of the EMG channels of all streams.
class EmgChannels {
 public:
  explicit EmgChannels(const std::vector<dsp::Stream>& streams) {
    for (const dsp::Stream& s : streams)
      for (const dsp::Channel& channel : s.channels)
        if (channel.kind == dsp::ChannelKind::emg) names_.insert(channel.name);
  }
  void check(std::string_view place, const std::string& key, const std::string& name, Mistakes& m) const {
    if (names_.contains(name)) return;
    std::string known;
    for (const std::string& one : names_) known += (known.empty() ? "" : ", ") + one;
    m.add(place, key, quoted(name), "must be an EMG channel, one of " + known);
  }

 private:
  std::set<std::string, std::less<>> names_;
};

/// Channels of one sensor are sampled together, and what conditions them alike delays them alike.
void check_alike(const Configuration& c, const dsp::ElectrodeArray& array, const Places& places,
                 const std::vector<dsp::Stream>& streams, Mistakes& m) {
  const auto sensor_of = [&](const std::string& name) {
    return std::ranges::find_if(streams, [&name](const dsp::Stream& s) {
      return std::ranges::find(s.channels, name, &dsp::Channel::name) != s.channels.end();
    });
  };
  const auto conditioned = [&](const std::string& name) {
    const auto own = std::ranges::find(c.channels, name, &ChannelOptions::name);
    return own == c.channels.end() ? c.dsp.condition : condition_of(c, *own);
  };
  const std::string& first = array.channels.front();
  for (const std::string& name : array.channels) {
    const auto add = [&](const std::string& must) {
      m.add(place_of(places, "channels"), array_key(array.name, "channels"), quoted(name), must);
    };
    if (sensor_of(name) != sensor_of(first))
      add("must be of sensor " + sensor_of(first)->sensor + ", as " + first + " is: an array is sampled together");
    else if (!(conditioned(name) == conditioned(first)))
      add("must be conditioned as " + first + " is: another filter is another delay");
  }
}

}  // namespace

void validate(const Configuration& c) {
  Mistakes m;
  const auto at = [&c](std::string_view key) { return place_of(c.places, key); };
  check_condition(c, c.dsp.condition, nullptr, m);
  if (m.none()) {  // what is wrong for all is said once
    Names own_names;
    for (const ChannelOptions& channel : c.channels) check_own(c, channel, own_names, m);
  }
  check_onset(c, m);
  if (c.dsp.features.band_high_hz <= c.dsp.features.band_low_hz)
    m.add(at("features.band_high_hz"), "features.band_high_hz", number(c.dsp.features.band_high_hz),
          "must be above features.band_low_hz = " + number(c.dsp.features.band_low_hz) + " Hz");
  if (!c.dsp.features.activity && c.dsp.repetition.enabled)
    m.add(at("features.activity"), "features.activity", "false",
          "must be true where repetition.enabled is: efforts are followed by it");
  Names sensor_names;
  Names channel_names;
  for (const SensorConfig& sensor : c.sensors) {
    if (!sensor.name.empty())
      check_unique(sensor_names, sensor.name, place_of(sensor.places, "name"), "sensor.name", m);
    check_sensor(sensor, channel_names, m);
  }
  Names pair_names;
  for (const PairConfig& pair : c.pairs) check_pair(pair.pair, pair.places, pair_names, m);
  Names array_names, array_firsts;
  for (const auto& [array, places] : c.arrays) check_array(array, places, array_names, array_firsts, m);
  m.throw_if_any();
}

void check_pairs(const Configuration& c, const std::vector<dsp::Stream>& streams) {
  const EmgChannels emg(streams);
  Mistakes m;
  for (const auto& [pair, places] : c.pairs)
    for (const auto& [k, channel] : {std::pair{"first", pair.first}, std::pair{"second", pair.second}})
      emg.check(place_of(places, k), pair_key(pair.name, k), channel, m);
  m.throw_if_any();
}

void check_channels(const Configuration& c, const std::vector<dsp::Stream>& streams) {
  const EmgChannels emg(streams);
  Mistakes m;
  for (const ChannelOptions& channel : c.channels)
    emg.check(place_of(channel.places, "name"), "channel.name", channel.name, m);
  for (const auto& [array, places] : c.arrays) {
    for (const std::string& name : array.channels)
      emg.check(place_of(places, "channels"), array_key(array.name, "channels"), name, m);
    if (m.none()) check_alike(c, array, places, streams, m);
  }
  m.throw_if_any();
}

std::vector<dsp::PairNames> pair_names(const Configuration& c) {
  std::vector<dsp::PairNames> names;
  for (const PairConfig& pair : c.pairs) names.push_back(pair.pair);
  return names;
}

std::string located(const SensorConfig& sensor, std::string_view message) {
  const std::size_t end = message.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.");
  return with_place(place_of(sensor.places, message.substr(0, end)), sensor_key(sensor.name, message));
}

std::string located(const Configuration& configuration, std::string_view message) {
  return with_place(place_of(configuration.places, message.substr(0, message.find(' '))), std::string(message));
}

}  // namespace myod::config
