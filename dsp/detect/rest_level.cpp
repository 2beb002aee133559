#include "dsp/detect/rest_level.hpp"

#include <algorithm>
#include <array>
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

/// The value nth_element would put in the middle. Near the median of the last block only few have to be ordered: those
/// that fall into the same one of many parts. Else the parts are of what lies below, or above.
double RestLevel::median_of_block() noexcept {
  const std::size_t middle = block_.size() / 2, within = below_ + near_count_;
  if (middle < below_) {
    take_near([&](double square) { return square < low_; });
    return nth_near(middle, [&](double square) { return square / low_; });
  }
  if (middle < within)
    return nth_near(middle - below_, [&](double square) { return (square - low_) / (high_ - low_); });
  take_near([&](double square) { return square >= high_; });
  return nth_near(middle - within, [&](double square) { return 1.0 - high_ / square; });
}

/// near_: those of the block that `belong`.
template <typename F>
void RestLevel::take_near(F belong) noexcept {
  near_count_ = 0;
  for (const double square : block_) {
    near_[near_count_] = square;
    near_count_ += belong(square) ? 1 : 0;
  }
}

/// `place`: 0 to 1, grows with the value.
template <typename F>
double RestLevel::nth_near(std::size_t n, F place) noexcept {
  constexpr std::size_t parts = 64;
  const auto part = [&](double square) {
    return std::min(parts - 1, static_cast<std::size_t>(place(square) * static_cast<double>(parts)));
  };
  std::array<std::size_t, parts> counts{};
  for (std::size_t i = 0; i < near_count_; ++i) ++counts[part(near_[i])];
  std::size_t of = 0;
  while (n >= counts[of]) n -= counts[of++];
  std::size_t kept = 0;
  for (std::size_t i = 0; i < near_count_; ++i)
    if (part(near_[i]) == of) near_[kept++] = near_[i];
  const auto at = near_.begin() + static_cast<std::ptrdiff_t>(n);
  std::nth_element(near_.begin(), at, near_.begin() + static_cast<std::ptrdiff_t>(kept));
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
