// What an electrode picks up besides the muscle: amplifier noise, mains hum, heart beats, electrode offset and its
// drift, motion. One generator per channel; sample by sample, microvolt.
#pragma once

#include <cstdint>
#include <vector>

#include "dsp/synth/random.hpp"

namespace myod::dsp::synth {

struct InterferenceOptions {
  double noise_uv = 4.0;   ///< RMS, white over the sampled band
  double offset_uv = 0.0;  ///< half-cell potential
  double drift_uv = 0.0;   ///< size of its slow wander (60 s period)
  double mains_uv = 0.0;   ///< amplitude of the fundamental; harmonics 2, 3, 5 and 7 follow
  double mains_hz = 50.0;
  double ecg_uv = 0.0;  ///< height of the R wave
  double heart_per_min = 72.0;
  double motion_uv = 0.0;  ///< largest artefact; one about every 4 s
};

class Interference {
 public:
  Interference(double rate_hz, const InterferenceOptions&, std::uint64_t seed);
  double step() noexcept;

 private:
  double mains() const noexcept;
  double ecg() noexcept;
  double motion() noexcept;

  InterferenceOptions options_;
  double rate_hz_;
  Random noise_, events_;
  std::uint64_t index_ = 0;
  std::vector<double> beat_;                        ///< one PQRST complex, R wave 1, at the sampling rate
  double beat_position_ = 0.0, beat_period_ = 0.0;  ///< samples
  double motion_in_ = 0.0;                          ///< samples until the next artefact
  double motion_size_ = 0.0, motion_hz_ = 1.0, motion_age_s_ = 0.0;
};

}  // namespace myod::dsp::synth
