// What a pipeline holds while it runs: the parts of the straight line in their order, and the buffers between them.
// Private to dsp/pipeline*.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "dsp/calibrations.hpp"
#include "dsp/condition/conditioner.hpp"
#include "dsp/condition/stages.hpp"
#include "dsp/condition/validity.hpp"
#include "dsp/detect/edges.hpp"
#include "dsp/detect/onset.hpp"
#include "dsp/detect/onset_bank.hpp"
#include "dsp/detect/repetition.hpp"
#include "dsp/detect/rest_shape.hpp"
#include "dsp/detect/rhythm.hpp"
#include "dsp/detect/unexpected.hpp"
#include "dsp/features/activation_integral.hpp"
#include "dsp/features/active_time.hpp"
#include "dsp/features/array_velocities.hpp"
#include "dsp/features/fatigue.hpp"
#include "dsp/features/repetition_spectrum.hpp"
#include "dsp/features/rows.hpp"
#include "dsp/features/signal_quality.hpp"
#include "dsp/features/table.hpp"
#include "dsp/features/windows.hpp"
#include "dsp/math/axis.hpp"
#include "dsp/math/sections.hpp"
#include "dsp/pipeline.hpp"

namespace myod::dsp {

/// The envelope filters: low-passes of 2 poles over the rectified signal, without warm start. Beginnings and lost
/// samples are zeros to them: one says nothing until they make less than settled_share of its number.
struct Envelopes {
  enum Which : std::size_t { linear, control };
  static constexpr double settled_share = 0.01;
  std::array<Section, envelope_count> sections;
  std::array<std::size_t, envelope_count> settling;  // samples
  std::size_t lanes;
  std::vector<double> state, newest;

  Envelopes(const std::array<std::vector<Section>, envelope_count>& designs, std::size_t lanes_in_all)
      : lanes(lanes_in_all), state(envelope_count * 2 * lanes, 0.0), newest(envelope_count * lanes, 0.0) {
    for (std::size_t i = 0; i < envelope_count; ++i) {
      sections[i] = designs[i].front();
      settling[i] = math::settling_samples(designs[i], settled_share);
    }
  }
  double at(Which which, std::size_t lane) const noexcept { return newest[which * lanes + lane]; }
};

/// What is known of one EMG channel: the muscle's levels and its detectors.
struct Lane {
  OnsetDetector onset;
  RestShape rest_shape;
  RepetitionCounter repetitions;
  RepetitionSpectrum repetition_spectrum;
  Fatigue fatigue;
  UnexpectedActivity unexpected;
  double calibrated_rest_uv = unknown, reference_uv = unknown, reference_percent = 100.0;
  ReferenceKind reference_kind = ReferenceKind::none;
  std::uint64_t onsets = 0;
  bool reference_earlier = false;

  double rest_uv() const noexcept { return calibrated_rest_uv > 0.0 ? calibrated_rest_uv : onset.rest_uv(); }
  void set_levels() noexcept { repetitions.set_levels(calibrated_rest_uv, reference_uv); }
};

/// What frames say of a tile of muscles beside their windows: it changes with events and commands, not with samples.
struct LevelTile {
  std::array<double, lane_tile> rest_uv, reference_uv, reference_percent, onsets;
  std::array<bool, lane_tile> told{};              // the activation detector says something
  std::array<std::uint32_t, lane_tile> reasons{};  // for doubt, whatever the samples are

  LevelTile() {
    for (auto* of_lanes : {&rest_uv, &reference_uv, &reference_percent, &onsets}) of_lanes->fill(unknown);
  }
};

/// A window of squares (and of what else is summed over the same samples) with the count of its valid ones.
struct Window {
  MovingSum squares;
  MovingCount count;

  Window(std::size_t samples, std::size_t lanes)
      : squares(MovingSum::Of::squares, samples, lanes), count(samples, lanes) {}
  std::size_t samples() const noexcept { return count.window(); }
  double valid_fraction(std::size_t lane) const noexcept { return count.at(lane) / static_cast<double>(samples()); }
  double mean_square(std::size_t lane) const noexcept { return squares.at(lane) / count.at(lane); }
};

/// Work at the end of a window, in equal pieces per tile of lanes, spread over the samples that follow.
struct SpreadWork {
  bool open = false;
  std::uint64_t end = 0;           // of the window
  std::vector<std::size_t> tiles;  // that take part, in order
  std::size_t samples, pieces = 0, done = 0;

