// When a muscle was active, by the event times of its activation detector, for as long back as a window reaches.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace myod::dsp {

class ActiveTime {
 public:
  /// Two bursts are at least `quiet` samples apart.
  ActiveTime(std::size_t window, std::size_t quiet) : window_(window), bursts_(window / quiet + 2) {}

  void onset(std::uint64_t index) noexcept {
    newest_ = (newest_ + 1) % bursts_.size();
    bursts_[newest_] = {index, still};
  }
  void offset(std::uint64_t index) noexcept { bursts_[newest_].end = index; }

  /// Of the window that ends before sample `end`; a burst under way counts up to there.
  double fraction(std::uint64_t end) const noexcept {
    const std::uint64_t first = end > window_ ? end - window_ : 0;
    std::uint64_t active = 0;
    for (std::size_t i = 0; i < bursts_.size(); ++i) {
      const Burst& b = bursts_[newest_ >= i ? newest_ - i : newest_ + bursts_.size() - i];
      if (b.end <= first) break;  // as all before it
      const std::uint64_t from = std::max(b.first, first), to = std::min(b.end, end);
      if (to > from) active += to - from;
    }
    return static_cast<double>(active) / static_cast<double>(window_);
  }

 private:
  static constexpr std::uint64_t still = ~std::uint64_t{0};
  struct Burst {
    std::uint64_t first = 0, end = 0;
  };
  std::size_t window_;
  std::vector<Burst> bursts_;  // a ring
  std::size_t newest_ = 0;
};

}  // namespace myod::dsp
