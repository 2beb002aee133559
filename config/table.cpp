// Every option of the program.
#include "config/table.hpp"

#include <algorithm>
#include <array>

#include "dsp/words.hpp"

namespace myod::config {

namespace {

using C = Configuration;
using S = SensorConfig;
using H = ChannelConfig;
using P = PairConfig;
using A = ArrayConfig;
using O = ChannelOptions;

constexpr std::array<std::string_view, 4> blanking_words{"off", "events", "detect", "marker"};
constexpr std::array<std::string_view, 2> blanking_fill_words{"linear", "hold"};
constexpr std::array<std::string_view, 4> ecg_words{"off", "highpass", "template", "adaptive"};
constexpr std::array<std::string_view, 5> mwave_words{"off", "gate", "template", "comb", "prediction"};
constexpr std::array<std::string_view, 5> mains_words{"off", "auto", "adaptive", "notch", "comb"};
constexpr std::array<std::string_view, 2> onset_profile_words{"standard", "fast"};
constexpr std::array<std::string_view, 5> log_level_words{"trace", "debug", "info", "warning", "error"};

template <typename Enum>
Value choice(Enum& e, std::span<const std::string_view> words) {
  static_assert(sizeof(Enum) == 1);
  return Choice{reinterpret_cast<std::uint8_t*>(&e), words};  // NOLINT: a byte may look at any object
}

dsp::ConditionOptions& condition_in(C& c) { return c.dsp.condition; }
dsp::ConditionOptions& condition_in(O& o) { return o.condition; }

/// The rows of `first`, then those of `second`.
template <typename Owner, std::size_t N, std::size_t M>
constexpr std::array<Row<Owner>, N + M> joined(const std::array<Row<Owner>, N>& first,
                                               const std::array<Row<Owner>, M>& second) {
  std::array<Row<Owner>, N + M> all{};
  std::copy(second.begin(), second.end(), std::copy(first.begin(), first.end(), all.begin()));
  return all;
}

// clang-format off
/// Of all channels, and of one of them alone.
template <typename Owner>
constexpr auto condition_table = std::to_array<Row<Owner>>({
  {{"condition.lead_off_mv", "an offset beyond is an electrode that is off, 300 as a rule; 0: the front end passes no offset", 0, 2000, "mV"},
   [](Owner& o) -> Value { return &condition_in(o).lead_off_mv; }},
  {{"condition.blanking", "replace the signal around stimulus pulses: as told (events), as found (detect), or at a trigger's edges (marker)"},
   [](Owner& o) -> Value { return choice(condition_in(o).blanking, blanking_words); }},
  {{"condition.blanking_fill", "by a straight line, or by the last sample before (shorter delay, worse counts)"},
   [](Owner& o) -> Value { return choice(condition_in(o).blanking_fill, blanking_fill_words); }},
  {{"condition.blanking_before_ms", "blanked ahead of a pulse", 0, 10, "ms"},
   [](Owner& o) -> Value { return &condition_in(o).blanking_before_ms; }},
  {{"condition.blanking_after_ms", "blanked behind a pulse: 5 where the artefact settles, 20 where the M-wave matters", 1, 50, "ms"},
   [](Owner& o) -> Value { return &condition_in(o).blanking_after_ms; }},
  {{"condition.stimulus_hz", "rate of the pulses to detect; 0 waits until five are regular, and they pass unblanked", 0, 200, "Hz"},
   [](Owner& o) -> Value { return &condition_in(o).stimulus_hz; }},
  {{"condition.marker", "name of the channel the stimulator's trigger is wired to, for condition.blanking = marker"},
   [](Owner& o) -> Value { return &condition_in(o).marker; }},
  {{"condition.highpass", "remove offset and slow motion"},
   [](Owner& o) -> Value { return &condition_in(o).highpass; }},
  {{"condition.highpass_hz", "Butterworth corner: 20 for limbs, 30 with 4 poles near the heart", 0.5, 1000, "Hz"},
   [](Owner& o) -> Value { return &condition_in(o).highpass_hz; }},
  {{"condition.highpass_poles", "order of the high-pass", 2, 8, "", true},
   [](Owner& o) -> Value { return &condition_in(o).highpass_poles; }},
  {{"condition.mains", "take out hum: auto follows it where it is found and disturbs, adaptive always; notch and comb stand"},
   [](Owner& o) -> Value { return choice(condition_in(o).mains, mains_words); }},
  {{"condition.mains_hz", "nominal line frequency; 0 finds 50 or 60 (auto only)", 0, 65, "Hz"},
   [](Owner& o) -> Value { return &condition_in(o).mains_hz; }},
  {{"condition.mains_bandwidth_hz", "width of notch and comb between their -3 dB points", 0.5, 20, "Hz"},
   [](Owner& o) -> Value { return &condition_in(o).mains_bandwidth_hz; }},
  {{"condition.notch_harmonic", "the highest harmonic of the line that notch takes out, of the odd ones; 1 is the line alone", 1, 5},
   [](Owner& o) -> Value { return &condition_in(o).notch_harmonic; }},
  {{"condition.ecg", "heart beats: filter and gate them, take out their template, or what follows from a reference"},
   [](Owner& o) -> Value { return choice(condition_in(o).ecg, ecg_words); }},
  {{"condition.ecg_reference", "name of the channel that holds the ECG, for condition.ecg = adaptive"},
   [](Owner& o) -> Value { return &condition_in(o).ecg_reference; }},
  {{"condition.mwave", "the muscle's answer to a pulse: mask it, or take it out by its past (needs blanking)"},
   [](Owner& o) -> Value { return choice(condition_in(o).mwave, mwave_words); }},
  {{"condition.mwave_ms", "masked behind a pulse, for gate and template", 0, 50, "ms"},
   [](Owner& o) -> Value { return &condition_in(o).mwave_ms; }},
  {{"condition.lowpass", "remove what lies above the muscle's spectrum"},
   [](Owner& o) -> Value { return &condition_in(o).lowpass; }},
  {{"condition.lowpass_hz", "Butterworth corner; 0.45 of the rate where that is lower", 10, 10000, "Hz"},
   [](Owner& o) -> Value { return &condition_in(o).lowpass_hz; }},
  {{"condition.lowpass_poles", "order of the low-pass", 2, 8, "", true},
   [](Owner& o) -> Value { return &condition_in(o).lowpass_poles; }},
});

constexpr auto configuration_table = joined(condition_table<C>, std::to_array<Row<C>>({
  {{"features.window_ms", "window of RMS and ARV", 10, 10000, "ms"},
   [](C& c) -> Value { return &c.dsp.features.window_ms; }},
  {{"features.hop_ms", "time between two feature frames", 1, 1000, "ms"},
   [](C& c) -> Value { return &c.dsp.features.hop_ms; }},
  {{"features.envelope_hz", "corner of the linear envelope", 0.5, 100, "Hz"},
   [](C& c) -> Value { return &c.dsp.features.envelope_hz; }},
  {{"features.control_window_ms", "window of the RMS for controllers", 10, 1000, "ms"},
   [](C& c) -> Value { return &c.dsp.features.control_window_ms; }},
  {{"features.spectrum_window_ms", "window of the spectrum", 250, 10000, "ms"},
   [](C& c) -> Value { return &c.dsp.features.spectrum_window_ms; }},
  {{"features.spectrum_hop_ms", "time between two spectra", 20, 10000, "ms"},
   [](C& c) -> Value { return &c.dsp.features.spectrum_hop_ms; }},
  {{"features.band_low_hz", "lower edge of the band of mean and median frequency", 1, 1000, "Hz"},
   [](C& c) -> Value { return &c.dsp.features.band_low_hz; }},
  {{"features.band_high_hz", "upper edge of the band of mean and median frequency", 10, 10000, "Hz"},
   [](C& c) -> Value { return &c.dsp.features.band_high_hz; }},
  {{"features.min_valid", "a window with a smaller fraction of valid samples is invalid", 0, 1},
   [](C& c) -> Value { return &c.dsp.features.min_valid; }},
  {{"features.control", "tell control frames every 4 ms, for controllers (their pages, too) and displays that follow at once"},
   [](C& c) -> Value { return &c.dsp.features.control; }},
  {{"features.quality", "judge the signal before its filters: mains, noise, loose electrodes, SM, SN, DP and omega; off: nobody looks for them"},
   [](C& c) -> Value { return &c.dsp.features.quality; }},
  {{"features.activity", "count zero crossings, turns and steps, and sum length, iEMG, SNR and energy of a spectrum's window"},
   [](C& c) -> Value { return &c.dsp.features.activity; }},

  {{"onset.enabled", "detect the beginning and end of activity"},
   [](C& c) -> Value { return &c.dsp.onset.enabled; }},
  {{"onset.method", "cusum is the most exact; the others are those of the literature, to compare with it"},
   [](C& c) -> Value { return choice(c.dsp.onset.method, dsp::onset_method_words); }},
  {{"onset.profile", "of cusum: standard waits 20 ms and ignores spikes; fast decides at once and is fooled by them"},
   [](C& c) -> Value { return choice(c.dsp.onset.profile, onset_profile_words); }},
  {{"onset.threshold", "of the method's statistic; 0 is its own, of cusum by rate and filter; bonato in variances, others in SD of rest", 0, 1000},
   [](C& c) -> Value { return &c.dsp.onset.threshold; }},
  {{"onset.merge_ms", "shorter pauses belong to the activity around them", 0, 5000, "ms"},
   [](C& c) -> Value { return &c.dsp.onset.merge_ms; }},
  {{"onset.min_burst_ms", "shorter activity is dropped", 0, 5000, "ms"},
   [](C& c) -> Value { return &c.dsp.onset.min_burst_ms; }},
  {{"onset.smoothing_hz", "low-pass of the rectified signal: hodges_bui, tkeo_dt, lidierth", 1, 1000, "Hz"},
   [](C& c) -> Value { return &c.dsp.onset.smoothing_hz; }},
  {{"onset.run_ms", "so long above the threshold: hodges_bui, tkeo_dt, lidierth", 0, 1000, "ms"},
   [](C& c) -> Value { return &c.dsp.onset.run_ms; }},
  {{"onset.dip_ms", "a run may fall below the threshold for so long: lidierth", 0, 1000, "ms"},
   [](C& c) -> Value { return &c.dsp.onset.dip_ms; }},
  {{"onset.bonato_needed", "pairs of samples above the threshold", 1, 100},
   [](C& c) -> Value { return &c.dsp.onset.bonato_needed; }},
  {{"onset.bonato_among", "the newest pairs among which they are counted", 1, 100},
   [](C& c) -> Value { return &c.dsp.onset.bonato_among; }},
  {{"onset.whitening_order", "order of the model of rest by which bonato whitens; 0 does not whiten", 0, 8},
   [](C& c) -> Value { return &c.dsp.onset.whitening_order; }},

  {{"repetition.enabled", "count efforts"},
   [](C& c) -> Value { return &c.dsp.repetition.enabled; }},
  {{"repetition.target_pct", "planned effort in percent of the reference; 0 is not planned", 0, 200, "%"},
   [](C& c) -> Value { return &c.dsp.repetition.target_pct; }},

  {{"spasm.enabled", "tell clonus (bursts of 4-8 Hz), and activity outside the contractions told as expected"},
   [](C& c) -> Value { return &c.dsp.spasm.enabled; }},

  {{"serve.listen", "addresses for clients, unix:PATH or tcp:HOST:PORT; none is the default pair"},
   [](C& c) -> Value { return &c.serve.listen; }},
  {{"serve.http", "where HTTP and WebSocket are served, HOST:PORT (port 0 picks one), or off"},
   [](C& c) -> Value { return &c.serve.http; }},
  {{"record.data_dir", "folder of recordings; empty is the user's data folder"},
   [](C& c) -> Value { return &c.record.data_dir; }},
  {{"calibration.file", "levels of an earlier session, from DATA/calibrations; every percentage says so; empty is none"},
   [](C& c) -> Value { return &c.calibration.file; }},
  {{"log.level", "least severity that is written to stderr"},
   [](C& c) -> Value { return choice(c.log.level, log_level_words); }},

  {{"realtime.fifo_priority", "SCHED_FIFO priority of the signal thread; 0 is off", 0, 99},
   [](C& c) -> Value { return &c.realtime.fifo_priority; }},
  {{"realtime.cpu", "processor the signal thread stays on; -1 is any", -1, 1023},
   [](C& c) -> Value { return &c.realtime.cpu; }},
  {{"realtime.lock_memory", "keep rings and pipelines in memory"},
   [](C& c) -> Value { return &c.realtime.lock_memory; }},
}));

constexpr auto sensor_table = std::to_array<Row<S>>({
  {{"name", "unique; letters, digits, _ and -"}, [](S& s) -> Value { return &s.name; }},
  {{"kind", "a name of --list-sensors"}, [](S& s) -> Value { return &s.kind; }},
  {{"port", "such as /dev/ttyUSB0, pty:PATH or tcp:HOST:PORT; empty is the kind's"},
   [](S& s) -> Value { return &s.port; }},
  {{"rate_hz", "samples per second; 0 is the kind's, or measured where it has none", 0, 100000, "Hz"},
   [](S& s) -> Value { return &s.rate_hz; }},
  {{"channels", "analogue channels; 0 is the kind's", 0, 64}, [](S& s) -> Value { return &s.channels; }},
  {{"gain", "of the front end; 0 is the kind's", 0, 1e6}, [](S& s) -> Value { return &s.gain; }},
  {{"full_scale", "of the converter, in the kind's unit; 0 is the kind's", 0, 1e9},
   [](S& s) -> Value { return &s.full_scale; }},
  {{"bits", "resolution of the converter; 0 is the kind's", 0, 32}, [](S& s) -> Value { return &s.bits; }},
  {{"counter_column", "text formats: column with a sample counter that wraps at 2^32 or never; 0 is none", 0, 64},
   [](S& s) -> Value { return &s.counter_column; }},
  {{"timestamp_column", "text formats: column with a time stamp; 0 is none", 0, 64},
   [](S& s) -> Value { return &s.timestamp_column; }},
  {{"unit", "of several units on one receiver (umyo) the id of this one; 0 is the one heard first", 0, 4294967295.0},
   [](S& s) -> Value { return &s.unit; }},
  {{"lead_off", "cyton: a current through the electrodes tells which are loose; its 31.2 Hz is in the signal meanwhile"},
   [](S& s) -> Value { return &s.lead_off; }},
});

constexpr auto channel_table = std::to_array<Row<H>>({
  {{"name", "unique over all sensors"}, [](H& h) -> Value { return &h.name; }},
  {{"kind", "only emg is filtered and analysed as muscle"},
   [](H& h) -> Value { return choice(h.kind, dsp::channel_kind_words); }},
  {{"muscle", "for people and reports"}, [](H& h) -> Value { return &h.muscle; }},
  {{"side", "of the body"}, [](H& h) -> Value { return choice(h.side, dsp::side_words); }},
  {{"unit", "of force, angle and the like; emg is always uV; empty is the sensor's"},
   [](H& h) -> Value { return &h.unit; }},
});

constexpr auto channel_options_table = joined(std::to_array<Row<O>>({
  {{"name", "of an EMG channel"}, [](O& o) -> Value { return &o.name; }},
}), condition_table<O>);

constexpr auto pair_table = std::to_array<Row<P>>({
  {{"name", "unique; empty is FIRST/SECOND"}, [](P& p) -> Value { return &p.pair.name; }},
  {{"first", "name of a channel: the left side, or the agonist"}, [](P& p) -> Value { return &p.pair.first; }},
  {{"second", "name of the channel it is compared with"}, [](P& p) -> Value { return &p.pair.second; }},
  {{"kind", "how alike two sides are, or how much two muscles work against each other"},
   [](P& p) -> Value { return choice(p.pair.kind, dsp::pair_kind_words); }},
  {{"basis", "uV in the same task, uV under the same load, or % of each one's reference; co_contraction: reference"},
   [](P& p) -> Value { return choice(p.pair.basis, dsp::pair_basis_words); }},
});

constexpr auto array_table = std::to_array<Row<A>>({
  {{"name", "unique; empty is FIRST..LAST"}, [](A& a) -> Value { return &a.array.name; }},
  {{"channels", "names of EMG channels of one sensor, in the order of the electrodes"},
   [](A& a) -> Value { return &a.array.channels; }},
  {{"distance_mm", "from one electrode to the next", 0, 50, "mm"}, [](A& a) -> Value { return &a.array.distance_mm; }},
  {{"montage", "what its channels are; three double-differential ones are needed, made of 4 single-differential, of 5 monopolar"},
   [](A& a) -> Value { return choice(a.array.montage, dsp::montage_words); }},
});
// clang-format on

}  // namespace

std::span<const Row<Configuration>> configuration_rows() { return configuration_table; }
std::span<const Row<SensorConfig>> sensor_rows() { return sensor_table; }
std::span<const Row<ChannelConfig>> channel_rows() { return channel_table; }
std::span<const Row<ChannelOptions>> channel_options_rows() { return channel_options_table; }
std::span<const Row<PairConfig>> pair_rows() { return pair_table; }
std::span<const Row<ArrayConfig>> array_rows() { return array_table; }

}  // namespace myod::config
