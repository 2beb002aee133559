// Configuration in: a TOML file, or one KEY=VALUE. Every mistake of a file is collected before any is thrown; a syntax
// error is the one thing that hides those after it.
#include <toml++/toml.h>
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

#include "config/config.hpp"
#include "config/table.hpp"
#include "config/value.hpp"

namespace myod::config {

namespace {

/// Edits to get from one word to the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

bool is_section(std::string_view name) {
  const auto rows = configuration_rows();
  return std::any_of(rows.begin(), rows.end(),
                     [name](const auto& row) { return row.rule.key.substr(0, row.rule.key.find('.')) == name; });
}

/// A key somebody may have meant, or where to look.
template <typename Owner>
std::string advice(std::span<const Row<Owner>> rows, std::string_view key, std::string_view prefix) {
  const auto best = std::min_element(rows.begin(), rows.end(), [key](const auto& a, const auto& b) {
    return distance(a.rule.key, key) < distance(b.rule.key, key);
  });
  if (2 * distance(best->rule.key, key) > key.size()) return "unknown key; --list-options names all";
  return "unknown key; the nearest is " + std::string(prefix) + std::string(best->rule.key);
}

std::string node_text(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return quoted(*text);
  std::ostringstream s;
  node.visit([&s](const auto& n) { s << n; });
  return s.str();
}

std::string must_be(const Value& value, const Rule& rule, const toml::node& node) {
  const bool only_range = (std::holds_alternative<double*>(value) && node.is_number()) ||
                          (std::holds_alternative<std::int64_t*>(value) && node.is_integer());
  return only_range ? "must be " + allowed(value, rule) : must_be(value, rule);
}

/// Puts the node into the value; false when it is of another type or out of range.
bool assign(const Value& value, const Rule& rule, const toml::node& node) {
  const auto inside = [&rule](double d) { return d >= rule.low && d <= rule.high; };  // false for NaN
  if (auto* const* d = std::get_if<double*>(&value)) {
    const auto v = node.is_number() ? node.value<double>() : std::nullopt;
    if (!v || !inside(*v)) return false;
    **d = *v;
  } else if (auto* const* i = std::get_if<std::int64_t*>(&value)) {
    const auto v = node.value_exact<std::int64_t>();
    if (!v || !inside(static_cast<double>(*v)) || (rule.even && *v % 2 != 0)) return false;
    **i = *v;
  } else if (auto* const* b = std::get_if<bool*>(&value)) {
    const auto v = node.value_exact<bool>();
    if (!v) return false;
    **b = *v;
  } else if (auto* const* s = std::get_if<std::string*>(&value)) {
    const auto v = node.value_exact<std::string>();
    if (!v) return false;
    **s = *v;
  } else if (auto* const* name = std::get_if<ShortText*>(&value)) {
    const auto v = node.value_exact<std::string>();
    const ShortText text(v.value_or(std::string()));
    if (!v || text.view().size() != v->size()) return false;
    **name = text;
  } else if (const auto* choice = std::get_if<Choice>(&value)) {
    const auto v = node.value_exact<std::string>();
    const auto word = v ? std::find(choice->words.begin(), choice->words.end(), *v) : choice->words.end();
    if (word == choice->words.end()) return false;
    *choice->value = static_cast<std::uint8_t>(word - choice->words.begin());
  } else {
    const toml::array* const list = node.as_array();
    std::vector<std::string> texts;
    if (list == nullptr) return false;
    for (const toml::node& item : *list) {
      if (!item.is_string()) return false;
      texts.push_back(**item.as_string());
    }
    *std::get<std::vector<std::string>*>(value) = std::move(texts);
  }
  return true;
}

/// One text being read: where it comes from and what is wrong with it.
class Reader {
 public:
  Reader(std::string place, bool numbered) : place_(std::move(place)), numbered_(numbered) {}

  std::string at(const toml::source_region& source) const {
    return numbered_ && source.begin.line > 0 ? place_ + ":" + std::to_string(source.begin.line) : place_;
  }
  void mistake(const toml::source_region& source, const std::string& text) {
    errors_.emplace_back(source.begin.line, at(source) + ": " + text);
  }
  /// In the order of the lines; toml++ hands out tables by the alphabet.
  void throw_if_any() {
    if (errors_.empty()) return;
    std::stable_sort(errors_.begin(), errors_.end(), [](auto& a, auto& b) { return a.first < b.first; });
    std::string all = errors_.front().second;
    for (std::size_t i = 1; i < errors_.size(); ++i) all += "\n" + errors_[i].second;
    throw ConfigError(all);
  }

  /// One key of an object. `shown` precedes the key in messages, `kept` in the places.
  template <typename Owner>
  void option(std::span<const Row<Owner>> rows, Owner& owner, std::string_view key, std::string_view shown,
              const std::string& kept, const toml::node& node, const toml::source_region& source, Places& places) {
    const std::string name = std::string(shown) + std::string(key);
    const auto row = std::find_if(rows.begin(), rows.end(), [key](const auto& r) { return r.rule.key == key; });
    if (row == rows.end()) return mistake(source, name + " = " + node_text(node) + ": " + advice(rows, key, shown));
    const Value value = row->member(owner);
    if (!assign(value, row->rule, node))
      return mistake(source, name + " = " + node_text(node) + ": " + must_be(value, row->rule, node));
    places[kept + std::string(key)] = at(source);
  }

