#include "dsp/detect/rolling_quantile.hpp"

#include <algorithm>

namespace myod::dsp {

RollingQuantile::RollingQuantile(std::size_t window, double share)
    : window_(window),
      most_(2 * (static_cast<std::size_t>(share * static_cast<double>(window)) + 1)),
      share_(share),
      ordered_(window) {
  recent_.reserve(window_);
  low_.reserve(most_ + 1);
}

void RollingQuantile::push(double value) noexcept {
  if (recent_.size() < window_) {
    enter(value);
    recent_.push_back(value);
  } else {
    leave(recent_[oldest_]);
    recent_[oldest_] = value;
    oldest_ = (oldest_ + 1) % window_;
    if (!low_.empty() && value < low_.back()) enter(value);
  }
  if (low_.size() <= position()) look_up();
}

void RollingQuantile::enter(double value) noexcept {
  if (low_.size() == most_ && !(value < low_.back())) return;
  low_.insert(std::lower_bound(low_.begin(), low_.end(), value), value);
  if (low_.size() > most_) low_.pop_back();
}

void RollingQuantile::leave(double value) noexcept {
  if (!low_.empty() && value <= low_.back()) low_.erase(std::lower_bound(low_.begin(), low_.end(), value));
}

void RollingQuantile::look_up() noexcept {
  std::copy(recent_.begin(), recent_.end(), ordered_.begin());
  const auto end = ordered_.begin() + static_cast<std::ptrdiff_t>(recent_.size());
  const auto low_end = ordered_.begin() + static_cast<std::ptrdiff_t>(std::min(most_, recent_.size()));
  std::partial_sort(ordered_.begin(), low_end, end);
  low_.assign(ordered_.begin(), low_end);
}

}  // namespace myod::dsp
