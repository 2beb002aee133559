// A delay line and nothing else: lanes whose own conditioning is faster than that of others of their sensor wait, so
// that a row holds one instant of all channels.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dsp/condition/lane_ring.hpp"
#include "dsp/condition/stage.hpp"

namespace myod::dsp {

class AlignStage : public Stage {
 public:
  AlignStage(std::size_t delay, std::size_t channels, std::size_t lanes);

  std::size_t line() const noexcept override { return delay_; }
  void run(Samples& samples) noexcept override;
  void restart() noexcept override { ring_.restart(); }

 private:
  std::size_t delay_, channels_, lanes_;
  LaneRing ring_;
};

}  // namespace myod::dsp
