// A low quantile of the newest values, exact. Only the smallest of them are kept in order, about twice as many as the
// quantile reaches to; when too few are left of those they are looked up anew.
#pragma once

#include <cstddef>
#include <vector>

namespace myod::dsp {

class RollingQuantile {
 public:
  /// Of the newest `window` values: the one at position floor(share (count - 1)) in ascending order.
  RollingQuantile(std::size_t window, double share);

  void push(double value) noexcept;
  std::size_t count() const noexcept { return recent_.size(); }
  /// Oldest first, until the window is full.
  const std::vector<double>& values() const noexcept { return recent_; }
  double value() const noexcept { return low_[position()]; }  ///< when there is one

  RollingQuantile(RollingQuantile&&) = default;
  RollingQuantile& operator=(RollingQuantile&&) = default;
  RollingQuantile(const RollingQuantile&) = delete;  // a copy would not keep the room it needs to grow into
  RollingQuantile& operator=(const RollingQuantile&) = delete;
  ~RollingQuantile() = default;

 private:
  std::size_t position() const noexcept {
    return static_cast<std::size_t>(share_ * static_cast<double>(recent_.size() - 1));
  }
  void enter(double value) noexcept;
  void leave(double value) noexcept;
  void look_up() noexcept;

  std::size_t window_, most_;  // most_: of low_
  double share_;
  std::vector<double> recent_;  // by age, a ring when it is full
  std::vector<double> low_;     // the smallest of them, ascending
  std::vector<double> ordered_;
  std::size_t oldest_ = 0;
};

}  // namespace myod::dsp
