// A simulated person on several electrodes: a scenario and a seed enter, samples in microvolt leave together with their
// truth. The same for any size of the steps in which samples are asked for; no allocation after construction.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dsp/synth/scenario.hpp"

namespace myod::dsp::synth {

/// What really was, at one sample of one channel.
struct Truth {
  double emg_uv = 0.0;            ///< the muscle alone, without what the electrode adds
  double excitation = 0.0;        ///< 0..1
  double spectrum_scale = 1.0;    ///< conduction velocity over the fresh one: by it the spectrum is compressed
  bool active = false;            ///< motor units are firing
  std::uint64_t onsets = 0;       ///< contractions begun so far
  std::uint64_t onset_index = 0;  ///< sample at which the newest began, when onsets > 0
};

class Signal {
 public:
  /// Throws std::invalid_argument for a rate that is not positive or no channels.
  Signal(const Scenario&, double rate_hz, std::uint32_t channels, std::uint64_t seed);

  /// The next uv.size() / channels() instants, channel the fastest index. `truth` has the same shape, or is empty.
  void generate(std::span<double> uv, std::span<Truth> truth) noexcept;

  std::uint32_t channels() const noexcept { return static_cast<std::uint32_t>(muscles_.size()); }
  std::uint64_t next_index() const noexcept { return index_; }

 private:
  struct Muscle {
    MotorPool pool;
    Interference interference;
    double exhaustion = 0.0;  ///< 0..1
    Truth truth;
  };
  void step(Muscle&, std::uint32_t channel) noexcept;

  Scenario scenario_;
  double rate_hz_;
  std::vector<Muscle> muscles_;
  std::uint64_t index_ = 0;
};

}  // namespace myod::dsp::synth
