// A stage of second-order sections, the same for all lanes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dsp/condition/stage.hpp"
#include "dsp/kernels/kernels.hpp"

namespace myod::dsp {

class CascadeStage : public Stage {
 public:
  /// `warm`: a lane starts as if its first sample had always been there; else from zero. Of `lanes`, `channels` are in
  /// use.
  CascadeStage(std::vector<Section> sections, bool warm, std::size_t channels, std::size_t lanes);

  void run(Samples& samples) noexcept override;
  void restart() noexcept override;

 private:
  void filter(double* y, std::size_t rows) noexcept;
  void begin(std::size_t lane, double first) noexcept;

  const Kernels& kernels_;
  std::vector<Section> sections_;
  std::size_t channels_, lanes_;
  std::vector<double> state_;       // sections x 2 x lanes
  std::vector<double> start_;       // sections x 2: state per unit of the first sample
  std::vector<std::uint8_t> cold_;  // per channel: the next good sample starts the filters
  std::size_t cold_channels_ = 0;
};

}  // namespace myod::dsp
