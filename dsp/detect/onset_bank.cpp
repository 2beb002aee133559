#include "dsp/detect/onset_bank.hpp"

#include <algorithm>
#include <cstring>

namespace myod::dsp {

OnsetBank::OnsetBank(std::size_t lanes, std::size_t most_rows)
    : most_rows_(most_rows), tiles_((lanes + lane_tile - 1) / lane_tile) {
  for (Tile& tile : tiles_) {
    std::fill_n(tile.numbers.variance, lane_tile, 1.0);  // lanes that are only padding stay at rest
    tile.detectors.reserve(lane_tile);
    tile.recent.assign(most_rows * lane_tile, 0.0);
  }
  decided_.reserve(most_rows * lanes);
}

void OnsetBank::add(OnsetDetector& detector) {
  const auto tile = std::ranges::find_if(tiles_, [](const Tile& t) { return t.detectors.size() < lane_tile; });
  detector.live_in(tile->numbers, tile->detectors.size());
  tile->detectors.push_back(&detector);
}

std::span<const OnsetBank::Decision> OnsetBank::push(std::uint64_t first_index, const LaneRows& rows,
                                                     bool all_valid) noexcept {
  decided_.clear();
  for (std::size_t t = 0; t < tiles_.size(); ++t) {
    bool valid = true;
    for (std::size_t i = 0; !all_valid && valid && i < rows.rows; ++i)
      valid = std::all_of(rows.valid + i * rows.stride + t * lane_tile,
                          rows.valid + i * rows.stride + (t + 1) * lane_tile, [](std::uint8_t v) { return v != 0; });
    if (valid)
      go_on(t, first_index, rows, {0, rows.rows});
    else
      one_by_one(t, first_index, rows, {0, rows.rows});
  }
  std::ranges::sort(
      decided_, [](const Decision& a, const Decision& b) { return a.row != b.row ? a.row < b.row : a.lane < b.lane; });
  return decided_;
}

/// The whole stretch at once, or its halves, down to the sample where something changes.
void OnsetBank::go_on(std::size_t t, std::uint64_t first_index, const LaneRows& rows, Stretch s) noexcept {
  Tile& tile = tiles_[t];
  if (tile.steady < s.rows) look_ahead(tile);
  if (tile.steady >= s.rows &&
      goes_on(tile, first_index + s.first, rows.y + s.first * rows.stride + t * lane_tile, s.rows, rows.stride))
    return;
  if (tile.steady == 0 || s.rows == 1) return one_by_one(t, first_index, rows, s);
  const std::size_t half = s.rows / 2;
  go_on(t, first_index, rows, {s.first, half});
  go_on(t, first_index, rows, {s.first + half, s.rows - half});
}

/// How long nothing but their statistics changes.
void OnsetBank::look_ahead(Tile& tile) noexcept {
  settle(tile);
  tile.steady = std::numeric_limits<std::size_t>::max();
  for (std::size_t lane = 0; lane < tile.detectors.size(); ++lane) {
    tile.numbers.variance[lane] = tile.detectors[lane]->variance();
    tile.steady = std::min(tile.steady, tile.detectors[lane]->steady_samples());
  }
}

/// The whole tile at once; false when somebody's activation changes, and nothing happened.
bool OnsetBank::goes_on(Tile& tile, std::uint64_t first_index, const double* y, std::size_t rows,
                        std::size_t stride) noexcept {
  const OnsetTile before = tile.numbers;
  if (kernels_.onset(tile.numbers, tile.detectors.front()->limits(), y, static_cast<double>(first_index), rows,
                     stride)) {
    tile.numbers = before;
    return false;
  }
  if (tile.unseen + rows > most_rows_) settle(tile);
  for (std::size_t i = 0; i < rows; ++i, ++tile.unseen)
    std::memcpy(tile.recent.data() + tile.unseen * lane_tile, y + i * stride, lane_tile * sizeof *y);
  tile.steady -= rows;
  return true;
}

void OnsetBank::one_by_one(std::size_t t, std::uint64_t first_index, const LaneRows& rows, Stretch s) noexcept {
  Tile& tile = tiles_[t];
  settle(tile);
  tile.steady = 0;
  tile.changed = true;
  for (std::size_t row = s.first; row < s.first + s.rows; ++row)
    for (std::size_t lane = 0; lane < tile.detectors.size(); ++lane) {
      const std::size_t at = row * rows.stride + t * lane_tile + lane;
      if (const auto d = tile.detectors[lane]->push(first_index + row, rows.y[at], rows.valid[at] != 0))
        decided_.push_back({row, t * lane_tile + lane, *d});
    }
}

void OnsetBank::settle() noexcept {
  for (Tile& tile : tiles_) {
    settle(tile);
    tile.steady = 0;
    tile.changed = true;
  }
}

void OnsetBank::settle(Tile& tile) noexcept {
  for (std::size_t lane = 0; lane < tile.detectors.size(); ++lane)
    if (tile.detectors[lane]->learns()) tile.detectors[lane]->weighed(tile.recent.data() + lane, tile.unseen);
  tile.unseen = 0;
}

}  // namespace myod::dsp
