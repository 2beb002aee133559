#include "dsp/synth/signal.hpp"

#include <stdexcept>

namespace myod::dsp::synth {

Signal::Signal(const Scenario& scenario, double rate_hz, std::uint32_t channels, std::uint64_t seed)
    : scenario_(scenario), rate_hz_(rate_hz) {
  if (!(rate_hz > 0.0)) throw std::invalid_argument("simulated signal: the rate must be above 0 Hz");
  if (channels == 0) throw std::invalid_argument("simulated signal: at least one channel is needed");
  muscles_.reserve(channels);
  for (std::uint32_t c = 0; c < channels; ++c) {
    Random seeds(seed, c);
    const std::uint64_t pool_seed = seeds.bits();
    muscles_.push_back({MotorPool(rate_hz, scenario.pool, pool_seed),
                        Interference(rate_hz, scenario.interference, seeds.bits()),
                        0.0,
                        {}});
  }
}

void Signal::step(Muscle& muscle, std::uint32_t channel) noexcept {
  Truth& truth = muscle.truth;
  const FatigueOptions& fatigue = scenario_.fatigue;
  const double e = scenario_.effort.excitation(channel, static_cast<double>(index_) / rate_hz_);
  truth.excitation = e;
  truth.spectrum_scale = 1.0 - fatigue.depth * muscle.exhaustion;
  truth.emg_uv = muscle.pool.step(e, truth.spectrum_scale);
  const bool active = muscle.pool.recruited() > 0;
  if (active && !truth.active) {
    ++truth.onsets;
    truth.onset_index = index_;
  }
  truth.active = active;
  muscle.exhaustion +=
      (e * e * (1.0 - muscle.exhaustion) / fatigue.onset_s - (1.0 - e) * muscle.exhaustion / fatigue.recovery_s) /
      rate_hz_;
}

void Signal::generate(std::span<double> uv, std::span<Truth> truth) noexcept {
  const std::size_t n = muscles_.size();
  for (std::size_t at = 0; at + n <= uv.size(); at += n, ++index_) {
    for (std::size_t c = 0; c < n; ++c) {
      Muscle& muscle = muscles_[c];
      step(muscle, static_cast<std::uint32_t>(c));
      uv[at + c] = muscle.truth.emg_uv + muscle.interference.step();
      if (!truth.empty()) truth[at + c] = muscle.truth;
    }
  }
}

}  // namespace myod::dsp::synth
