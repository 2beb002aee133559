// Integrated EMG of activations, of a tile of lanes: the rectified signal summed from an onset to its offset, uV s.
// Both are known only some time after they were. The sums of all lanes follow together as far as no offset can lie any
// more and are finished from there, each sample by sample in its order: no cut into blocks changes a bit.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "dsp/features/windows.hpp"
#include "dsp/kernels/kernels.hpp"

namespace myod::dsp {

class ActivationIntegrals {
 public:
  explicit ActivationIntegrals(std::size_t tile) : tile_(tile) {}

  /// An activation of a lane of the tile began at that sample. `now`: behind the newest one of the history.
  void onset(const History& history, std::size_t lane, std::uint64_t index, std::uint64_t now) noexcept;

  /// Goes on. No offset is dated before the last zero of its lane's statistic.
  void follow(const History& history, const OnsetTile& statistics, std::uint64_t now) noexcept;

  /// NaN when less than `least_valid` of its samples are valid, or when it is not known as a whole.
  double offset(const History& history, std::size_t lane, std::uint64_t end, double rate_hz,
                double least_valid) noexcept;

 private:
  struct Sum {
    double uv = 0.0, samples = 0.0;
  };
  void advance(const History& history, std::uint64_t to) noexcept;
  Sum added(Sum sum, const History& history, std::size_t lane, std::uint64_t from, std::uint64_t to) const noexcept;

  const Kernels& kernels_ = kernels();
  std::size_t tile_;
  std::uint64_t next_ = 0;  // what lies before it is summed
  std::array<bool, lane_tile> open_{};
  std::array<std::uint64_t, lane_tile> first_{};
  std::array<double, lane_tile> uv_{}, samples_{};  // from first_ on, valid ones; of others: anything
};

}  // namespace myod::dsp
