// How strong is the signal of a resting muscle? The variance against which the activation detector weighs a sample
// (dsp-spec 0b.1). Learned: the smallest 500 ms mean square of the first 2 s of valid signal. Tracked while the
// detector is off: blocks of 0.5 s of valid samples, median of squares scaled to a variance (a Gaussian's median square
// is 0.4549 of its variance), time constant 20 s in both directions.
//
// Stimulation raises what is called rest: tails of the artefact, answers of the spinal cord. An activation that it
// begins would never end, since nothing is tracked while a muscle is active. So while it is active and stimulated,
// blocks of the same 0.5 s are looked at: one whose mean square lies less than 4 dB above the rest that was known when
// the stimulation began is no effort (clinical.md wants 4 dB of the weakest), it is the rest under stimulation and
// taken for it at once, as the first rest is. The mean, not the median: few motor units leave the median alone. A
// contraction of 6 dB or more stays one however long it is held, for rest climbs by 4 dB at most.
#pragma once

#include <cstddef>
#include <vector>

#include "dsp/detect/quiet_stretch.hpp"

namespace myod::dsp {

class RestLevel {
 public:
  explicit RestLevel(double rate_hz);

  bool known() const noexcept { return variance_ > 0.0; }
  double variance() const noexcept { return variance_; }
  double rms_uv() const noexcept { return rms_uv_; }  ///< NaN while unknown

  /// Overrides what is known; a level that is not positive and finite starts the learning anew.
  void set(double rms_uv) noexcept;

  /// What was learned while unknown; another goes on from there.
  RestLearning learning() const noexcept { return known() ? RestLearning{} : learning_.state(); }
  void plant(const RestLearning& learning) noexcept { learning_.plant(learning); }

  /// One valid sample while unknown.
  void learn(double y_uv) noexcept;

  /// So many samples can be tracked before the level changes.
  std::size_t room() const noexcept { return block_.size() - in_block_ - 1; }

  /// `count` of these, every stride-th of y.
  void collect(const double* y_uv, std::size_t count, std::size_t stride) noexcept;

  /// One valid sample of a muscle at rest.
  void track(double y_uv) noexcept;

  /// The same of a muscle that is active while it is stimulated.
  void relearn(double y_uv) noexcept;
  /// Stimulation begins: what is known is the rest without it.
  void stimulated() noexcept { unstimulated_ = variance_; }

  /// The samples that follow do not belong to the block under way: an onset lies between.
  void cut() noexcept;

 private:
  void begin_block() noexcept;
  void set_variance(double variance) noexcept;
  double median_of_block() noexcept;
  template <typename F>
  void take_near(F belong) noexcept;
  template <typename F>
  double nth_near(std::size_t n, F place) noexcept;

  QuietStretch learning_;

  // Tracking.
  std::vector<double> block_;  // squares
  std::vector<double> near_;   // those of them within low_ .. high_, around the median of the last block
  double low_ = 0.0, high_ = 0.0;
  std::size_t in_block_ = 0, below_ = 0, near_count_ = 0;  // below_: of low_
  double gain_;
  double variance_ = 0.0;      // 0: unknown
  double unstimulated_ = 0.0;  // when stimulation began; 0: not known then
  double rms_uv_ = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace myod::dsp
