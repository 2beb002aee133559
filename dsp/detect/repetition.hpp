// Did the person make an effort? What a therapist counts (dsp-spec 2.8b, clinical.md for planned and weak ones).
// Fed with the 150 ms RMS at every 20 ms hop; causal. One object per channel, pure, no allocation after construction.
//
// A contraction starts above the larger of 30 % of the reference and 12 dB above rest, and ends below the larger of 15
// % and 6 dB. It counts when it lasted 100 ms and its peak reached 35 %. The end is decided 250 ms later: activity that
// rises above the start level before that continues it. Reference: the calibrated one, else the session's maximum,
// decaying with 60 s. Rest: the calibrated level, else the 0.1 quantile of the last 10 s outside contractions.
//
// What is loud for less than 100 ms in all is an artefact (an electrode that moved or was plugged in), though the RMS
// is large for 150 ms: a hop is loud that has itself a quarter of the RMS. It raises no maximum and counts nothing. A
// longer one may hold the session's maximum: where it is 20 dB above all other activity of half a second and 12 dB
// above rest, the reference is the largest of that instead, and what was under way counts from its beginning.
//
// With a calibrated reference a percentage is one with rest taken out of both (percent_of_reference), and
//   start = min(30 % of reference, 50 % of target), end = half of it, peak limit = 60 % of target (35 % without one),
//   rest margin = min(12 dB, half the distance in dB from rest to the effort asked for), not below 4 dB; end: half of
//   it,
// where the effort asked for is the target, else the reference: a 20 % hold counts when 20 % was asked. The few motor
// units of a weak muscle leave pauses: where the rest margin is below 12 dB the 250 ms grow by 12 dB over it, to 750 ms
// at 4 dB (ours: ten holds at 60 % of a simulated paretic muscle of 7-9 dB were 10 to 30, with it 10 or 11).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "dsp/detect/rolling_quantile.hpp"
#include "dsp/options.hpp"
#include "dsp/results.hpp"
#include "dsp/seed.hpp"

namespace myod::dsp {

inline constexpr double repetition_window_ms = 150.0;
inline constexpr double repetition_hop_ms = 20.0;   ///< its own, whatever the frames' hop
inline constexpr double repetition_merge_s = 0.25;  ///< a shorter pause, or a shorter gap, does not end a repetition

struct RepetitionEnd {
  double start_s = 0.0, end_s = 0.0, decided_s = 0.0;  ///< start and end have the window's 75 ms subtracted
  double peak_uv = 0.0, mean_uv = 0.0;                 ///< of the 150 ms RMS between start and end
  double rest_before_s = 0.0;                          ///< NaN for the first, and when a gap of 250 ms lies in it
  std::uint32_t number = 0;
  bool complete = true;
  bool rest_lost = false;  ///< there was one before, and a gap between
  double tension_s = 0.0;  ///< time under tension: length of all repetitions up to and with this one
};

class RepetitionCounter {
 public:
  RepetitionCounter(double hop_s, const RepetitionOptions& options);

  /// One hop that ends at t_s; an invalid window (valid false) decides nothing. When more than 250 ms were invalid the
  /// next valid hop treats them as a gap. hop_uv: RMS of the newest hop alone; NaN where it is not asked for.
  std::optional<RepetitionEnd> push(double t_s, double rms_uv, double hop_uv, bool valid) noexcept;

  /// A gap after t_s cut the signal; a running repetition ends there, not complete, when it qualifies. What goes on
  /// after a gap of less than 250 ms belongs to the repetition already told and is not counted again; what begins
  /// within a longer one is not complete either.
  std::optional<RepetitionEnd> gap(double t_s) noexcept;

  /// The electrode is off: what is under way is no effort, counts nothing, and raised no maximum.
  void discard() noexcept;

  /// Whether the next hop's hop_uv is asked for, when that is its RMS.
  bool asks_for_hop(double rms_uv) const noexcept { return levels_.known && (bout_.open || rms_uv > levels_.opens_uv); }

  /// Calibration: NaN where unknown.
  void set_levels(double rest_uv, double reference_uv) noexcept;

  bool running() const noexcept { return state_.phase == Phase::contracting || state_.phase == Phase::ending; }
  double candidate_start_s() const noexcept;  ///< of the running one; NaN without

  /// False while rest is not known (0.5 s), and when it is too_weak(): nothing is counted.
  bool can_count() const noexcept { return levels_.known; }
  /// The reference is under 6 dB above rest (clinical.md: "cannot count") or the target under 5 dB: ten holds at 60 %
  /// of a simulated paretic muscle of 8 dB, 4.6 dB above rest, were 10 or 11. A count that cannot be trusted is none.
  bool too_weak() const noexcept { return levels_.too_weak; }

  std::uint32_t count() const noexcept { return count_; }  ///< told since the stream began

  double last_end_s() const noexcept { return last_end_s_; }  ///< of the last one told; NaN without

  void take_seed(ChannelSeed& seed) const noexcept;
  void plant_seed(const ChannelSeed& seed) noexcept;

 private:
  using Phase = RepetitionPhase;

  struct Levels {
    bool known = false;
    double start_uv = 0.0, end_uv = 0.0, peak_uv = 0.0;
    double opens_uv = 0.0, closes_uv = 0.0;  // a bout
    double merge_s = repetition_merge_s;
    bool too_weak = false;
  };

  /// Activity above rest, counted or not.
  struct Bout {
    bool open = false, largest = false;  // largest: it holds the session's maximum
    double start_s = 0.0;
    double before_uv = 0.0;  // the session's maximum without it
    Stretch sofar;
    std::uint64_t loud = 0;  // hops
  };

  Levels levels_now() const noexcept;
  bool outlier() const noexcept;  // the session's maximum is one
  void follow_bout(double t_s, double rms_uv, double hop_uv) noexcept;
  bool lasting() const noexcept;  // the bout is no artefact
  double rest_now() const noexcept;
  double unheard_s() const noexcept;  // between two valid hops, when 250 ms of signal are missing
  std::optional<RepetitionEnd> cut(double end_s, double decided_s) noexcept;
  void begin(double start_s, const Stretch& sofar, bool complete) noexcept;
  std::optional<RepetitionEnd> finish(double end_s, double decided_s, bool complete) noexcept;

  double hop_s_, target_;  // target as a fraction, 0: none
  double keep_;            // of the session's maximum, per hop
  double calibrated_rest_uv_ = std::numeric_limits<double>::quiet_NaN();
  double reference_uv_ = std::numeric_limits<double>::quiet_NaN();
  double seeded_rest_uv_ = std::numeric_limits<double>::quiet_NaN();
  double session_peak_uv_ = 0.0, others_peak_uv_ = 0.0;  // of bouts; of all but the one that holds the maximum
  Bout bout_;

  RollingQuantile rest_;  // of the amplitudes at rest

  Levels levels_;
  RepetitionState state_;
  std::uint32_t count_ = 0;
  double last_end_s_ = std::numeric_limits<double>::quiet_NaN();
  double tension_s_ = 0.0;
};

}  // namespace myod::dsp
