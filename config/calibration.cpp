#include "config/calibration.hpp"

#include <toml++/toml.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "config/value.hpp"
#include "dsp/detect/calibration.hpp"
#include "dsp/words.hpp"

namespace myod::config {

namespace {

std::string place(const std::filesystem::path& file, const toml::node& node) {
  return file.string() + ":" + std::to_string(node.source().begin.line);
}

double number(const std::filesystem::path& file, std::string_view key, const toml::node& node, double highest,
              std::string_view range) {
  const auto v = node.value<double>();
  if (!v || !(*v > 0.0) || !(*v <= highest)) {
    std::ostringstream said;
    said << place(file, node) << ": " << key << ": must be a number " << range;
    throw std::invalid_argument(said.str());
  }
  return *v;
}

ChannelCalibration read_channel(const std::filesystem::path& file, std::string_view name, const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr) throw std::invalid_argument(place(file, node) + ": must be a table [channel.NAME]");
  ChannelCalibration c;
  c.channel = name;
  c.place = place(file, node);
  for (const auto& [key, value] : *table) {
    const std::string_view k = key.str();
    if (k == "rest_uv") {
      c.rest_uv = number(file, k, value, 1e6, "above 0 uV, up to 1e6 uV");
    } else if (k == "reference_uv") {
      c.reference_uv = number(file, k, value, 1e6, "above 0 uV, up to 1e6 uV");
    } else if (k == "percent") {
      c.percent = number(file, k, value, 100.0, "above 0 %, up to 100 %");
    } else if (k == "reference_kind") {
      const auto kind = dsp::from_word<dsp::ReferenceKind>(dsp::reference_kind_words, value.value_or<std::string>(""));
      if (!kind || *kind == dsp::ReferenceKind::none)
        throw std::invalid_argument(place(file, value) + ": reference_kind: must be mvc, submax, task_peak or mmax");
      c.reference_kind = *kind;
    } else if (k == "trials_uv") {
      const toml::array* trials = value.as_array();
      if (trials == nullptr) throw std::invalid_argument(place(file, value) + ": trials_uv: must be a list of numbers");
      for (const toml::node& trial : *trials)
        c.trials_uv.push_back(number(file, k, trial, 1e6, "above 0 uV, up to 1e6 uV"));
    } else {
      throw std::invalid_argument(place(file, value) + ": " + std::string(k) +
                                  ": unknown; known are rest_uv, reference_uv, reference_kind, percent, trials_uv");
    }
  }
  if (c.reference_uv.has_value() != (c.reference_kind != dsp::ReferenceKind::none))
    throw std::invalid_argument(c.place + ": reference_uv and reference_kind belong together: give both or none");
  if (c.rest_uv && c.reference_uv)
    if (const auto why = dsp::refusal_of_reference(*c.reference_uv, *c.rest_uv); !why.view().empty())
      throw std::invalid_argument(c.place + ": " + std::string(why.view()));
  return c;
}

bool has_emg_channel(const dsp::Stream& stream, const std::string& name) {
  return std::ranges::any_of(stream.channels,
                             [&](const dsp::Channel& c) { return c.name == name && c.kind == dsp::ChannelKind::emg; });
}

}  // namespace

Calibration read_calibration(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(file.string() + ": cannot be read: " + std::strerror(errno));
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  toml::table root;
  try {
    root = toml::parse(text, file.string());
  } catch (const toml::parse_error& e) {
    throw std::invalid_argument(file.string() + ":" + std::to_string(e.source().begin.line) + ": " +
                                std::string(e.description()));
  }
  Calibration all;
  for (const auto& [key, value] : root) {
    const toml::table* channels = value.as_table();
    if (key.str() != "channel" || channels == nullptr)
      throw std::invalid_argument(place(file, value) + ": " + std::string(key.str()) +
                                  ": unknown; a calibration is a list of tables [channel.NAME]");
    for (const auto& [name, channel] : *channels) all.push_back(read_channel(file, name.str(), channel));
  }
  if (all.empty()) throw std::invalid_argument(file.string() + ":1: no [channel.NAME] in the file");
  return all;
}

std::string print(const Calibration& calibration, std::string_view heading) {
  std::ostringstream out;
  std::istringstream lines{std::string(heading)};
  for (std::string line; std::getline(lines, line);) out << "# " << line << '\n';
  const auto text = [](double v) { return toml_text(Value(&v)); };
  for (const ChannelCalibration& c : calibration) {
    out << "\n[channel." << quoted(c.channel) << "]\n";
    if (c.rest_uv) out << "rest_uv = " << text(*c.rest_uv) << '\n';
    if (!c.reference_uv) continue;
    out << "reference_uv = " << text(*c.reference_uv) << '\n';
    out << "reference_kind = " << quoted(dsp::word(dsp::reference_kind_words, c.reference_kind)) << '\n';
    out << "percent = " << text(c.percent) << '\n';
    out << "trials_uv = [";
    for (std::size_t i = 0; i < c.trials_uv.size(); ++i) out << (i == 0 ? "" : ", ") << text(c.trials_uv[i]);
    out << "]\n";
  }
  return out.str();
}

std::vector<dsp::Command> calibration_commands(const Calibration& calibration, const dsp::Stream& stream,
                                               std::uint32_t stream_index) {
  std::vector<dsp::Command> commands;
  for (const ChannelCalibration& c : calibration) {
    const auto found = std::ranges::find(stream.channels, c.channel, &dsp::Channel::name);
    if (found == stream.channels.end()) continue;
    dsp::Command command;
    command.stream = stream_index;
    command.channel = static_cast<std::int32_t>(found - stream.channels.begin());
    if (c.rest_uv) {
      command.kind = dsp::CommandKind::set_rest;
      command.value = *c.rest_uv;
      commands.push_back(command);
    }
    if (c.reference_uv) {
      command.kind = dsp::CommandKind::set_reference;
      command.value = *c.reference_uv;
      command.percent = c.percent;
      command.reference = c.reference_kind;
      commands.push_back(command);
    }
  }
  return commands;
}

void check_channels(const Calibration& calibration, const std::vector<dsp::Stream>& streams) {
  for (const ChannelCalibration& c : calibration)
    if (std::ranges::none_of(streams, [&](const dsp::Stream& s) { return has_emg_channel(s, c.channel); }))
      throw std::invalid_argument(c.place + ": the input has no EMG channel \"" + c.channel + "\"");
}

}  // namespace myod::config
