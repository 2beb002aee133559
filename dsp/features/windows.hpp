// History of the conditioned signal and the moving sums over it. Everything is keyed to the absolute sample index: at
// every multiple of its length W a running sum is replaced by the exact sum of the last W samples, which a second
// accumulator has collected meanwhile. So rounding never piles up, and no cut of the stream into blocks can change a
// bit.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dsp/kernels/kernels.hpp"

namespace myod::dsp {

inline constexpr std::size_t run_rows = 64;  ///< samples processed at once; runs never cross a multiple of it

/// The newest rows of every tile of lanes, found by absolute index: rows of lane_tile values, one behind the other.
/// Before the first sample: zero and not valid.
class History {
 public:
  History(std::size_t least_rows, std::size_t lanes);

  std::size_t rows() const noexcept { return rows_; }
  /// Of a row that is there. Before the first sample the index wraps, and so does this.
  std::size_t slot(std::uint64_t index) const noexcept {
    const auto ahead = static_cast<std::size_t>(index - lap_);
    return ahead < rows_ ? ahead : ahead + rows_;
  }

  const double* y(std::size_t tile, std::uint64_t index) const noexcept { return y_.data() + at(tile, index); }
  const std::uint8_t* valid(std::size_t tile, std::uint64_t index) const noexcept {
    return valid_.data() + at(tile, index);
  }

  /// rows x lanes, of one run. `valid`: 0 or 1 each, null when all are; `y` is 0 where a sample is missing.
  void put(std::uint64_t first, std::size_t rows, const double* y, const std::uint8_t* valid) noexcept;
  /// A run of zeros that are not valid.
  void lose(std::uint64_t first, std::size_t rows) noexcept;
  void clear() noexcept;

  /// f(index, rows) for the stretches of first .. first + rows that lie in one piece.
  template <typename F>
  void runs(std::uint64_t first, std::size_t rows_wanted, F f) const {
    while (rows_wanted > 0) {
      const std::size_t n = std::min(rows_wanted, rows() - slot(first));
      f(first, n);
      first += n, rows_wanted -= n;
    }
  }

 private:
  std::size_t at(std::size_t tile, std::uint64_t index) const noexcept {
    return tile * pitch_ + slot(index) * lane_tile;
  }
  void reach(std::uint64_t first) noexcept;
  std::size_t lanes_, rows_, pitch_;  // rows: whole runs; pitch: values from tile to tile
  std::uint64_t lap_ = 0;             // index in the first slot, or soon to be
  std::size_t whole_ = 0;             // the newest rows that are all valid
  std::vector<double> y_;             // the conditioned signal
  std::vector<std::uint8_t> valid_;
};

/// One moving sum per lane, of squares or of magnitudes of the valid samples.
class MovingSum {
 public:
  enum class Of : std::uint8_t { squares, magnitudes };
  MovingSum(Of of, std::size_t window, std::size_t lanes);

  /// The rows first .. first + rows, one run, are in the history. `clean_since`: every sample from there on is valid,
  /// in every lane.
  void push(const History& history, std::uint64_t first, std::size_t rows, std::uint64_t clean_since) noexcept;
  void clear() noexcept;

  std::size_t window() const noexcept { return window_; }
  /// After the newest run.
  double at(std::size_t lane) const noexcept { return sum_[lane]; }
  const double* sums() const noexcept { return sum_.data(); }  ///< per lane

 private:
  decltype(Kernels::sum_squares) kernel_;
  std::size_t window_, lanes_;
  std::vector<double> sum_, fresh_;
};

/// How many samples of the window are valid, per lane.
class MovingCount {
 public:
  MovingCount(std::size_t window, std::size_t lanes);
  void push(const History& history, std::uint64_t first, std::size_t rows, std::uint64_t clean_since) noexcept;
  void clear() noexcept;

  std::size_t window() const noexcept { return window_; }
  double at(std::size_t lane) const noexcept { return static_cast<double>(count_[lane]); }
  const std::int32_t* counts() const noexcept { return count_.data(); }  ///< per lane

 private:
  std::size_t window_, lanes_;
  std::vector<std::int32_t> count_;
};

}  // namespace myod::dsp