  SpreadWork(std::size_t over_samples, std::size_t lanes) : samples(over_samples) { tiles.reserve(lanes / lane_tile); }
  void begin(std::uint64_t window_end, std::size_t pieces_per_tile) noexcept {
    open = true, end = window_end, pieces = pieces_per_tile, done = 0;
    tiles.clear();
  }
  /// f(tile, piece) for what is due with the sample before `now`; true when that was the last. A `busy` sample has work
  /// of its own: what falls due with it waits for the next one.
  template <typename F>
  bool until(std::uint64_t now, bool busy, F f) noexcept {
    const std::size_t all = tiles.size() * pieces;
    const auto gone = static_cast<std::size_t>(std::min<std::uint64_t>(now - end + 1, samples));
    const std::size_t counted = busy && gone < samples ? gone - 1 : gone;
    for (const std::size_t due = all * counted / samples; done < due; ++done) f(tiles[done / pieces], done % pieces);
    open = gone < samples;
    return !open;
  }
  std::uint64_t last() const noexcept { return end + samples - 1; }  // `now` that ends it
};

/// The spectrum frame under way, as it stood when its window ended.
struct PendingSpectrum {
  SpreadWork work;
  std::vector<double> rest_uv, valid_samples, active_fraction;  // per lane
  std::vector<std::array<double, lane_tile>> threshold_uv;      // per tile
  std::vector<std::uint8_t> all_valid;
  std::vector<double> effort_start_s;   // per lane, of the repetition under way; NaN without
  std::vector<double> last_effort_s;    // per lane, end of the repetition before; NaN without
  std::vector<FatigueSummary> fatigue;  // per lane, over the repetitions, where another ended since
  std::vector<std::uint8_t> overtaken;  // such lanes

  PendingSpectrum(std::size_t over_samples, std::size_t lane_count, std::size_t lanes)
      : work(over_samples, lanes),
        rest_uv(lane_count, unknown),
        valid_samples(lane_count, 0.0),
        active_fraction(lane_count, unknown),
        threshold_uv(lanes / lane_tile),
        all_valid(lanes / lane_tile, 0),
        effort_start_s(lane_count, unknown),
        last_effort_s(lane_count, unknown),
        fatigue(lane_count),
        overtaken(lane_count, 0) {}
};

/// The velocities that the spectrum frame under way will tell, ready when it is.
struct PendingVelocities {
  SpreadWork work;
  ArrayVelocities arrays;
};

/// The window for the spectra of running contractions.
struct PendingRepetitionSpectra {
  SpreadWork work;
  std::vector<double> start_s;  // per lane; NaN: takes no part
};

/// Hops whose ends lie `later` samples behind those of the hop.
class LaterHops {
 public:
  LaterHops(double hop_ms, std::uint64_t later, std::uint64_t rate_mhz) : hops_(hop_ms, rate_mhz), later_(later) {}
  void restart(std::uint64_t index) { hops_.restart(index > later_ ? index - later_ : 0); }
  std::uint64_t next() const { return hops_.next() + later_; }
  bool ends_at(std::uint64_t end) { return end >= later_ && hops_.ends_at(end - later_); }

 private:
  math::Hops hops_;
  std::uint64_t later_;
};

/// Every 20 ms efforts are looked at, a tile of muscles after the other: the first one where amplitude frames are told,
/// the others at the control frames between, so that no sample bears it all.
inline constexpr std::size_t effort_turns = 5;
static_assert(repetition_hop_ms == rhythm_hop_ms && repetition_hop_ms == effort_turns * control_hop_ms);
constexpr std::size_t effort_turn(std::size_t tile) { return tile == 0 ? 0 : 1 + (tile - 1) % (effort_turns - 1); }

/// What the options ask for, and what that rests on. The rest is not computed.
struct Wanted {
  bool turns;      // something is looked at in turns
  bool efforts;    // the newest 150 ms
  bool envelopes;  // both, not the linear one alone
  bool control, quality, activity;

  Wanted(const Options& o, bool efforts_tell_flat)
      : turns(o.onset.enabled || o.repetition.enabled || o.spasm.enabled),
        efforts(o.repetition.enabled || o.spasm.enabled || efforts_tell_flat),
        envelopes(o.features.control || o.spasm.enabled),
        control(o.features.control),
        quality(o.features.quality),
        activity(o.features.activity) {}
};

inline constexpr double full_band_rate_hz = 900.0;  ///< below it the band does not fit (dsp-spec 0b.11)

/// Over so many samples the spectra of a hop are spread.
std::size_t spread_samples(double hop_ms, std::uint64_t rate_mhz);

struct Pipeline::State {
  Stream stream;
  Options options;
  std::uint32_t stream_index, epoch;
  double rate_hz;

