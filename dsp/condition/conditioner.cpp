#include "dsp/condition/conditioner.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace myod::dsp {
namespace {

constexpr double marker_dead_band = 0.2;  // of the range, about its middle

std::size_t channel_named(const Stream& stream, std::string_view key, std::string_view name) {
  std::string known;
  for (std::size_t c = 0; c < stream.channels.size(); ++c) {
    if (stream.channels[c].name == name) return c;
    known += (c == 0 ? "" : ", ") + stream.channels[c].name;
  }
  throw std::invalid_argument(std::string(key) + " = \"" + std::string(name) + "\": must be a channel of sensor " +
                              stream.sensor + ": " + known);
}

/// Where its line changes: about the middle of its range.
Marker marker_of(const Channel& channel) {
  const auto refuse = [&](const std::string& must) {
    throw std::invalid_argument("condition.marker = \"" + channel.name + "\": " + must);
  };
  if (channel.kind != ChannelKind::stimulus && channel.kind != ChannelKind::digital)
    refuse("must be a channel of kind stimulus or digital");
  const double range = (channel.rail_high - channel.rail_low) * std::abs(channel.scale);
  if (!std::isfinite(range))
    refuse("its range is not known, so nobody can say what an edge is: give the sensor's bits");
  const double middle = (0.5 * (channel.rail_low + channel.rail_high) - channel.offset) * channel.scale;
  const double half = 0.5 * marker_dead_band * range;
  return {0, middle - half, middle + half};
}

/// An offset the channel cannot tell would be waited for in vain.
void check_lead_off(const Channel& channel, double lead_off_mv) {
  constexpr double uv_per_mv = 1000.0;
  const double reach = std::min((channel.rail_high - channel.offset) * std::abs(channel.scale),
                                (channel.offset - channel.rail_low) * std::abs(channel.scale));
  if (lead_off_mv * uv_per_mv < reach) return;
  throw std::invalid_argument("condition.lead_off_mv = " + std::string(Text<64>{}.number(lead_off_mv, 1).view()) +
                              ": must be below the " + std::string(Text<64>{}.number(reach / uv_per_mv, 1).view()) +
                              " mV at the electrode that channel " + channel.name +
                              " can tell, or 0: its front end passes no such offset");
}

void add_once(std::vector<std::size_t>& list, std::size_t item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

std::size_t place_in(const std::vector<std::size_t>& list, std::size_t item) {
  return static_cast<std::size_t>(std::find(list.begin(), list.end(), item) - list.begin());
}

/// Channels besides its own that the options need.
std::vector<std::size_t> references(const Stream& stream, const ConditionOptions& o) {
  std::vector<std::size_t> list;
  if (o.ecg == Ecg::adaptive) add_once(list, channel_named(stream, "condition.ecg_reference", o.ecg_reference.view()));
  if (o.blanking == Blanking::marker) add_once(list, channel_named(stream, "condition.marker", o.marker.view()));
  return list;
}

/// Of what the chains say whose pulses are told from outside; 0 when there is none.
template <typename Parts, typename Say>
std::uint64_t largest(Parts& parts, Say say) {
  std::uint64_t most = 0;
  for (auto& part : parts)
    if (part.chain.takes_events()) most = std::max<std::uint64_t>(most, say(part.chain));
  return most;
}

}  // namespace

Conditioner::Conditioner(const Stream& stream, const ConditionOptions& options) {
  std::vector<std::pair<ConditionOptions, std::vector<std::size_t>>> groups;  // and their EMG lanes
  for (std::size_t c = 0; c < stream.channels.size(); ++c) {
    if (stream.channels[c].kind != ChannelKind::emg) continue;
    const ConditionOptions& own = condition_of(stream.channels[c], options);
    if (own.lead_off_mv > 0.0) check_lead_off(stream.channels[c], own.lead_off_mv);
    auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.first == own; });
    if (group == groups.end()) group = groups.insert(group, {own, {}});
    group->second.push_back(channels_.size());
    channels_.push_back(c);
  }
  if (groups.empty()) groups.push_back({options, {}});  // a stream without EMG
  used_ = channels_;
  for (const auto& [own, lanes] : groups)
    for (const std::size_t channel : references(stream, own)) add_once(used_, channel);
  lanes_ = padded_lanes(used_.size());
  intake_.emplace(stream, used_, lanes_);
  seats_.resize(channels_.size());
  const std::size_t longest = longest_line(stream, options);
  for (const auto& [own, lanes] : groups) add_part(stream, own, lanes, longest);
  if (parts_.size() == 1) return;
  for (Part& part : parts_) {
    part.y.assign(most_rows * part.lanes, 0.0);
    part.flags.assign(most_rows * part.lanes, sample_good);
  }
}

void Conditioner::add_part(const Stream& stream, const ConditionOptions& options, const std::vector<std::size_t>& lanes,
                           std::size_t longest) {
  std::vector<std::size_t> from = lanes;
  const auto at = [&](std::size_t channel) { return place_in(from, place_in(used_, channel)); };
  for (const std::size_t channel : references(stream, options)) add_once(from, place_in(used_, channel));
  for (std::size_t i = 0; i < lanes.size(); ++i) seats_[lanes[i]] = {parts_.size(), i};
  const std::size_t width = padded_lanes(from.size());
  StageSite site{options, stream.rate_hz(), from.size(), width, width, {}, nullptr};
  if (options.ecg == Ecg::adaptive)
    site.reference_lane = at(channel_named(stream, "condition.ecg_reference", options.ecg_reference.view()));
  std::int32_t told_of = all_channels;
  if (lanes.size() == 1 && channels_.size() > 1) told_of = static_cast<std::int32_t>(channels_[lanes.front()]);
  if (options.blanking == Blanking::marker) {
    const std::size_t marker = channel_named(stream, "condition.marker", options.marker.view());
    site.marker = marker_of(stream.channels[marker]);
    site.marker.lane = at(marker);
    told_of = static_cast<std::int32_t>(marker);
    for (const Part& part : parts_)
      if (part.channel == static_cast<std::int32_t>(marker)) told_of = told_by_another;
  }
  const std::size_t line = line_samples(options, stream.rate_hz());
  parts_.push_back({Chain(site, std::max(longest, line) - line), from, lanes.size(), width, told_of, {}, {}, {}});
}

