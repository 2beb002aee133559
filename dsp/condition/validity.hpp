// Which reasons a window of samples has to be doubted, per lane: lost samples, the converter's limit (and the 100 ms
// the amplifier needs to recover, which concern the grade only), a converter that repeats itself, a window that began
// before the stream did.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dsp/condition/conditioner.hpp"
#include "dsp/math/axis.hpp"
#include "dsp/results.hpp"

namespace myod::dsp {

class Validity {
 public:
  Validity(std::size_t lanes, std::uint64_t rate_mhz)
      : hold_(math::window_samples(100.0, rate_mhz)),
        missing_until_(lanes, 0),
        railed_until_(lanes, 0),
        stuck_until_(lanes, 0) {}

  void start(std::uint64_t index) noexcept { start_ = index; }
  void gap(std::uint64_t next_index) noexcept { std::fill(missing_until_.begin(), missing_until_.end(), next_index); }
  void sample(std::size_t lane, std::uint64_t index, std::uint8_t flag) noexcept {
    if (flag == sample_missing) missing_until_[lane] = index + 1;
    if (flag == sample_stuck) stuck_until_[lane] = index + 1;
    if (flag == sample_railed) railed_until_[lane] = index + 1 + hold_;
  }

  /// Of the window of that length that ends before sample `end`.
  std::uint32_t reasons(std::size_t lane, std::uint64_t end, std::size_t window) const noexcept {
    const std::uint64_t first = end > window ? end - window : 0;
    return (missing_until_[lane] > first ? reason_gap : 0U) | (railed_until_[lane] > first ? reason_saturated : 0U) |
           (stuck_until_[lane] > first ? reason_stuck : 0U) | (end < start_ + window ? reason_settling : 0U);
  }

 private:
  std::size_t hold_;
  std::uint64_t start_ = 0;
  std::vector<std::uint64_t> missing_until_, railed_until_, stuck_until_;  // one past the last such sample
};

}  // namespace myod::dsp
