// The newest rows of a stage, found by absolute sample index: for stages that must look ahead and so deliver later. It
// knows with which row it began, so a stage can tell whether the row it has to deliver was there yet.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dsp/condition/stage.hpp"

namespace myod::dsp {

class LaneRing {
 public:
  LaneRing(std::size_t least_rows, std::size_t lanes)
      : lanes_(lanes), mask_(std::bit_ceil(least_rows) - 1), y_((mask_ + 1) * lanes), flags_((mask_ + 1) * lanes) {
    clear();
  }
  void clear() noexcept {
    std::fill(y_.begin(), y_.end(), 0.0);
    std::fill(flags_.begin(), flags_.end(), std::uint8_t{sample_settling});
  }
  /// It begins anew with the next row; what lies in it stays until it is overwritten or cleared.
  void restart() noexcept { fresh_ = true; }
  void put(std::uint64_t index, const double* y, const std::uint8_t* flags) noexcept {
    if (fresh_) begin_ = index, fresh_ = false;
    std::copy_n(y, lanes_, y_.data() + slot(index));
    std::copy_n(flags, lanes_, flags_.data() + slot(index));
  }
  std::uint64_t begin() const noexcept { return begin_; }  ///< its first row
  double& y(std::uint64_t index, std::size_t lane) noexcept { return y_[slot(index) + lane]; }
  std::uint8_t& flag(std::uint64_t index, std::size_t lane) noexcept { return flags_[slot(index) + lane]; }

 private:
  std::size_t slot(std::uint64_t index) const noexcept { return (static_cast<std::size_t>(index) & mask_) * lanes_; }
  std::size_t lanes_, mask_;
  std::uint64_t begin_ = 0;
  bool fresh_ = true;
  std::vector<double> y_;
  std::vector<std::uint8_t> flags_;
};

}  // namespace myod::dsp
