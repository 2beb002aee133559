#include "dsp/detect/rest_level.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "dsp/detect/levels.hpp"

namespace myod::dsp {
namespace {

constexpr double block_s = 0.5, tau_s = 20.0;

std::size_t samples(double seconds, double rate_hz) {
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(seconds * rate_hz)));
}

}  // namespace

RestLevel::RestLevel(double rate_hz)
    : learning_(rate_hz),
      block_(samples(block_s, rate_hz)),
      near_(block_.size() + 1),
      gain_(block_s / (block_s + tau_s)) {}

void RestLevel::set_variance(double variance) noexcept {
  variance_ = variance;
  rms_uv_ = known() ? std::sqrt(variance_) : std::numeric_limits<double>::quiet_NaN();
}

void RestLevel::set(double rms_uv) noexcept {
  set_variance(rms_uv > 0.0 && std::isfinite(rms_uv) ? rms_uv * rms_uv : 0.0);
  unstimulated_ = variance_;
  cut();
  learning_.restart();
}

void RestLevel::learn(double y_uv) noexcept {
  const double square = y_uv * y_uv;
  if (!learning_.push({&square, 1})) return;
  set_variance(learning_.means()[0]);
  cut();
}

void RestLevel::collect(const double* y_uv, std::size_t count, std::size_t stride) noexcept {
  double *block = block_.data() + in_block_, *near = near_.data() + near_count_;
  const double low = low_, high = high_;
  std::size_t below = below_;
  for (std::size_t i = 0; i < count; ++i) {
    const double y = y_uv[i * stride], square = y * y;
    block[i] = *near = square;
    below += square < low ? 1 : 0;
    near += static_cast<std::size_t>(square >= low) & static_cast<std::size_t>(square < high);
  }
  in_block_ += count;
  below_ = below;
  near_count_ = static_cast<std::size_t>(near - near_.data());
}

void RestLevel::track(double y_uv) noexcept {
  collect(&y_uv, 1, 1);
  if (in_block_ < block_.size()) return;
  const double median = median_of_block();
  if (median > 0.0) set_variance(variance_ + gain_ * (median / median_square_of_gaussian - variance_));
  begin_block();
}

void RestLevel::relearn(double y_uv) noexcept {
  collect(&y_uv, 1, 1);
  if (in_block_ < block_.size()) return;
  if (unstimulated_ == 0.0) unstimulated_ = variance_;
  const double mean = std::accumulate(block_.begin(), block_.end(), 0.0) / static_cast<double>(block_.size());
  if (mean > variance_ && mean < four_db * four_db * unstimulated_) set_variance(mean);
  begin_block();
}

/// The value nth_element would put in the middle. Near the median of the last block only few have to be ordered.
double RestLevel::median_of_block() noexcept {
  const std::size_t middle = block_.size() / 2;
  const bool inside = below_ <= middle && middle < below_ + near_count_;
  std::vector<double>& from = inside ? near_ : block_;
  const auto at = from.begin() + static_cast<std::ptrdiff_t>(inside ? middle - below_ : middle);
  std::nth_element(from.begin(), at, inside ? from.begin() + static_cast<std::ptrdiff_t>(near_count_) : from.end());
  return *at;
}

void RestLevel::begin_block() noexcept {
  constexpr double reach = 0.25;
  low_ = (1.0 - reach) * median_square_of_gaussian * variance_;
  high_ = (1.0 + reach) * median_square_of_gaussian * variance_;
  in_block_ = below_ = near_count_ = 0;
}

void RestLevel::cut() noexcept { begin_block(); }

}  // namespace myod::dsp
