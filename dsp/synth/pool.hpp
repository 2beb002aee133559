// A muscle: excitation 0..1 and conduction velocity enter sample by sample, surface EMG in microvolt leaves. Motor
// units are recruited by size (exponential range of thresholds), fire faster with excitation, jitter around their mean
// interval (Fuglevand, Winter, Patla 1993), and each firing adds that unit's potential. Nothing is band-limited by the
// sampling rate: below about 600 Hz the potentials alias as they would without an analogue filter.
#pragma once

#include <cstdint>
#include <vector>

#include "dsp/synth/potential.hpp"
#include "dsp/synth/random.hpp"

namespace myod::dsp::synth {

struct PoolOptions {
  std::uint32_t units = 80;
  double recruitment_range = 30.0;  ///< largest threshold over the smallest
  double last_threshold = 0.7;      ///< excitation at which the largest unit joins
  double amplitude_range = 20.0;    ///< largest potential over the smallest
  double min_rate_hz = 8.0;         ///< on recruitment
  double peak_rate_hz = 35.0;       ///< of the smallest unit; the largest reaches `peak_rate_fall_hz` less
  double peak_rate_fall_hz = 10.0;
  double rate_gain_hz = 40.0;  ///< per unit of excitation above the threshold
  double interval_cv = 0.2;    ///< standard deviation over mean of the inter-spike interval
  double lambda_ms = 3.2;      ///< width of a middle unit's potential at full conduction velocity
  double max_rms_uv = 450.0;   ///< expected at excitation 1, fresh
};

class MotorPool {
 public:
  /// A conduction velocity below this fraction of the fresh one does not occur.
  static constexpr double min_velocity = 0.4;

  MotorPool(double rate_hz, const PoolOptions&, std::uint64_t seed);

  /// The EMG of the next sample. `velocity` is the conduction velocity over the fresh one, min_velocity..1.5.
  double step(double excitation, double velocity) noexcept;

  /// Units recruited at the last step: the muscle is active when there are any. The first unit fires at the sample at
  /// which it is recruited, so the first active sample is the beginning of the first potential.
  std::uint32_t recruited() const noexcept { return recruited_; }
  std::uint64_t firings() const noexcept { return firings_; }
  double threshold(std::uint32_t unit) const { return units_.at(unit).threshold; }
  double rate_hz(std::uint32_t unit, double excitation) const noexcept;

 private:
  struct Unit {
    double threshold = 0.0;
    double peak_rate_hz = 0.0;
    double first = 0.0, second = 0.0;  ///< uV of the two functions of its potential
    double lambda_samples = 0.0;
    double phase = 0.0;  ///< in mean intervals, since the last firing
    double next = 1.0;   ///< phase of the next firing
  };

  void fire(const Unit&, double samples_ago, double velocity) noexcept;
  double interval() noexcept;

  PoolOptions options_;
  double seconds_per_sample_;
  Random random_;
  std::vector<Unit> units_;    ///< by rising threshold
  std::vector<double> ahead_;  ///< ring of potentials under way; size is a power of two
  std::size_t position_ = 0;
  std::uint32_t recruited_ = 0;
  std::uint64_t firings_ = 0;
};

}  // namespace myod::dsp::synth
