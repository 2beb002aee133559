#include "dsp/condition/intake.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "dsp/math/axis.hpp"
#include "dsp/math/math.hpp"

namespace myod::dsp {
namespace {

constexpr double log_chance = -20.72326583694641;  // ln 1e-9
constexpr double block_ms = 1000.0, least_ms = 10.0;
constexpr std::size_t least_samples = 16;
constexpr double never = std::numeric_limits<double>::infinity();

/// Counts of a channel beyond which the converter clips: 98 % of half its range on either side of the middle.
std::pair<double, double> rails(const Channel& channel) {
  constexpr double share = 0.98, beyond_any = 1e12;
  if (!std::isfinite(channel.rail_low) || !std::isfinite(channel.rail_high))
    return {std::max(channel.rail_low, -beyond_any), std::min(channel.rail_high, beyond_any)};
  const double middle = 0.5 * (channel.rail_low + channel.rail_high);
  const double half = 0.5 * (channel.rail_high - channel.rail_low);
  return {middle - share * half, middle + share * half};
}

}  // namespace

Intake::Intake(const Stream& stream, std::vector<std::size_t> channels, std::size_t lanes)
    : width_(stream.channels.size()),
      lanes_(lanes),
      block_(static_cast<double>(math::window_samples(block_ms, stream.rate_mhz))),
      least_(static_cast<double>(std::max(least_samples, math::window_samples(least_ms, stream.rate_mhz)))),
      channels_(std::move(channels)),
      adjoining_(std::adjacent_find(channels_.begin(), channels_.end(),
                                    [](std::size_t a, std::size_t b) { return a + 1 != b; }) == channels_.end()),
      tiles_(lanes / lane_tile) {
  for (Tile& tile : tiles_) {  // padding is good and silent
    ConverterTile& c = tile.converter;
    std::fill_n(c.low, lane_tile, -1.0);
    std::fill_n(c.high, lane_tile, 1.0);
    std::fill_n(c.step, lane_tile, std::numeric_limits<double>::infinity());
    std::fill_n(c.limit, lane_tile, never);
  }
  for (std::size_t lane = 0; lane < channels_.size(); ++lane) {
    const Channel& channel = stream.channels[channels_[lane]];
    ConverterTile& c = tiles_[lane / lane_tile].converter;
    const std::size_t at = lane % lane_tile;
    std::tie(c.low[at], c.high[at]) = rails(channel);
    c.offset[at] = channel.offset;
    c.scale[at] = channel.scale;
    uv_per_count_.push_back(std::abs(channel.scale));
  }
  Intake::restart();
}

void Intake::restart() noexcept {
  for (Tile& tile : tiles_) {
    std::fill_n(tile.converter.last, lane_tile, std::numeric_limits<double>::quiet_NaN());
    std::fill_n(tile.converter.run, lane_tile, 0.0);
  }
}

/// Where the tile's lanes stand side by side: as they came, else copied to where they shall be.
Intake::Source Intake::source(std::size_t tile, const double* raw, std::size_t rows, double* y) const noexcept {
  const std::size_t first = tile * lane_tile, used = std::min(lane_tile, channels_.size() - first);
  if (adjoining_ && used == lane_tile) return {raw + channels_[first], width_};
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t lane = 0; lane < lane_tile; ++lane)
      y[i * lanes_ + first + lane] = lane < used ? raw[i * width_ + channels_[first + lane]] : 0.0;
  return {y + first, lanes_};
}

bool Intake::run(const double* raw, std::size_t rows, double* y, std::uint8_t* flags) noexcept {
  bool good = true;
  for (std::size_t t = 0; t < tiles_.size(); ++t) {
    Tile& tile = tiles_[t];
    const Source from = source(t, raw, rows, y);
    for (std::size_t done = 0; done < rows;) {
      if (tile.room == 0) tile.room = room(tile.converter);
      const std::size_t n = std::clamp<std::size_t>(tile.room, 1, rows - done);
      const std::size_t at = done * lanes_ + t * lane_tile;
      good &= kernels_.intake(tile.converter, y + at, flags + at, n, lanes_, from.raw + done * from.step, from.step);
      if (tile.room == 0) close_blocks(tile);
      tile.room -= std::min(tile.room, n);
      done += n;
    }
  }
  return good;
}

/// A row adds one sample to a block at most, when the run under way is counted with it.
std::size_t Intake::room(const ConverterTile& c) const noexcept {
  double most = 0.0;
  for (std::size_t lane = 0; lane < lane_tile; ++lane)
    most = std::max(most, c.block_samples[lane] + (c.run[lane] < c.limit[lane] ? c.run[lane] : 0.0));
  return most + 1.0 < block_ ? static_cast<std::size_t>(block_ - most) - 1 : 0;
}

void Intake::close_blocks(Tile& tile) const noexcept {
  ConverterTile& c = tile.converter;
  for (std::size_t lane = 0; lane < lane_tile; ++lane) {
    if (c.block_samples[lane] < block_) continue;
    const double share = 1.0 - c.block_runs[lane] / c.block_samples[lane];
    c.block_samples[lane] = c.block_runs[lane] = 0.0;
    if (c.limit[lane] != never && share <= tile.repeats[lane]) continue;
    tile.repeats[lane] = share;
    const double longest = share > 0.0 ? 1.0 + log_chance / math::log(share) : 0.0;
    c.limit[lane] = std::max(least_, std::ceil(longest));
  }
}

}  // namespace myod::dsp