  Conditioner conditioner;
  std::size_t lane_count, lanes;  // EMG channels; with padding
  Validity validity;
  std::vector<double> conditioning_delay_s;  // per lane
  std::vector<double> steps_uv;              // per lane: of the converter, 0 where nobody knows
  std::vector<double> flat_steps;            // per lane: an RMS below so many steps of the converter is no signal

  Window amplitude, control, repetition;
  MovingSum magnitudes;
  MovingCount spectrum_count, repetition_spectrum_count;
  Wanted wanted;
  Envelopes envelopes;
  Spectrum spectrum, repetition_spectrum;
  ActivityWindow spectrum_activity;
  std::size_t spectrum_samples, repetition_spectrum_samples;

  math::Hops amplitude_hops, control_hops, spectrum_hops, repetition_spectrum_hops;
  std::vector<math::Hops*> stops;  // those at whose ends something is to be done
  std::vector<LaterHops> efforts;  // a turn of the tiles each
  std::size_t forget_after;        // a gap of so many samples leaves nothing in any window
  PendingSpectrum pending;
  PendingRepetitionSpectra pending_repetition;
  PendingVelocities pending_velocities;
  History history;
  std::optional<SignalQuality> quality;  // where it is wanted

  std::vector<Lane> muscles;
  std::vector<ActiveTime> active_times;  // per lane
  std::vector<RhythmDetector> rhythms;   // per tile
  OnsetBank onsets;
  std::vector<LevelTile> levels;
  std::vector<ActivationIntegrals> integrals;  // per tile
  Edges edges;
  Calibrations calibrations;

  std::uint64_t next_index = 0;
  std::uint64_t clean_since = 0;  // from there on every sample of every lane is good
  std::uint64_t clock_index = 0;  // sample clock_index was taken at clock_ns
  std::int64_t clock_ns = 0;

  // Buffers of a run and of a frame.
  std::vector<double> y;                     // run_rows x lanes
  std::vector<std::uint8_t> flags, counted;  // the same; counted: validity in the windows
  std::vector<std::uint8_t> watched;         // the same: validity for the detectors, in a run with gated samples
  bool gated = false;                        // such a run
  std::vector<double> conditioned_uv;
  std::vector<std::uint8_t> conditioned_valid;
  std::vector<double> rms_uv;                                                // per lane
  std::vector<double> amplitude_numbers, control_numbers, spectrum_values_;  // channels x features
  std::vector<ChannelStatus> status, spectrum_status;

  State(Stream stream, Options options, std::uint32_t stream_index, std::uint32_t epoch);

  /// The muscles of a tile.
  struct Lanes {
    std::size_t first, end;
  };
  Lanes lanes_of(std::size_t tile) const noexcept {
    return {tile * lane_tile, std::min(lane_count, (tile + 1) * lane_tile)};
  }
  std::size_t channel(std::size_t lane) const noexcept { return conditioner.channels()[lane]; }
  const ConditionOptions& condition(std::size_t lane) const noexcept {
    return condition_of(stream.channels[channel(lane)], options.condition);
  }
  std::vector<double> most_offset_uv() const;
  std::size_t activity_pieces() const noexcept { return wanted.activity ? spectrum_activity.pieces() : 0; }
  std::size_t quality_pieces() const noexcept { return quality ? quality->pieces() : 0; }
  std::uint32_t signal_reasons(std::size_t lane) const noexcept { return quality ? quality->reasons(lane) : 0U; }
  double seconds(std::uint64_t index) const noexcept { return static_cast<double>(index) / rate_hz; }
  /// When what left the filters at t_s went into them.
  double before_filters_s(std::size_t lane, double t_s) const noexcept {
    return std::max(0.0, t_s - conditioning_delay_s[lane]);
  }
  std::int64_t host_ns(std::int64_t index) const noexcept {
    return clock_ns + math::nanoseconds(index - static_cast<std::int64_t>(clock_index), stream.rate_mhz);
  }
  Event event(EventKind kind, std::int32_t channel, double t_event_s, double t_decision_s, double value) const noexcept;

