#include "dsp/condition/align.hpp"

namespace myod::dsp {

AlignStage::AlignStage(std::size_t delay, std::size_t channels, std::size_t lanes)
    : delay_(delay), channels_(channels), lanes_(lanes), ring_(delay + 1, lanes) {}

void AlignStage::run(Samples& samples) noexcept {
  double* y = samples.y;
  std::uint8_t* flags = samples.flags;
  samples.whole = true;
  for (std::size_t i = 0; i < samples.rows; ++i, y += lanes_, flags += lanes_) {
    const std::uint64_t now = samples.first + i;
    ring_.put(now, y, flags);
    const bool filling = now < ring_.begin() + delay_;
    for (std::size_t c = 0; c < channels_; ++c) {
      flags[c] = filling ? std::uint8_t{sample_settling} : ring_.flag(now - delay_, c);
      y[c] = has_value(flags[c]) ? ring_.y(now - delay_, c) : 0.0;
      samples.whole = samples.whole && has_value(flags[c]);
    }
  }
}

}  // namespace myod::dsp
