#include "dsp/features/windows.hpp"

#include <algorithm>
#include <bit>

namespace myod::dsp {

History::History(std::size_t least_rows, std::size_t lanes)
    : lanes_(lanes), mask_(std::bit_ceil(least_rows + run_rows) - 1) {
  y_.assign(rows() * lanes_, 0.0);
  masked_.assign(rows() * lanes_, 0.0);
  valid_.assign(rows() * lanes_, 0);
}

void History::clear() noexcept {
  std::fill(y_.begin(), y_.end(), 0.0);
  std::fill(masked_.begin(), masked_.end(), 0.0);
  std::fill(valid_.begin(), valid_.end(), std::uint8_t{0});
}

MovingSum::MovingSum(Of of, std::size_t window, std::size_t lanes)
    : kernel_(of == Of::squares ? kernels().sum_squares : kernels().sum_magnitudes), window_(window), lanes_(lanes) {
  sum_.assign(lanes_, 0.0);
  fresh_.assign(lanes_, 0.0);
}

void MovingSum::push(History& history, std::uint64_t first, std::size_t rows) noexcept {
  for (std::size_t done = 0; done < rows;) {
    const std::uint64_t now = first + done;
    const std::uint64_t old = now - window_;  // before the first sample it wraps, as the slots do
    const std::size_t to_boundary = window_ - static_cast<std::size_t>(now % window_);
    const std::size_t to_wrap = history.rows() - history.slot(old);
    const std::size_t n = std::min({rows - done, to_boundary, to_wrap});
    kernel_(history.masked(now), history.masked(old), n, lanes_, sum_.data(), fresh_.data());
    if (n == to_boundary) {
      sum_ = fresh_;
      std::fill(fresh_.begin(), fresh_.end(), 0.0);
    }
    done += n;
  }
}

void MovingSum::clear() noexcept {
  std::fill(sum_.begin(), sum_.end(), 0.0);
  std::fill(fresh_.begin(), fresh_.end(), 0.0);
}

MovingCount::MovingCount(std::size_t window, std::size_t lanes) : window_(window), lanes_(lanes) {
  count_.assign(lanes_, 0);
}

void MovingCount::push(History& history, std::uint64_t first, std::size_t rows, std::uint64_t clean_since) noexcept {
  if (first >= clean_since + window_) return;  // what comes and what goes is valid
  for (std::size_t i = 0; i < rows; ++i) {
    const std::uint8_t* now = history.valid(first + i);
    const std::uint8_t* old = history.valid(first + i - window_);
    for (std::size_t lane = 0; lane < lanes_; ++lane) count_[lane] += now[lane] - old[lane];
  }
}

void MovingCount::clear() noexcept { std::fill(count_.begin(), count_.end(), 0); }

}  // namespace myod::dsp
