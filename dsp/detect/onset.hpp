// Is the muscle active at all? By onset.method: a detector of the literature (threshold_method.hpp), or by default the
// clipped CUSUM on the variance of the conditioned signal (dsp-spec 2.8, 0b.1, 0b.2):
//   S[n] = max(0, S[n-1] + 0.5 (z (1 - 1/rho) - ln rho)),  z = min(y^2 / sigma0^2, clip),  rho = 4
// onset when S > h and the last zero n0 of S lies at least 20 ms back (fast: 0); t_event = n0. While active the mirror
//   Q[n] = min(h, max(0, Q[n-1] + 0.5 (ln rho - z (1 - 1/rho)))),  rho = 2
// looks for the end; t_event = m0, the last zero of Q (at first the onset's decision). One object per channel, pure, no
// allocation after construction.
//
// What is causal here: an onset is told at once and never taken back. An offset is held back until Q stands at h and m0
// lies at least max(100 ms hold, merge_ms, 50 ms refractory) back; activity that returns before pulls Q to zero, which
// moves m0 and continues the burst without events. So two bursts are always further apart than merge_ms, and
// t_decision of an offset is that much later than its t_event. A burst that turns out shorter than min_burst_ms has its
// onset told already: its offset says `brief`, and whoever counts bursts leaves the pair out. The same holds for the
// other methods' ends. sigma0 is learned and tracked whatever the method.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "dsp/detect/rest_level.hpp"
#include "dsp/detect/threshold_method.hpp"
#include "dsp/kernels/kernels.hpp"
#include "dsp/options.hpp"
#include "dsp/results.hpp"
#include "dsp/seed.hpp"

namespace myod::dsp {

struct OnsetDecision {
  EventKind kind = EventKind::onset;  ///< onset or offset
  std::uint64_t event_index = 0;
  std::uint64_t decision_index = 0;
  bool brief = false;  ///< an offset less than min_burst_ms after its onset
};

/// The threshold h by rate and chain, for 0.3 false onsets a minute: interpolated in rate, that of 200 Hz below, the
/// last slope above 4000 Hz; of the two chains (20 Hz order 2, 30 Hz order 4) the nearer one.
double onset_threshold(double rate_hz, OnsetProfile profile, double highpass_hz, std::int64_t highpass_poles);

inline constexpr double onset_hold_ms = 100.0;  ///< two bursts are at least so far apart

class OnsetDetector {
 public:
  OnsetDetector(double rate_hz, const OnsetOptions& options, double highpass_hz, std::int64_t highpass_poles);

  /// One conditioned sample. Invalid samples hold the state, count for no duration and decide nothing.
  std::optional<OnsetDecision> push(std::uint64_t index, double y_uv, bool valid) noexcept;

  /// `missing` samples were lost before next_index. Short gaps hold the state like invalid samples: below 20 ms at
  /// rest, while active below the pause that ends a burst. A longer one restarts everything and nothing is active until
  /// it is seen to be; true when it cut a burst, whose end nobody saw.
  bool gap(std::uint64_t next_index, std::uint64_t missing) noexcept;
  /// The statistics begin here; sigma0 stays, and a burst under way stays open until its end is seen.
  void look_anew(std::uint64_t next_index) noexcept;

  bool active() const noexcept { return tile_->active[lane_] != 0.0; }
  bool known() const noexcept {  ///< rest is known, so active() means something
    return rest_.known() && (!method_ || method_->known());
  }
  double statistic() const noexcept { return tile_->s[lane_]; }  ///< S, or the method's
  double rest_uv() const noexcept { return rest_.rms_uv(); }     ///< sigma0; NaN while unknown

  /// Overrides sigma0, from where it is tracked on; NaN or 0 starts the learning anew.
  void set_rest(double rest_uv) noexcept;

  /// The sum of so many times as few independent samples wanders so many times as far (rest_shape.hpp): of cusum the
  /// threshold of the table is raised by that factor. 1: as white noise behind the chain.
  void set_inflation(double factor) noexcept { inflation_ = from_table_ ? factor : 1.0; }

  /// Whether stimulation is under way (rest_level.hpp: what that means to rest).
  void set_stimulated(bool on) noexcept;
  bool stimulated() const noexcept { return stimulated_; }

  /// What outlives the detector beside sigma0; another one goes on from there.
  OnsetState state() const noexcept;
  void plant(const OnsetState& state) noexcept;

  // For whoever pushes many lanes at once (onset_bank.hpp).
  /// From here on the statistics stand in the tile, which must outlive the detector.
  void live_in(OnsetTile& tile, std::size_t lane) noexcept;
  const OnsetLimits& limits() const noexcept { return limits_; }
  double variance() const noexcept { return rest_.variance(); }
  /// Over so many valid samples at least, sigma0 stays what it is while the activation does.
  std::size_t steady_samples() const noexcept;
  /// Somebody wants to know what was weighed elsewhere.
  bool learns() const noexcept { return !active() || relearns(); }
  /// Samples weighed elsewhere, while it learns(): fewer than steady_samples(), every lane_tile-th of y.
  void weighed(const double* y, std::size_t count) noexcept { rest_.collect(y, count, lane_tile); }

 private:
  bool relearns() const noexcept { return stimulated_ && active() && !method_; }
  std::optional<OnsetDecision> look_for_onset(std::uint64_t index, double y_uv) noexcept;
  std::optional<OnsetDecision> look_for_offset(std::uint64_t index, double y_uv, double z) noexcept;
  std::optional<OnsetDecision> follow_method(std::uint64_t index, double y_uv) noexcept;
  OnsetDecision begin_burst(std::uint64_t index) noexcept;
  OnsetDecision end_burst(std::uint64_t index) noexcept;
  void restart(std::uint64_t index) noexcept;  ///< n0 or m0 is here
  std::uint64_t zero_index() const noexcept { return static_cast<std::uint64_t>(tile_->zero_index[lane_]); }

  OnsetLimits limits_;
  std::uint64_t brief_samples_;
  double held_samples_;
  bool from_table_;
  double inflation_ = 1.0;
  RestLevel rest_;
  std::unique_ptr<ThresholdMethod> method_;  // none: cusum
  std::uint64_t newest_ = 0;                 // index of the newest valid sample, of a method
  std::unique_ptr<OnsetTile> own_;           // where a detector lives that is alone
  OnsetTile* tile_;
  std::size_t lane_ = 0;
  bool stimulated_ = false;
  bool started_ = false;  // a sample was weighed since construction or the last gap
  std::uint64_t onset_index_ = 0;
};

}  // namespace myod::dsp
