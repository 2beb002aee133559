#include "dsp/condition/conditioner.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "dsp/condition/blanking.hpp"
#include "dsp/condition/mains.hpp"
#include "dsp/condition/stages.hpp"

namespace myod::dsp {
namespace {

std::size_t reference_of(const Stream& stream, std::string_view name) {
  std::string known;
  for (std::size_t c = 0; c < stream.channels.size(); ++c) {
    if (stream.channels[c].name == name) return c;
    known += (c == 0 ? "" : ", ") + stream.channels[c].name;
  }
  throw std::invalid_argument("condition.ecg_reference = \"" + std::string(name) + "\": must be a channel of sensor " +
                              stream.sensor + ": " + known);
}

}  // namespace

Conditioner::Conditioner(const Stream& stream, const ConditionOptions& options) {
  const std::size_t width = stream.channels.size();
  for (std::size_t c = 0; c < width; ++c)
    if (stream.channels[c].kind == ChannelKind::emg) channels_.push_back(c);
  auto used = channels_;  // with the reference
  const std::size_t reference =
      options.ecg == Ecg::adaptive ? reference_of(stream, options.ecg_reference.view()) : width;
  if (reference < width && stream.channels[reference].kind != ChannelKind::emg) used.push_back(reference);
  lanes_ = padded_lanes(used.size());
  intake_.emplace(stream, used, lanes_);
  const auto lane = static_cast<std::size_t>(std::find(used.begin(), used.end(), reference) - used.begin());
  for (const StageRow& row : stage_table())
    if (row.enabled(options))
      if (auto stage = row.make({options, stream.rate_hz(), used.size(), lanes_, lane, blanking_})) {
        if (auto* const blanking = dynamic_cast<BlankingStage*>(stage.get())) blanking_ = blanking;
        if (auto* const mains = dynamic_cast<MainsStage*>(stage.get())) mains_ = mains;
        stages_.push_back(std::move(stage));
      }
  mains_filter_ = options.mains == Mains::notch || options.mains == Mains::comb;
  takes_events_ = options.blanking == Blanking::events;
  if (mains_ != nullptr && blanking_ != nullptr) mains_->stimulated_by(*blanking_);
}

void Conditioner::restart() noexcept {
  intake_->restart();
  for (const auto& stage : stages_) stage->restart();
}

Samples Conditioner::take(const double* raw, std::size_t rows, std::uint64_t first, double* y,
                          std::uint8_t* flags) noexcept {
  const bool good = intake_->run(raw, rows, y, flags);
  const bool whole = good || std::all_of(flags, flags + rows * lanes_, has_value);
  Samples samples{y, flags, rows, lanes_, whole, first};
  if (blanking_ != nullptr) stages_.front()->run(samples);
  for (const auto& listener : stages_) listener->listen(samples);
  return samples;
}

void Conditioner::filter(Samples& samples) noexcept {
  for (std::size_t i = blanking_ != nullptr ? 1 : 0; i < stages_.size(); ++i) stages_[i]->run(samples);
}

std::size_t Conditioner::line() const noexcept {
  std::size_t sum = 0;
  for (const auto& stage : stages_) sum += stage->line();
  return sum;
}

bool Conditioner::cancels_mains(std::size_t lane) const noexcept {
  return mains_filter_ || (mains_ != nullptr && mains_->state(lane).cancelling_hz > 0.0);
}

bool Conditioner::takes_stimuli() const noexcept { return takes_events_; }

std::uint64_t Conditioner::schedule(std::uint64_t next_index, double first, double period,
                                    std::uint64_t count) noexcept {
  return blanking_->schedule(next_index, first, period, count);
}

std::uint64_t Conditioner::late_stimuli() const noexcept { return blanking_->late(); }
std::uint64_t Conditioner::stimuli_to_come() const noexcept { return takes_events_ ? blanking_->to_come() : 0; }
bool Conditioner::stimuli_full() const noexcept { return blanking_->full(); }

std::optional<TrainNote> Conditioner::train(std::uint64_t index) noexcept {
  return blanking_ != nullptr ? blanking_->note(index) : std::nullopt;
}

void Conditioner::take_seed(std::size_t lane, ChannelSeed& seed) const noexcept {
  if (mains_ == nullptr) return;
  const MainsState state = mains_->state(lane);
  seed.mains_found_hz = state.found_hz;
  seed.mains_hz = state.cancelling_hz;
}

void Conditioner::plant_seed(std::size_t lane, const ChannelSeed& seed) noexcept {
  if (mains_ != nullptr) mains_->plant(lane, {seed.mains_found_hz, seed.mains_hz});
}

}  // namespace myod::dsp