  // pipeline.cpp: samples
  void gap(std::uint64_t first_index, std::uint32_t block_flags, Sink& sink) noexcept;
  void clear_windows() noexcept;
  void run(const double* raw, std::size_t rows, Sink& sink) noexcept;
  void push_windows(std::size_t rows) noexcept;
  void tell_conditioned(const double* raw, std::size_t rows, Sink& sink) noexcept;
  std::uint64_t next_stop() const noexcept;
  void stop(std::uint64_t end, Sink& sink) noexcept;
  void mark_invalid(std::size_t rows) noexcept;
  void detect(std::size_t rows, Sink& sink) noexcept;
  void tell_repetition(std::size_t lane, const RepetitionEnd& end, Sink& sink) noexcept;
  void restart_hops(std::uint64_t index) noexcept;

  // pipeline_events.cpp: of the samples themselves
  void tell_gap(std::int32_t channel, std::uint64_t begin, std::uint64_t end, std::uint64_t lost,
                std::uint32_t block_flags, Sink& sink) noexcept;
  void tell_missing(std::uint64_t end, Sink& sink) noexcept;
  void tell_edges(std::uint64_t index, Sink& sink) noexcept;

  // pipeline_frames.cpp: numbers
  void look_at_levels() noexcept;
  double iemg_uvs(std::size_t lane, std::uint64_t end) noexcept;
  double effort_uv(std::size_t lane, std::uint64_t end) const noexcept;
  double newest_uv(std::size_t lane, std::uint64_t end) const noexcept;
  void look_at_efforts(std::size_t turn, std::uint64_t end, Sink& sink) noexcept;
  void count_repetitions(Lanes of, std::uint64_t end, Sink& sink) noexcept;
  void follow_stimulation(Lanes of, std::uint64_t end) noexcept;
  void amplitude_frame(std::uint64_t end, Sink& sink) noexcept;
  void control_frame(std::uint64_t end, Sink& sink) noexcept;
  struct AmplitudeFrame;
  void tell_amplitudes(const AmplitudeFrame& frame, std::uint64_t end, Sink& sink) noexcept;
  double envelope_of(Envelopes::Which which, std::size_t lane, std::uint64_t end) const noexcept;
  bool flat(std::size_t lane) const noexcept;
  Reason why_flat(std::size_t lane) const noexcept;
  double least_valid(std::uint32_t reasons) const noexcept;
  void judge(ChannelStatus& s, std::size_t lane, std::uint64_t end, std::size_t window, double valid_fraction,
             std::uint32_t reasons, double least) const noexcept;
  void tell_frame(FrameKind kind, std::uint64_t end, std::size_t window, std::span<const double> numbers,
                  std::span<const ChannelStatus> states, Sink& sink) const noexcept;

  // pipeline_spectra.cpp
  void begin_spectrum(std::uint64_t end) noexcept;
  void continue_spectrum(std::uint64_t end, bool busy, Sink& sink) noexcept;
  void forget_spectrum(std::size_t lane) noexcept;
  void continue_velocities(std::uint64_t end, bool busy) noexcept;
  void tell_velocities() noexcept;
  void spectrum_numbers(std::size_t lane, Sink& sink) noexcept;
  bool judge_signal(std::size_t lane, SpectrumInput& in) noexcept;
  void begin_repetition_spectra(std::uint64_t end) noexcept;
  void continue_repetition_spectra(std::uint64_t end, bool busy) noexcept;
  void finish_spectra(Sink& sink) noexcept;

  // pipeline_fatigue.cpp
  void follow_hold(std::size_t lane, const SpectrumInput& in, Sink& sink) noexcept;
  void follow_work(std::size_t lane, const Repetition& r, const Band& band, double decided_s, Sink& sink) noexcept;
  void tell_fatigue(std::size_t lane, double t_event_s, double t_decision_s, Sink& sink) noexcept;

  // pipeline_spasm.cpp
  void watch_spasms(Lanes of, std::uint64_t end, Sink& sink) noexcept;

  // pipeline_stimuli.cpp
  void tell_trains(std::uint64_t index, Sink& sink) noexcept;
  void tell_train(const TrainNote& train, Sink& sink) noexcept;

  // pipeline_commands.cpp
  void try_calibrations(std::size_t rows, Sink& sink) noexcept;
  void close_trial(std::size_t lane, const TrialResult& result, Sink& sink) noexcept;
  std::optional<CommandResult> apply(const Command& command, Sink& sink) noexcept;
  CommandResult schedule(const Command& command, Sink& sink) noexcept;
  std::optional<CommandResult> stop_trial(const Command& command, Sink& sink) noexcept;
  bool contracts(std::size_t lane, std::uint64_t end) const noexcept;
  Text<120> refusal_of_trial(const Command& command, std::size_t lane) const noexcept;
};

}  // namespace myod::dsp
