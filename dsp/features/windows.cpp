#include "dsp/features/windows.hpp"

#include <algorithm>
#include <cstring>

namespace myod::dsp {

History::History(std::size_t least_rows, std::size_t lanes)
    : lanes_(lanes), rows_((least_rows + 2 * run_rows - 1) / run_rows * run_rows) {
  constexpr std::size_t apart = 9;  // rows, lest the same slot of every tile falls into the same set of the cache
  pitch_ = (rows_ + apart) * lane_tile;
  y_.assign(pitch_ * (lanes_ / lane_tile), 0.0);
  valid_.assign(y_.size(), 0);
}

void History::reach(std::uint64_t first) noexcept {
  if (first - lap_ >= rows_) lap_ = first - first % rows_;
}

void History::put(std::uint64_t first, std::size_t rows, const double* y, const std::uint8_t* valid) noexcept {
  reach(first);
  const bool known = valid == nullptr && whole_ >= rows_;  // then every flag says so already
  whole_ = valid != nullptr ? 0 : known ? whole_ : whole_ + rows;
  for (std::size_t tile = 0; tile < lanes_ / lane_tile; ++tile) {
    const std::size_t to = at(tile, first);
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t from = i * lanes_ + tile * lane_tile;
      double* row = y_.data() + to + i * lane_tile;
      __builtin_prefetch(row + rows * lane_tile, 1);      // of the next run: far from what was used last
      std::memcpy(row, y + from, lane_tile * sizeof *y);  // of constant size: no call
      if (valid != nullptr) std::memcpy(valid_.data() + to + i * lane_tile, valid + from, lane_tile);
    }
    if (valid == nullptr && !known) std::fill_n(valid_.data() + to, rows * lane_tile, std::uint8_t{1});
  }
}

void History::lose(std::uint64_t first, std::size_t rows) noexcept {
  reach(first);
  whole_ = 0;
  for (std::size_t tile = 0; tile < lanes_ / lane_tile; ++tile) {
    std::fill_n(y_.data() + at(tile, first), rows * lane_tile, 0.0);
    std::fill_n(valid_.data() + at(tile, first), rows * lane_tile, std::uint8_t{0});
  }
}

void History::clear() noexcept {
  whole_ = 0;
  std::fill(y_.begin(), y_.end(), 0.0);
  std::fill(valid_.begin(), valid_.end(), std::uint8_t{0});
}

MovingSum::MovingSum(Of of, std::size_t window, std::size_t lanes)
    : kernel_(of == Of::squares ? kernels().sum_squares : kernels().sum_magnitudes), window_(window), lanes_(lanes) {
  sum_.assign(lanes_, 0.0);
  fresh_.assign(lanes_, 0.0);
}

void MovingSum::push(const History& history, std::uint64_t first, std::size_t rows,
                     std::uint64_t clean_since) noexcept {
  const bool all_valid = first >= clean_since + window_;  // what comes and what goes
  for (std::size_t done = 0; done < rows;) {
    const std::uint64_t now = first + done;
    const std::uint64_t old = now - window_;  // before the first sample it wraps, as the slots do
    const std::size_t to_boundary = window_ - static_cast<std::size_t>(now % window_);
    const std::size_t to_wrap = history.rows() - history.slot(old);
    const std::size_t n = std::min({rows - done, to_boundary, to_wrap});
    for (std::size_t tile = 0; tile < lanes_ / lane_tile; ++tile)
      kernel_(sum_.data() + tile * lane_tile, fresh_.data() + tile * lane_tile, n, history.y(tile, now),
              history.y(tile, old), all_valid ? nullptr : history.valid(tile, now),
              all_valid ? nullptr : history.valid(tile, old));
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

void MovingCount::push(const History& history, std::uint64_t first, std::size_t rows,
                       std::uint64_t clean_since) noexcept {
  if (first >= clean_since + window_) return;  // what comes and what goes is valid
  for (std::size_t tile = 0; tile < lanes_ / lane_tile; ++tile)
    for (std::size_t i = 0; i < rows; ++i) {
      const std::uint8_t* now = history.valid(tile, first + i);
      const std::uint8_t* old = history.valid(tile, first + i - window_);
      for (std::size_t t = 0; t < lane_tile; ++t) count_[tile * lane_tile + t] += now[t] - old[t];
    }
}

void MovingCount::clear() noexcept { std::fill(count_.begin(), count_.end(), 0); }

}  // namespace myod::dsp
