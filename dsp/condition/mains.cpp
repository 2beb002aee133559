#include "dsp/condition/mains.hpp"

#include <algorithm>
#include <cmath>

#include "dsp/condition/blanking.hpp"

namespace myod::dsp {
namespace {

constexpr double enable_db = 9.0, disable_db = 12.0, beside_harmonic_hz = 0.5;

/// Is it a harmonic of the stimulation, to within half a hertz?
bool harmonic_of(double hz, double stimulation_hz) {
  if (!(stimulation_hz > 0.0)) return false;
  const double nearest = std::floor(hz / stimulation_hz + 0.5) * stimulation_hz;
  return nearest > 0.0 && std::abs(hz - nearest) <= beside_harmonic_hz;
}

}  // namespace

MainsStage::MainsStage(const ConditionOptions& o, double rate_hz, std::size_t channels, std::size_t lanes)
    : automatic_(o.mains == Mains::automatic),
      detector_(rate_hz, o.mains_hz, channels, lanes),
      muscles_(channels, Lane{MainsCanceller(rate_hz)}) {
  if (automatic_) return;
  for (Lane& lane : muscles_) lane.canceller.start(o.mains_hz, false);
  running_ = channels;
}

void MainsStage::restart() noexcept {
  detector_.restart();
  for (Lane& lane : muscles_) lane.canceller.restart();
}

void MainsStage::decide(Lane& lane, const MainsLook& look, double stimulation_hz) noexcept {
  if (!look.valid || harmonic_of(look.hz, stimulation_hz)) return;
  const bool line = look.score > mains_score;
  lane.found_hz = line && look.nominal == lane.last_hz ? look.nominal : 0.0;
  lane.last_hz = line ? look.nominal : 0.0;
  lane.without = line ? 0 : lane.without + 1;
  if (lane.canceller.running()) {
    if (lane.without >= 2 || (line && look.emg_db >= disable_db)) lane.canceller.stop(), --running_;
  } else if (lane.found_hz > 0.0 && look.emg_db < enable_db) {
    lane.canceller.start(look.hz, true), ++running_;
  }
}

void MainsStage::run(Samples& samples) noexcept {
  double* y = samples.y;
  const std::uint8_t* flags = samples.flags;
  for (std::size_t left = samples.rows; left > 0;) {
    const std::size_t rows = automatic_ ? std::min(left, detector_.stride()) : left;
    const bool looked = automatic_ && detector_.push(y, flags, rows);
    for (std::size_t c = 0; running_ > 0 && c < muscles_.size(); ++c) {
      if (!muscles_[c].canceller.running()) continue;
      for (std::size_t at = c; at < rows * samples.lanes; at += samples.lanes)
        if (has_value(flags[at])) y[at] = muscles_[c].canceller.push(y[at], flags[at] == sample_good);
    }
    const std::uint64_t end = samples.first + samples.rows - left + rows;
    if (looked)
      decide(muscles_[detector_.lane()], detector_.look(), blanking_ != nullptr ? blanking_->rate_hz(end) : 0.0);
    y += rows * samples.lanes;
    flags += rows * samples.lanes;
    left -= rows;
  }
}

MainsState MainsStage::state(std::size_t lane) const noexcept {
  const Lane& l = muscles_[lane];
  return {l.found_hz, l.canceller.running() ? l.canceller.hz() : 0.0};
}

void MainsStage::plant(std::size_t lane, MainsState state) noexcept {
  if (!(state.cancelling_hz > 0.0)) return;
  Lane& l = muscles_[lane];
  if (!l.canceller.running()) ++running_;
  l.canceller.start(state.cancelling_hz, true);
  l.found_hz = l.last_hz = state.found_hz;
}

}  // namespace myod::dsp