  void document(const toml::table& document, Configuration& c) {
    for (const auto& [key, node] : document) {
      if (key.str() == "sensor") {
        sensors(node, key.source(), c);
      } else if (key.str() == "channel") {
        own_channels(node, key.source(), c);
      } else if (key.str() == "pair") {
        pairs(node, key.source(), c);
      } else if (key.str() == "array") {
        arrays(node, key.source(), c);
      } else if (const toml::table* const section = node.as_table()) {
        if (!is_section(key.str())) {
          mistake(key.source(), "[" + std::string(key.str()) + "]: unknown table; --list-options names all");
          continue;
        }
        for (const auto& [name, value] : *section)
          option(configuration_rows(), c, std::string(key.str()) + "." + std::string(name.str()), "", "", value,
                 name.source(), c.places);
      } else {
        option(configuration_rows(), c, key.str(), "", "", node, key.source(), c.places);
      }
    }
  }

 private:
  void sensors(const toml::node& node, const toml::source_region& source, Configuration& c) {
    c.sensors.clear();
    each_table(node, source, "sensor", "[[sensor]]", [&](const toml::table& table) {
      SensorConfig& sensor = c.sensors.emplace_back();
      sensor.places[""] = at(table.source());
      const std::string shown = sensor_key(table["name"].value_or(std::string()), "");
      for (const auto& [key, value] : table)
        if (key.str() == "channel")
          channels(value, key.source(), shown + "channel", sensor);
        else
          option(sensor_rows(), sensor, key.str(), shown, "", value, key.source(), sensor.places);
    });
  }

  void channels(const toml::node& node, const toml::source_region& source, const std::string& shown,
                SensorConfig& sensor) {
    each_table(node, source, shown, "[[sensor.channel]]", [&](const toml::table& table) {
      const std::string kept = "channel." + std::to_string(sensor.channel.size());
      ChannelConfig& channel = sensor.channel.emplace_back();
      sensor.places[kept] = at(table.source());
      for (const auto& [key, value] : table)
        option(channel_rows(), channel, key.str(), shown + ".", kept + ".", value, key.source(), sensor.places);
    });
  }

  /// [[channel]]: its options stand in a table of their section, as condition.mains does.
  void own_channels(const toml::node& node, const toml::source_region& source, Configuration& c) {
    c.channels.clear();
    each_table(node, source, "channel", "[[channel]]", [&](const toml::table& table) {
      ChannelOptions& channel = c.channels.emplace_back();
      channel.places[""] = at(table.source());
      const std::string shown = channel_key(table["name"].value_or(std::string()), "");
      const auto read = [&](const std::string& key, const toml::node& value, const toml::source_region& where) {
        option(channel_options_rows(), channel, key, shown, "", value, where, channel.places);
      };
      for (const auto& [key, value] : table) {
        const toml::table* const section = value.as_table();
        if (section == nullptr) read(std::string(key.str()), value, key.source());
        if (section == nullptr) continue;
        for (const auto& [name, inner] : *section)
          read(std::string(key.str()) + "." + std::string(name.str()), inner, name.source());
      }
    });
  }

  void pairs(const toml::node& node, const toml::source_region& source, Configuration& c) {
    c.pairs.clear();
    each_table(node, source, "pair", "[[pair]]", [&](const toml::table& table) {
      PairConfig& pair = c.pairs.emplace_back();
      pair.places[""] = at(table.source());
      const std::string shown = pair_key(table["name"].value_or(std::string()), "");
      for (const auto& [key, value] : table)
        option(pair_rows(), pair, key.str(), shown, "", value, key.source(), pair.places);
      if (pair.pair.name.empty()) pair.pair.name = pair.pair.first + "/" + pair.pair.second;
    });
  }

  void arrays(const toml::node& node, const toml::source_region& source, Configuration& c) {
    c.arrays.clear();
    each_table(node, source, "array", "[[array]]", [&](const toml::table& table) {
      ArrayConfig& array = c.arrays.emplace_back();
      array.places[""] = at(table.source());
      const std::string shown = array_key(table["name"].value_or(std::string()), "");
      for (const auto& [key, value] : table)
        option(array_rows(), array, key.str(), shown, "", value, key.source(), array.places);
      dsp::ElectrodeArray& a = array.array;
      if (a.name.empty() && !a.channels.empty()) a.name = a.channels.front() + ".." + a.channels.back();
    });
  }

  template <typename Each>
  void each_table(const toml::node& node, const toml::source_region& source, const std::string& name,
                  const std::string& header, Each each) {
    const toml::array* const list = node.as_array();
    const bool tables =
        list != nullptr && std::all_of(list->begin(), list->end(), [](auto& n) { return n.is_table(); });
    if (!tables) return mistake(source, name + " = " + node_text(node) + ": must be tables, each headed " + header);
    for (const toml::node& item : *list) each(*item.as_table());
  }

