// What a stream gets of its own: conditioning of single channels, as [[channel]] gives it over what all channels have,
// and the arrays its channels make.
#include <algorithm>
#include <variant>

#include "config/config.hpp"
#include "config/table.hpp"

namespace myod::config {

namespace {

/// Of two objects' same row.
void copy(const Value& from, const Value& to) {
  std::visit(
      [&to](const auto& source) {
        const auto& target = std::get<std::decay_t<decltype(source)>>(to);
        if constexpr (std::is_same_v<std::decay_t<decltype(source)>, Choice>)
          *target.value = *source.value;
        else
          *target = *source;
      },
      from);
}

}  // namespace

dsp::ConditionOptions condition_of(const Configuration& c, const ChannelOptions& channel) {
  ChannelOptions given = channel, all{channel.name, c.dsp.condition, {}};
  for (const Row<ChannelOptions>& row : channel_options_rows())
    if (given.places.contains(row.rule.key)) copy(row.member(given), row.member(all));
  return all.condition;
}

void condition_channels(const Configuration& c, dsp::Stream& stream) {
  for (dsp::Channel& channel : stream.channels) {
    const auto own = std::find_if(c.channels.begin(), c.channels.end(),
                                  [&channel](const ChannelOptions& o) { return o.name == channel.name; });
    channel.condition = own == c.channels.end() ? std::nullopt : std::optional(condition_of(c, *own));
  }
  stream.arrays.clear();
  for (const auto& [array, places] : c.arrays)
    if (std::ranges::find(stream.channels, array.channels.front(), &dsp::Channel::name) != stream.channels.end())
      stream.arrays.push_back(array);
}

}  // namespace myod::config
