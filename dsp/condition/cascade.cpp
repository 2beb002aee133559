#include "dsp/condition/cascade.hpp"

#include <algorithm>
#include <utility>

#include "dsp/math/sections.hpp"

namespace myod::dsp {

CascadeStage::CascadeStage(std::vector<Section> sections, bool warm, std::size_t channels, std::size_t lanes)
    : kernels_(kernels()), sections_(std::move(sections)), channels_(channels), lanes_(lanes) {
  for (const auto& z : math::steady_state(sections_))
    start_.insert(start_.end(), {warm ? z[0] : 0.0, warm ? z[1] : 0.0});
  state_.assign(start_.size() * lanes_, 0.0);
  CascadeStage::restart();
}

void CascadeStage::restart() noexcept {
  cold_.assign(channels_, 1);
  cold_channels_ = channels_;
}

void CascadeStage::begin(std::size_t lane, double first) noexcept {
  for (std::size_t k = 0; k < start_.size(); ++k) state_[k * lanes_ + lane] = start_[k] * first;
  cold_[lane] = 0;
  --cold_channels_;
}

void CascadeStage::filter(double* y, std::size_t rows) noexcept {
  kernels_.cascade(y, rows, lanes_, sections_.data(), sections_.size(), state_.data());
}

void CascadeStage::run(Samples& samples) noexcept {
  if (samples.whole && cold_channels_ == 0) {
    filter(samples.y, samples.rows);
    return;
  }
  // Row by row: the same arithmetic, with starts in between.
  double* y = samples.y;
  const std::uint8_t* flags = samples.flags;
  for (std::size_t i = 0; i < samples.rows; ++i, y += lanes_, flags += lanes_) {
    for (std::size_t lane = 0; lane < channels_; ++lane) {
      if (!has_value(flags[lane]) && cold_[lane] == 0) cold_[lane] = 1, ++cold_channels_;
      if (has_value(flags[lane]) && cold_[lane] != 0) begin(lane, y[lane]);
    }
    filter(y, 1);
    for (std::size_t lane = 0; lane < channels_; ++lane)
      if (!has_value(flags[lane])) y[lane] = 0.0;
  }
}

}  // namespace myod::dsp
