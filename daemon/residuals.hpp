// How late: percentiles of delays, from a histogram of 8 bins an octave between 1 us and 16 s. Pure, allocates nothing.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace myod::daemon {

class Residuals {
 public:
  /// After so many numbers all before count half: what is told is of the recent ones. 0: never.
  explicit Residuals(std::uint32_t halved_after) : halved_after_(halved_after) {}

  void add(double delay_s) {
    const double octaves = delay_s > least_s ? std::log2(delay_s / least_s) : 0.0;
    ++bins_.at(std::min(static_cast<std::size_t>(octaves * bins_an_octave), bins_.size() - 1));
    ++count_;
    if (halved_after_ == 0 || ++fresh_ < halved_after_) return;
    fresh_ = 0;
    count_ = 0;
    for (std::uint64_t& n : bins_) count_ += n /= 2;
  }
  void clear() {
    bins_.fill(0);
    count_ = 0;
    fresh_ = 0;
  }
  /// Nearest rank, in seconds, the middle of its bin: right to 4.5 %. NaN without any number.
  double percentile(double percent) const {
    if (count_ == 0) return std::numeric_limits<double>::quiet_NaN();
    const auto rank = static_cast<std::uint64_t>(std::ceil(percent / 100.0 * static_cast<double>(count_)));
    std::uint64_t seen = bins_[0];
    std::size_t bin = 0;
    while (seen < rank) seen += bins_.at(++bin);
    return least_s * std::exp2((static_cast<double>(bin) + 0.5) / bins_an_octave);
  }

 private:
  static constexpr double least_s = 1e-6, bins_an_octave = 8.0;

  std::uint32_t halved_after_, fresh_ = 0;
  std::array<std::uint64_t, 24 * 8> bins_{};
  std::uint64_t count_ = 0;
};

}  // namespace myod::daemon
