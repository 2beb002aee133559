// Which reasons a window of samples has to be doubted, per lane: lost samples, the converter's limit (and the 100 ms
// the amplifier needs to recover, which concern the grade only), a converter that repeats itself, samples replaced
// because of a stimulus, a window that began before the stream did or before the delay lines of conditioning were full.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
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
        stuck_until_(lanes, 0),
        blanked_until_(lanes, 0),
        settling_until_(lanes, 0),
        missing_(lanes) {}

  void start(std::uint64_t index) noexcept { start_ = index; }
  void gap(std::uint64_t next_index) noexcept { std::fill(missing_until_.begin(), missing_until_.end(), next_index); }
  void sample(std::size_t lane, std::uint64_t index, std::uint8_t flag) noexcept {
    if (flag == sample_missing) {
      if (missing_[lane].lost++ == 0) missing_[lane].begin = index;
      missing_[lane].end = missing_until_[lane] = index + 1;
    }
    if (flag == sample_stuck) stuck_until_[lane] = index + 1;
    if (flag == sample_blanked) blanked_until_[lane] = index + 1;
    if (flag == sample_settling) settling_until_[lane] = index + 1;
    if (flag == sample_railed) railed_until_[lane] = index + 1 + hold_;
  }

  /// Samples that came but were no numbers, since the last ones told.
  struct Missing {
    std::uint64_t begin = 0, end = 0, lost = 0;
  };
  static constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();
  /// To be told once: when there are some and the sample before `end` is none of them; with `none` in any case.
  std::optional<Missing> take_missing(std::size_t lane, std::uint64_t end) noexcept {
    if (missing_[lane].lost == 0 || missing_[lane].end == end) return std::nullopt;
    return std::exchange(missing_[lane], Missing());
  }

  /// The first sample since which the converter said something with each: what a filter may remember.
  std::uint64_t unbroken_from(std::size_t lane) const noexcept {
    return std::max({start_, missing_until_[lane], stuck_until_[lane], settling_until_[lane]});
  }

  /// Of the window of that length that ends before sample `end`.
  std::uint32_t reasons(std::size_t lane, std::uint64_t end, std::size_t window) const noexcept {
    const std::uint64_t first = end > window ? end - window : 0;
    return (missing_until_[lane] > first ? reason_gap : 0U) | (railed_until_[lane] > first ? reason_saturated : 0U) |
           (stuck_until_[lane] > first ? reason_stuck : 0U) | (blanked_until_[lane] > first ? reason_blanked : 0U) |
           (end < start_ + window || settling_until_[lane] > first ? reason_settling : 0U);
  }

  /// A stimulus was told when its samples had been used: windows that hold a sample before `until` are void.
  void late(std::uint64_t until) noexcept { late_until_ = std::max(late_until_, until); }
  bool is_void(std::uint64_t end, std::size_t window) const noexcept {
    return late_until_ > 0 && late_until_ + window > end;
  }

 private:
  std::size_t hold_;
  std::uint64_t start_ = 0;
  std::uint64_t late_until_ = 0;
  // One past the last such sample.
  std::vector<std::uint64_t> missing_until_, railed_until_, stuck_until_, blanked_until_, settling_until_;
  std::vector<Missing> missing_;  // not told yet
};

}  // namespace myod::dsp
