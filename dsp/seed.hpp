// What a pipeline remembers of a person when a settings change or a recording replaces it: fixed-size, plain, recorded
// in the journal. A contraction goes on across it; windows stay invalid until refilled, and the detectors bridge that
// time as they bridge a short gap. The spectra a repetition had gathered are not here: its mdf_hz is that of the
// windows after. The host time at which it was taken is not here either: a seed belongs to a sample index.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "dsp/command.hpp"
#include "dsp/features/fatigue.hpp"
#include "dsp/options.hpp"

namespace myod::dsp {

/// What a ThresholdMethod learned of rest. Of another method, or with another parameter, it is learned anew.
struct OnsetBaseline {
  static constexpr std::size_t most_moments = 9;
  OnsetMethod method = OnsetMethod::cusum;
  double parameter = 0.0;                      ///< smoothing_hz, or whitening_order
  double rest_uv = 0.0;                        ///< RMS that its threshold stands for; 0: not known
  std::array<double, most_moments> moments{};  ///< mean square, then means of what the method weighs; 0: not known

  bool operator==(const OnsetBaseline&) const = default;
};

/// What a QuietStretch has gathered of a rest level that is not known yet.
struct RestLearning {
  static constexpr std::size_t steps_per_window = 10;
  std::array<double, steps_per_window> steps{};  ///< sums of squares of the newest 50 ms each, a ring
  double step = 0.0;                             ///< of the 50 ms under way
  double quietest = 0.0;                         ///< mean square of the quietest 500 ms; 0: none
  std::uint32_t steps_seen = 0;                  ///< beyond 10 their place in the ring alone
  std::uint32_t in_step = 0, learned = 0;        ///< samples

  bool operator==(const RestLearning&) const = default;
};

/// Where an OnsetDetector stands. Indices count samples since the stream began.
struct OnsetState {
  bool active = false;
  bool started = false;     ///< a sample was weighed since the stream began or the last gap
  double s = 0.0, q = 0.0;  ///< S and its mirror; of other methods their statistic, and 1 while an end is held back
  std::uint64_t zero_index = 0;   ///< n0, or m0 while active; of other methods the end held back
  std::uint64_t since_zero = 0;   ///< valid samples since then
  std::uint64_t onset_index = 0;  ///< n0 of the burst under way
  OnsetBaseline baseline{};       ///< of methods other than cusum
  RestLearning learning{};        ///< while sigma0 is not known
};

enum class RepetitionPhase : std::uint8_t { resting, contracting, ending, tail };  ///< tail: of one already told

/// Amplitudes of consecutive hops.
struct Stretch {
  double peak_uv = 0.0, sum_uv = 0.0;
  std::uint64_t hops = 0;
};

/// Where a RepetitionCounter stands in the repetition under way.
struct RepetitionState {
  RepetitionPhase phase = RepetitionPhase::resting;
  bool complete = true;
  bool after_gap = false, told_at_gap = false;
  bool rest_lost = false;  ///< a gap lies between the end of the repetition before and now
  double start_s = 0.0;    ///< window's delay subtracted
  double below_s = 0.0;    ///< the hop that fell below the end level
  Stretch sofar, pending;  ///< up to that hop, and from it on
  double last_valid_s = std::numeric_limits<double>::quiet_NaN();  ///< end of the newest valid hop
};

/// The amplitudes of the first half second, from which a RepetitionCounter will know rest.
struct FirstEfforts {
  std::array<double, 25> uv{};
  std::uint32_t count = 0;

  bool operator==(const FirstEfforts&) const = default;
};

/// When contractions are expected, in seconds of the stream (UnexpectedActivity).
struct Expectation {
  double until_s = std::numeric_limits<double>::quiet_NaN();  ///< up to there; NaN: nothing was ever said
  bool told = false;                                          ///< activity under way outside was told
};

/// Per channel. NaN: not known.
struct ChannelSeed {
  double rest_uv = std::numeric_limits<double>::quiet_NaN();  ///< sigma0 of the activation detector
  double calibrated_rest_uv = std::numeric_limits<double>::quiet_NaN();
  double reference_uv = std::numeric_limits<double>::quiet_NaN();
  double reference_percent = 100.0;
  ReferenceKind reference_kind = ReferenceKind::none;
  double session_peak_uv = 0.0;  ///< the repetition counter's decaying maximum
  std::uint32_t repetitions = 0;
  double last_repetition_end_s = std::numeric_limits<double>::quiet_NaN();
  double repetition_rest_uv = std::numeric_limits<double>::quiet_NaN();  ///< against which repetitions are counted
  std::uint64_t onsets = 0;
  OnsetState onset;
  RepetitionState repetition;
  double tension_s = 0.0;       ///< of all repetitions
  TrendPoints trend;            ///< over the repetitions; what a hold had gathered is lost, as its windows are
  double mains_found_hz = 0.0;  ///< nominal line the canceller knows; 0: none
  double mains_hz = 0.0;        ///< tracked line that is being taken out; 0: it is not
  Expectation expectation{};
  bool clonus = false;                                      ///< an episode was told and is not over
  bool reference_earlier = false;                           ///< given, not measured with the electrodes as they are now
  FirstEfforts first_efforts{};                             ///< while repetition_rest_uv is not known
  double level = std::numeric_limits<double>::quiet_NaN();  ///< of a digital channel: its newest
  bool level_after_gap = false;                             ///< samples were lost since then
};

}  // namespace myod::dsp