void Conditioner::restart() noexcept {
  intake_->restart();
  for (Part& part : parts_) part.chain.restart();
}

Samples Conditioner::take(const double* raw, std::size_t rows, std::uint64_t first, double* y,
                          std::uint8_t* flags) noexcept {
  const bool good = intake_->run(raw, rows, y, flags);
  if (parts_.size() == 1) {
    const bool whole = good || std::all_of(flags, flags + rows * lanes_, has_value);
    Samples samples{y, flags, rows, lanes_, whole, first};
    parts_.front().chain.take(samples);
    return samples;
  }
  assert(rows <= most_rows);
  for (Part& part : parts_) gather(part, rows, y, flags);  // all, before any writes what others refer to
  for (Part& part : parts_) {
    part.samples = {part.y.data(), part.flags.data(), rows, part.lanes, good, first};
    if (!good) part.samples.whole = std::all_of(part.samples.flags, part.samples.flags + rows * part.lanes, has_value);
    part.chain.take(part.samples);
    scatter(part, y, flags);
  }
  return {y, flags, rows, lanes_, good, first};
}

void Conditioner::filter(Samples& samples) noexcept {
  if (parts_.size() == 1) {
    parts_.front().chain.filter(samples);
  } else {
    for (Part& part : parts_) {
      part.chain.filter(part.samples);
      scatter(part, samples.y, samples.flags);
    }
  }
  if (used_.size() == channels_.size()) return;
  for (std::size_t i = 0; i < samples.rows; ++i)  // references are nobody's: what is wrong with them is the stages'
    std::fill(samples.flags + i * lanes_ + channels_.size(), samples.flags + i * lanes_ + used_.size(),
              std::uint8_t{sample_good});
}

void Conditioner::gather(Part& part, std::size_t rows, const double* y, const std::uint8_t* flags) const noexcept {
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t lane = 0; lane < part.from.size(); ++lane) {
      part.y[i * part.lanes + lane] = y[i * lanes_ + part.from[lane]];
      part.flags[i * part.lanes + lane] = flags[i * lanes_ + part.from[lane]];
    }
}

void Conditioner::scatter(const Part& part, double* y, std::uint8_t* flags) const noexcept {
  for (std::size_t i = 0; i < part.samples.rows; ++i)
    for (std::size_t lane = 0; lane < part.own; ++lane) {
      const std::size_t from = i * part.lanes + lane, to = i * lanes_ + part.from[lane];
      y[to] = part.y[from];
      flags[to] = part.flags[from];
    }
}

bool Conditioner::cancels_mains(std::size_t lane) const noexcept {
  return parts_[seats_[lane].part].chain.cancels_mains(seats_[lane].lane);
}

bool Conditioner::takes_stimuli() const noexcept {
  return std::any_of(parts_.begin(), parts_.end(), [](const Part& p) { return p.chain.takes_events(); });
}

std::uint64_t Conditioner::schedule(std::uint64_t next_index, double first, double period,
                                    std::uint64_t count) noexcept {
  return largest(parts_, [&](Chain& chain) { return chain.blanking()->schedule(next_index, first, period, count); });
}

std::uint64_t Conditioner::late_stimuli() const noexcept {
  return largest(parts_, [](const Chain& chain) { return chain.blanking()->late(); });
}

std::size_t Conditioner::line_behind_blanking() const noexcept {
  return largest(parts_, [](const Chain& chain) { return chain.line() - chain.blanking()->line(); });
}

std::uint64_t Conditioner::stimuli_to_come() const noexcept {
  return largest(parts_, [](const Chain& chain) { return chain.blanking()->to_come(); });
}

bool Conditioner::stimuli_full() const noexcept {
  return std::any_of(parts_.begin(), parts_.end(),
                     [](const Part& p) { return p.chain.takes_events() && p.chain.blanking()->full(); });
}

std::optional<TrainNote> Conditioner::train(std::uint64_t index) noexcept {
  for (;;) {
    Part* next = nullptr;
    std::uint64_t due = index;
    for (Part& part : parts_) {
      const BlankingStage* const blanking = part.chain.blanking();
      const auto of_part = blanking != nullptr ? blanking->next_note() : std::nullopt;
      if (of_part && (*of_part < due || (next == nullptr && *of_part == due))) next = &part, due = *of_part;
    }
    if (next == nullptr) return std::nullopt;
    TrainNote note = next->chain.blanking()->take_note();
    if (next->channel == told_by_another) continue;
    note.channel = next->channel;
    return note;
  }
}

void Conditioner::take_seed(std::size_t lane, ChannelSeed& seed) const noexcept {
  const auto [part, at] = seats_[lane];
  const MainsStage* const mains = parts_[part].chain.mains();
  if (mains == nullptr) return;
  const MainsState state = mains->state(at);
  seed.mains_found_hz = state.found_hz;
  seed.mains_hz = state.cancelling_hz;
}

void Conditioner::plant_seed(std::size_t lane, const ChannelSeed& seed) noexcept {
  const auto [part, at] = seats_[lane];
  if (MainsStage* const mains = parts_[part].chain.mains(); mains != nullptr)
    mains->plant(at, {seed.mains_found_hz, seed.mains_hz});
}

}  // namespace myod::dsp
