// Rest and reference trials: fed with the conditioned signal of one channel, ends accepted with a level or rejected
// with a reason and what to do. rest: RMS over the trial (at least 500 ms valid). reference: the largest 500 ms RMS of
// the trial, over windows at least 80 % valid. One railed sample rejects: what the converter cut off cannot be
// measured.
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

  void begin(What what, double seconds, double rest_uv) noexcept;  ///< rest_uv: NaN when unknown
  bool running() const noexcept { return running_; }
  /// One sample. `railed`: the sample touched the converter's limit. The result comes with the trial's last sample.
  std::optional<TrialResult> push(double y_uv, bool valid, bool railed) noexcept;
  /// Lost samples are part of the trial's time; one that ends within a gap says so at the next sample.
  void gap(std::uint64_t missing) noexcept;

 private:
  void slide(double square) noexcept;
  double level() const noexcept;
  TrialResult judge() const noexcept;

  double rate_hz_;
  std::vector<double> window_;  // the last 500 ms of squares, a ring; negative where not valid
  std::size_t at_ = 0, filled_ = 0, window_valid_ = 0;
  double window_sum_ = 0.0, largest_ = 0.0;  // largest mean square

  bool running_ = false;
  What what_ = What::rest;
  double rest_uv_ = std::numeric_limits<double>::quiet_NaN();
  std::uint64_t wanted_ = 0, seen_ = 0, valid_ = 0, railed_ = 0;
  double sum_ = 0.0;
};

/// Noise-corrected percentage: 100 sqrt(max(0, A^2 - rest^2)) / sqrt(max(0, ref^2 - rest^2)) * percent / 100
/// (clinical.md). NaN when the rest level or the reference is unknown, or the reference is under 6 dB above rest.
double percent_of_reference(double amplitude_uv, double rest_uv, double reference_uv, double reference_percent);

}  // namespace myod::dsp
