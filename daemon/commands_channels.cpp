// The channels a command names: where they are, or why they cannot be meant.
#include <set>
#include <utility>

#include "daemon/commands.hpp"

namespace myod::daemon {

std::optional<Commands::Place> Commands::find_channel(const std::string& name, std::string& known) const {
  for (std::uint32_t s = 0; s < pipelines_.size(); ++s) {
    const auto& channels = pipelines_.stream(s).channels;
    for (std::size_t c = 0; c < channels.size(); ++c) {
      if (channels[c].name == name) return Place{s, static_cast<std::int32_t>(c), &channels[c]};
      known += (known.empty() ? "" : ", ") + channels[c].name;
    }
  }
  return std::nullopt;
}

void Commands::check_channels(const config::Configuration& changed) const {
  std::vector<dsp::Stream> streams;
  for (std::uint32_t s = 0; s < pipelines_.size(); ++s) {
    if (!pipelines_.running(s)) return;
    streams.push_back(pipelines_.stream(s));
  }
  config::check_channels(changed, streams);
}

std::optional<std::vector<Commands::Place>> Commands::emg_channels(const v1::Command& command, const Names& names,
                                                                   const std::string& verb, const std::string& done,
                                                                   const Answer& answer) const {
  const auto refuse = [&](v1::ErrorCode error, const std::string& text) {
    answer(refusal(command, error, text));
    return std::nullopt;
  };
  if (const std::set<std::string> once(names.begin(), names.end()); std::cmp_less(once.size(), names.size()))
    return refuse(v1::ERROR_CODE_BAD_VALUE, verb + ": name each channel once");
  std::vector<Place> places;
  for (const std::string& name : names) {
    std::string known;
    const auto place = find_channel(name, known);
    if (!place)
      return refuse(
          v1::ERROR_CODE_UNKNOWN_CHANNEL,
          "no channel is called " + name + (known.empty() ? ": no sensor has started yet" : ": there are " + known));
    if (place->what->kind != dsp::ChannelKind::emg)
      return refuse(v1::ERROR_CODE_BAD_VALUE, name + " is no EMG channel: only those are " + done);
    if (const std::string why = silence_(place->stream); !why.empty())
      return refuse(v1::ERROR_CODE_FAILED, name + " cannot be " + done + ": " + why);
    places.push_back(*place);
  }
  return places;
}

}  // namespace myod::daemon
