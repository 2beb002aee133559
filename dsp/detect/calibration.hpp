// Rest and reference trials: fed with the conditioned signal of one channel, ends accepted with a level or rejected
// with a reason and what to do. rest: RMS over the trial (at least 500 ms valid), rejected when a contraction lies in
// it. reference: the largest 500 ms RMS of the trial, over windows at least 80 % valid. One railed sample rejects: what
// the converter cut off cannot be measured.
//
// A contraction within a rest trial: some half second has its typical amplitude (from the median of its squares, so
// that heart beats do not count) 6 dB above the RMS of the quietest half second. Half seconds lie every 250 ms, so
// that a contraction of 260 ms or more fills most of one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "dsp/results.hpp"

namespace myod::dsp {

struct TrialResult {
  bool accepted = false;
  double level_uv = 0.0;
  Text<120> text;  ///< why rejected and what to do, or what was measured
};

class Trial {
 public:
  enum class What : std::uint8_t { rest, reference };
  explicit Trial(double rate_hz);

  /// other_uv: the level in force that this one must differ from, rest beside a reference, the reference beside rest;
  /// NaN when unknown.
  void begin(What what, double seconds, double other_uv) noexcept;
  bool running() const noexcept { return running_; }
  /// One sample. `railed`: the sample touched the converter's limit. The result comes with the trial's last sample.
  std::optional<TrialResult> push(double y_uv, bool valid, bool railed) noexcept;
  /// Lost samples are part of the trial's time; one that ends within a gap says so at the next sample.
  void gap(std::uint64_t missing) noexcept;
  void contraction() noexcept { contracted_ = true; }  ///< the muscle contracts: this is no rest
  void stop() noexcept { running_ = false; }           ///< ends without a result

 private:
  void slide(double square) noexcept;
  void look_for_contraction() noexcept;
  double level() const noexcept;
  TrialResult judge() const noexcept;

  double rate_hz_;
  std::vector<double> window_;  // the last 500 ms of squares, a ring; negative where not valid
  std::size_t at_ = 0, filled_ = 0, window_valid_ = 0;
  double window_sum_ = 0.0, largest_ = 0.0;  // largest mean square
  double smallest_ = 0.0, typical_ = 0.0;    // smallest mean square; largest one by the median
  std::vector<double> sorted_;               // room for the median

  bool running_ = false, contracted_ = false;
  What what_ = What::rest;
  double other_uv_ = std::numeric_limits<double>::quiet_NaN();
  std::uint64_t wanted_ = 0, seen_ = 0, valid_ = 0, railed_ = 0;
  double sum_ = 0.0;
};

/// Why the reference cannot serve: it is under 6 dB above rest, so nothing can be counted on it. Empty when it can, and
/// when the rest level is not known (NaN).
Text<120> refusal_of_reference(double reference_uv, double rest_uv);

/// Noise-corrected percentage: 100 sqrt(max(0, A^2 - rest^2)) / sqrt(max(0, ref^2 - rest^2)) * percent / 100
/// (clinical.md). NaN when the rest level or the reference is unknown, or the reference is under 6 dB above rest.
double percent_of_reference(double amplitude_uv, double rest_uv, double reference_uv, double reference_percent);

}  // namespace myod::dsp
