#include "dsp/condition/conditioner.hpp"

#include <algorithm>
#include <cmath>

#include "dsp/condition/stages.hpp"
#include "dsp/math/sections.hpp"

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

}  // namespace

Conditioner::Conditioner(const Stream& stream, const ConditionOptions& options)
    : kernels_(kernels()), width_(stream.channels.size()) {
  for (std::size_t c = 0; c < width_; ++c)
    if (stream.channels[c].kind == ChannelKind::emg) channels_.push_back(c);
  lanes_ = padded_lanes(channels_.size());
  offset_.assign(lanes_, 0.0);
  scale_.assign(lanes_, 0.0);  // padding stays silent
  for (std::size_t lane = 0; lane < channels_.size(); ++lane) {
    const Channel& channel = stream.channels[channels_[lane]];
    offset_[lane] = channel.offset;
    scale_[lane] = channel.scale;
    const auto [low, high] = rails(channel);
    low_.push_back(low);
    high_.push_back(high);
  }
  for (const StageRow& row : stage_table()) {
    if (!row.enabled(options)) continue;
    Stage stage{row.design(options, stream.rate_hz()), {}, {}};
    if (stage.sections.empty()) continue;
    for (const auto& z : math::steady_state(stage.sections))
      stage.start.insert(stage.start.end(), {row.warm ? z[0] : 0.0, row.warm ? z[1] : 0.0});
    stage.state.assign(stage.start.size() * lanes_, 0.0);
    stages_.push_back(std::move(stage));
  }
  cold_.assign(channels_.size(), 1);
  restart();
}

void Conditioner::restart() noexcept {
  std::fill(cold_.begin(), cold_.end(), std::uint8_t{1});
  cold_lanes_ = cold_.size();
}

/// Copies the EMG channels into their lanes and flags them; true when every sample can be filtered.
bool Conditioner::gather(const double* raw, std::size_t rows, double* y, std::uint8_t* flags) noexcept {
  bool clean = true;
  for (std::size_t i = 0; i < rows; ++i, raw += width_, y += lanes_, flags += lanes_) {
    for (std::size_t lane = 0; lane < channels_.size(); ++lane) {
      const double x = raw[channels_[lane]];
      const bool finite = x - x == 0.0;
      clean &= finite;
      y[lane] = finite ? std::clamp(x, low_[lane], high_[lane]) : offset_[lane];  // no filter swallows the absurd
      flags[lane] = !finite ? sample_missing : x <= low_[lane] || x >= high_[lane] ? sample_railed : sample_good;
    }
    for (std::size_t lane = channels_.size(); lane < lanes_; ++lane) y[lane] = 0.0, flags[lane] = sample_good;
  }
  return clean;
}

void Conditioner::begin(std::size_t lane, double first_uv) noexcept {
  for (Stage& stage : stages_)
    for (std::size_t k = 0; k < stage.start.size(); ++k) stage.state[k * lanes_ + lane] = stage.start[k] * first_uv;
  cold_[lane] = 0;
  --cold_lanes_;
}

void Conditioner::filter(double* y, std::size_t rows) noexcept {
  for (Stage& stage : stages_)
    kernels_.cascade(y, rows, lanes_, stage.sections.data(), stage.sections.size(), stage.state.data());
}

void Conditioner::run(const double* raw, std::size_t rows, double* y, std::uint8_t* flags) noexcept {
  const bool clean = gather(raw, rows, y, flags);
  kernels_.scale(y, rows, lanes_, offset_.data(), scale_.data());
  if (clean && cold_lanes_ == 0) {
    filter(y, rows);
    return;
  }
  // Row by row: the same arithmetic, with starts in between.
  for (std::size_t i = 0; i < rows; ++i, y += lanes_, flags += lanes_) {
    for (std::size_t lane = 0; lane < channels_.size(); ++lane) {
      const bool missing = flags[lane] == sample_missing;
      if (missing && cold_[lane] == 0) cold_[lane] = 1, ++cold_lanes_;
      if (!missing && cold_[lane] != 0) begin(lane, y[lane]);
    }
    filter(y, 1);
    for (std::size_t lane = 0; lane < channels_.size(); ++lane)
      if (flags[lane] == sample_missing) y[lane] = 0.0;
  }
}

}  // namespace myod::dsp
