#include "dsp/condition/conditioner.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "dsp/condition/blanking.hpp"
#include "dsp/condition/mains.hpp"
#include "dsp/condition/stages.hpp"

namespace myod::dsp {
namespace {

/// Counts of a channel beyond which the converter clips: 98 % of half its range on either side of the middle.
std::pair<double, double> rails(const Channel& channel) {
  constexpr double share = 0.98, beyond_any = 1e12;
  if (!std::isfinite(channel.rail_low) || !std::isfinite(channel.rail_high))
    return {std::max(channel.rail_low, -beyond_any), std::min(channel.rail_high, beyond_any)};
  const double middle = 0.5 * (channel.rail_low + channel.rail_high);
  const double half = 0.5 * (channel.rail_high - channel.rail_low);
  return {middle - share * half, middle + share * half};
}

std::size_t reference_of(const Stream& stream, const std::string& name) {
  std::string known;
  for (std::size_t c = 0; c < stream.channels.size(); ++c) {
    if (stream.channels[c].name == name) return c;
    known += (c == 0 ? "" : ", ") + stream.channels[c].name;
  }
  throw std::invalid_argument("condition.ecg_reference = \"" + name + "\": must be a channel of sensor " +
                              stream.sensor + ": " + known);
}

}  // namespace

Conditioner::Conditioner(const Stream& stream, const ConditionOptions& options)
    : kernels_(kernels()), width_(stream.channels.size()) {
  for (std::size_t c = 0; c < width_; ++c)
    if (stream.channels[c].kind == ChannelKind::emg) channels_.push_back(c);
  used_ = channels_;
  const std::size_t reference = options.ecg == Ecg::adaptive ? reference_of(stream, options.ecg_reference) : width_;
  if (reference < width_ && stream.channels[reference].kind != ChannelKind::emg) used_.push_back(reference);
  lanes_ = padded_lanes(used_.size());
  stuck_.emplace(stream, used_, lanes_);
  offset_.assign(lanes_, 0.0);
  scale_.assign(lanes_, 0.0);  // padding stays silent
  for (std::size_t lane = 0; lane < used_.size(); ++lane) {
    const Channel& channel = stream.channels[used_[lane]];
    offset_[lane] = channel.offset;
    scale_[lane] = channel.scale;
    const auto [low, high] = rails(channel);
    low_.push_back(low);
    high_.push_back(high);
  }
  const auto lane = static_cast<std::size_t>(std::find(used_.begin(), used_.end(), reference) - used_.begin());
  for (const StageRow& row : stage_table())
    if (row.enabled(options))
      if (auto stage = row.make({options, stream.rate_hz(), used_.size(), lanes_, lane, blanking_})) {
        if (auto* const blanking = dynamic_cast<BlankingStage*>(stage.get())) blanking_ = blanking;
        if (auto* const mains = dynamic_cast<MainsStage*>(stage.get())) mains_ = mains;
        stages_.push_back(std::move(stage));
      }
  takes_events_ = options.blanking == Blanking::events;
  if (mains_ != nullptr && blanking_ != nullptr) mains_->stimulated_by(*blanking_);
}

void Conditioner::restart() noexcept {
  stuck_->restart();
  for (const auto& stage : stages_) stage->restart();
}

/// Copies the EMG channels into their lanes and flags them; true when every sample can be filtered.
bool Conditioner::gather(const double* raw, std::size_t rows, double* y, std::uint8_t* flags) noexcept {
  bool clean = true;
  for (std::size_t i = 0; i < rows; ++i, raw += width_, y += lanes_, flags += lanes_) {
    for (std::size_t lane = 0; lane < used_.size(); ++lane) {
      const double x = raw[used_[lane]];
      const bool finite = x - x == 0.0;
      clean &= finite;
      y[lane] = finite ? std::clamp(x, low_[lane], high_[lane]) : offset_[lane];  // no filter swallows the absurd
      flags[lane] = !finite ? sample_missing : x <= low_[lane] || x >= high_[lane] ? sample_railed : sample_good;
    }
    for (std::size_t lane = used_.size(); lane < lanes_; ++lane) y[lane] = 0.0, flags[lane] = sample_good;
  }
  return clean;
}

void Conditioner::run(const double* raw, std::size_t rows, std::uint64_t first, double* y,
                      std::uint8_t* flags) noexcept {
  const bool whole = gather(raw, rows, y, flags);
  stuck_->mark(raw, rows, flags);
  kernels_.scale(y, rows, lanes_, offset_.data(), scale_.data());
  Samples samples{y, flags, rows, lanes_, whole, first};
  auto stage = stages_.begin();
  if (blanking_ != nullptr) (*stage++)->run(samples);
  for (const auto& listener : stages_) listener->listen(samples);
  for (; stage != stages_.end(); ++stage) (*stage)->run(samples);
}

std::size_t Conditioner::line() const noexcept {
  std::size_t sum = 0;
  for (const auto& stage : stages_) sum += stage->line();
  return sum;
}

bool Conditioner::takes_stimuli() const noexcept { return takes_events_; }

std::uint64_t Conditioner::schedule(std::uint64_t next_index, double first, double period,
                                    std::uint64_t count) noexcept {
  return blanking_->schedule(next_index, first, period, count);
}

std::uint64_t Conditioner::late_stimuli() const noexcept { return blanking_->late(); }

std::optional<TrainNote> Conditioner::train(std::uint64_t index) noexcept {
  while (blanking_ != nullptr) {
    const auto note = blanking_->note(index);
    if (!note || note->lane < channels_.size()) return note;
  }
  return std::nullopt;
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
