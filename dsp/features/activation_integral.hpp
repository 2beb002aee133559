// Integrated EMG of an activation: the rectified signal summed from its onset to its offset, uV s. Both are known only
// some time after they were, so the sum follows as far as no offset can lie any more and is finished from there. Sample
// by sample, in their order: no cut into blocks changes a bit.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "dsp/features/windows.hpp"

namespace myod::dsp {

class ActivationIntegral {
 public:
  void onset(std::uint64_t index) noexcept { open_ = true, first_ = next_ = index, sum_uv_ = 0.0, counted_ = 0; }

  /// All before `certain`, where no offset will lie, and what will soon be overwritten.
  void follow(const History& history, std::size_t lane, std::uint64_t now, std::uint64_t certain) noexcept {
    if (!open_) return;
    const std::size_t kept = history.rows() - history.rows() / 16;
    advance(history, lane, std::max(certain, now > kept ? now - kept : 0));
  }

  /// NaN when less than `least_valid` of its samples are valid, or when it is not known as a whole.
  double offset(const History& history, std::size_t lane, std::uint64_t end, double rate_hz,
                double least_valid) noexcept {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    if (open_ && end < next_) open_ = false;
    if (open_) advance(history, lane, end);
    if (!open_) return nan;
    open_ = false;
    const auto length = static_cast<double>(end - first_);
    return length > 0.0 && static_cast<double>(counted_) >= least_valid * length ? sum_uv_ / rate_hz : nan;
  }

 private:
  void advance(const History& history, std::size_t lane, std::uint64_t to) noexcept {
    if (to <= next_) return;
    if (to - next_ > history.rows()) {  // it is no longer there
      open_ = false;
      return;
    }
    const std::size_t tile = lane / lane_tile, at = lane % lane_tile;
    double sum_uv = sum_uv_;  // in a register: every addition waits for the one before
    std::uint64_t counted = counted_;
    history.runs(next_, static_cast<std::size_t>(to - next_), [&](std::uint64_t index, std::size_t rows) {
      const double* y = history.y(tile, index) + at;
      const std::uint8_t* valid = history.valid(tile, index) + at;
      for (std::size_t i = 0; i < rows; ++i) {
        if (valid[i * lane_tile] == 0) continue;
        sum_uv += std::abs(y[i * lane_tile]);
        ++counted;
      }
    });
    sum_uv_ = sum_uv;
    counted_ = counted;
    next_ = to;
  }

  bool open_ = false;
  std::uint64_t first_ = 0, next_ = 0, counted_ = 0;
  double sum_uv_ = 0.0;
};

}  // namespace myod::dsp