  std::string place_;
  bool numbered_;
  std::vector<std::pair<toml::source_index, std::string>> errors_;
};

/// NAME of channel.NAME.condition.KEY, after channel. A name may hold points.
std::optional<std::string_view> channel_name(std::string_view rest) {
  const std::size_t end = rest.rfind(".condition.");
  return end == std::string_view::npos || end == 0 ? std::nullopt : std::optional(rest.substr(0, end));
}

/// The options of that channel; those of a new one when it has none yet.
ChannelOptions& options_of(Configuration& c, std::string_view name, std::string_view place) {
  const auto found =
      std::find_if(c.channels.begin(), c.channels.end(), [name](const ChannelOptions& o) { return o.name == name; });
  if (found != c.channels.end()) return *found;
  ChannelOptions& fresh = c.channels.emplace_back();
  fresh.name = name;
  fresh.places[""] = place;
  return fresh;
}

/// VALUE as TOML; what is no TOML value, or was meant for a text, is taken as it stands.
toml::table parse_value(std::string_view text, bool as_text) {
  if (!as_text) {
    try {
      toml::table t = toml::parse("v = " + std::string(text));
      if (t.size() == 1) return t;
    } catch (const toml::parse_error&) {
      if (text.find_first_of("[{\"'") == 0) throw;
    }
  }
  return toml::parse("v = " + quoted(text));
}

bool takes_text(const Value& value) {
  return std::holds_alternative<std::string*>(value) || std::holds_alternative<ShortText*>(value) ||
         std::holds_alternative<Choice>(value);
}

std::string_view trim(std::string_view s) {
  const std::size_t begin = s.find_first_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view{} : s.substr(begin, s.find_last_not_of(" \t") - begin + 1);
}

template <typename Owner>
void set_option(Reader& reader, std::span<const Row<Owner>> rows, Owner& owner, std::string_view key,
                std::string_view shown, std::string_view text, Places& places) {
  const auto row = std::find_if(rows.begin(), rows.end(), [key](const auto& r) { return r.rule.key == key; });
  const bool as_text = row != rows.end() && takes_text(row->member(owner)) && text.find_first_of("\"'") != 0;
  const toml::table table = parse_value(text, as_text);
  reader.option(rows, owner, key, shown, "", *table.get("v"), {}, places);
}

}  // namespace

Configuration parse(std::string_view toml, std::string place) {
  Reader reader(std::move(place), true);
  Configuration c;
  try {
    reader.document(toml::parse(toml), c);
  } catch (const toml::parse_error& e) {
    throw ConfigError(reader.at(e.source()) + ": " + std::string(e.description()));
  }
  reader.throw_if_any();
  validate(c);
  return c;
}

Configuration load(const std::string& path) {
  errno = 0;
  std::ifstream file(path);
  std::string text;
  std::getline(file, text, '\0');
  if (!file.is_open() || file.bad())
    throw ConfigError(path + ": cannot be read: " + std::generic_category().message(errno));
  if (!file.eof()) throw ConfigError(path + ": is no text: it holds a zero byte");
  return parse(text, path);
}

void set(Configuration& c, std::string_view assignment, std::string_view place) {
  const std::string asked = std::string(place) + ": " + std::string(assignment) + ": ";
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos) throw ConfigError(asked + "must be KEY=VALUE, as condition.highpass_hz=30");
  const std::string_view key = trim(assignment.substr(0, equals));
  const std::string_view text = trim(assignment.substr(equals + 1));
  Reader reader(std::string(place), false);
  try {
    if (key == "sensor" || key == "channel" || key == "pair" || key == "array") {
      reader.document(toml::parse(std::string(key) + " = " + std::string(text)), c);
    } else if (key.starts_with("channel.")) {
      const auto name = channel_name(key.substr(8));
      if (!name) throw ConfigError(asked + "must be channel.NAME.condition.KEY with the name of an EMG channel");
      ChannelOptions& channel = options_of(c, *name, place);
      set_option(reader, channel_options_rows(), channel, key.substr(9 + name->size()), channel_key(*name, ""), text,
                 channel.places);
    } else if (!key.starts_with("sensor.")) {
      set_option(reader, configuration_rows(), c, key, "", text, c.places);
    } else {
      const std::string_view rest = key.substr(7);
      const std::string_view name = rest.substr(0, rest.find('.'));
      const auto sensor =
          std::find_if(c.sensors.begin(), c.sensors.end(), [name](const SensorConfig& s) { return s.name == name; });
      if (sensor == c.sensors.end() || name.size() == rest.size())
        throw ConfigError(asked + "must be sensor.NAME.KEY with the name of a sensor");
      set_option(reader, sensor_rows(), *sensor, rest.substr(name.size() + 1), sensor_key(name, ""), text,
                 sensor->places);
    }
  } catch (const toml::parse_error& e) {
    throw ConfigError(asked + std::string(e.description()));
  }
  reader.throw_if_any();
}

}  // namespace myod::config
