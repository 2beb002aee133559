// Which reasons a window of samples has to be doubted, per lane: lost samples, the converter's limit (and the 100 ms
// the amplifier needs to recover, which concern the grade only), a converter that repeats itself, samples replaced
// because of a stimulus, samples at another rate than the nominal one, a window that began before the stream did or
// before the delay lines of conditioning were full.
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
      : hold_(math::window_samples(100.0, rate_mhz)), until_(lanes), missing_(lanes) {}

  void start(std::uint64_t index) noexcept { start_ = index; }
  void gap(std::uint64_t next_index) noexcept {
    for (Until& u : until_) u.missing = next_index, u.any = std::max(u.any, next_index);
    newest_ = std::max(newest_, next_index);
  }
  void sample(std::size_t lane, std::uint64_t index, std::uint8_t flag) noexcept {
    Until& u = until_[lane];
    if (flag == sample_missing) {
      if (missing_[lane].lost++ == 0) missing_[lane].begin = index;
      missing_[lane].end = u.missing = index + 1;
    }
    if (flag == sample_stuck) u.stuck = index + 1;
    if (flag == sample_blanked) u.blanked = index + 1;
    if (flag == sample_settling) u.settling = index + 1;
    if (flag == sample_railed) u.railed = index + 1 + hold_;
    u.any = std::max({u.missing, u.railed, u.stuck, u.blanked, u.settling});
    newest_ = std::max(newest_, u.any);
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
    const Until& u = until_[lane];
    return std::max({start_, u.missing, u.stuck, u.settling});
  }

  /// No lane has a reason in the window of that length that ends before sample `end`.
  bool clean(std::uint64_t end, std::size_t window) const noexcept {
    return end >= window && std::max({start_, newest_, rate_off_until_}) <= end - window;
  }
  /// Of the window of that length that ends before sample `end`.
  std::uint32_t reasons(std::size_t lane, std::uint64_t end, std::size_t window) const noexcept {
    const std::uint64_t first = end > window ? end - window : 0;
    const Until& u = until_[lane];
    const std::uint32_t young =
        (end < start_ + window ? reason_settling : 0U) | (rate_off_until_ > first ? reason_rate : 0U);
    if (u.any <= first) return young;
    return young | (u.missing > first ? reason_gap : 0U) | (u.railed > first ? reason_saturated : 0U) |
           (u.stuck > first ? reason_stuck : 0U) | (u.blanked > first ? reason_blanked : 0U) |
           (u.settling > first ? reason_settling : 0U);
  }

  /// The samples before `until` came at another rate than the nominal one: durations and frequencies are wrong.
  void rate_off(std::uint64_t until) noexcept { rate_off_until_ = until; }

  /// A stimulus was told when its samples had been used: windows that hold a sample before `until` are void.
  void late(std::uint64_t until) noexcept { late_until_ = std::max(late_until_, until); }
  bool is_void(std::uint64_t end, std::size_t window) const noexcept {
    return late_until_ > 0 && late_until_ + window > end;
  }

 private:
  std::size_t hold_;
  std::uint64_t start_ = 0;
  std::uint64_t late_until_ = 0;
  std::uint64_t rate_off_until_ = 0;
  struct Until {  // one past the last such sample; any: the largest of them
    std::uint64_t missing = 0, railed = 0, stuck = 0, blanked = 0, settling = 0, any = 0;
  };
  std::uint64_t newest_ = 0;  // `any` of all lanes
  std::vector<Until> until_;
  std::vector<Missing> missing_;  // not told yet
};

}  // namespace myod::dsp
