#include "dsp/condition/stuck.hpp"

#include <algorithm>
#include <cmath>

#include "dsp/condition/stage.hpp"
#include "dsp/math/axis.hpp"
#include "dsp/math/math.hpp"

namespace myod::dsp {
namespace {

constexpr double log_chance = -20.72326583694641;  // ln 1e-9
constexpr double block_ms = 1000.0, least_ms = 10.0;
constexpr std::uint64_t least_samples = 16;

}  // namespace

Stuck::Stuck(const Stream& stream, const std::vector<std::size_t>& channels, std::size_t lanes)
    : width_(stream.channels.size()),
      lanes_(lanes),
      block_(math::window_samples(block_ms, stream.rate_mhz)),
      least_(std::max<std::uint64_t>(least_samples, math::window_samples(least_ms, stream.rate_mhz))),
      lane_(channels.size()) {
  for (std::size_t i = 0; i < channels.size(); ++i) {
    lane_[i].channel = channels[i];
    lane_[i].uv_per_count = std::abs(stream.channels[channels[i]].scale);
  }
}

void Stuck::mark(const double* raw, std::size_t rows, std::uint8_t* flags) noexcept {
  for (std::size_t row = 0; row < rows; ++row, raw += width_, flags += lanes_)
    for (std::size_t i = 0; i < lane_.size(); ++i) {
      Lane& lane = lane_[i];
      const double x = raw[lane.channel];
      if (flags[i] != sample_good) {  // a rail repeats itself, and is another defect
        lane.last = std::numeric_limits<double>::quiet_NaN();
        lane.run = 0;
        continue;
      }
      if (x == lane.last) {
        if (++lane.run >= lane.limit) flags[i] = sample_stuck;
        continue;
      }
      if (lane.run > 0) {
        lane.step = std::min(lane.step, std::abs(x - lane.last));
        close_run(lane);
      }
      lane.last = x;
      lane.run = 1;
    }
}

void Stuck::close_run(Lane& lane) const noexcept {
  if (lane.run >= lane.limit) return;
  lane.block_samples += lane.run;
  ++lane.block_runs;
  if (lane.block_samples < block_) return;
  const double share = 1.0 - static_cast<double>(lane.block_runs) / static_cast<double>(lane.block_samples);
  lane.block_samples = lane.block_runs = 0;
  if (lane.limit != never && share <= lane.repeats) return;
  lane.repeats = share;
  const double longest = share > 0.0 ? 1.0 + log_chance / math::log(share) : 0.0;
  lane.limit = std::max(least_, static_cast<std::uint64_t>(std::ceil(longest)));
}

void Stuck::restart() noexcept {
  for (Lane& lane : lane_) {
    lane.last = std::numeric_limits<double>::quiet_NaN();
    lane.run = 0;
  }
}

}  // namespace myod::dsp
