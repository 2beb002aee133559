// The straight line over samples: gap, condition, windows, detectors, frames. Everything that happens at a sample
// happens in the order of step(), keyed to the sample's absolute index.
#include "dsp/pipeline.hpp"

#include <algorithm>
#include <cassert>
#include <stdexcept>
#include <string>

#include "dsp/math/denormals.hpp"
#include "dsp/math/sections.hpp"
#include "dsp/pipeline_state.hpp"

namespace myod::dsp {
namespace {

constexpr double least_steps = 0.25;  // RMS behind the high-pass (dsp-spec 0b.4)
static_assert(run_rows <= Conditioner::most_rows);

Stream checked(Stream stream, const Options& options) {
  const FeatureOptions& o = options.features;
  if (stream.rate_mhz == 0) throw std::invalid_argument("sensor " + stream.sensor + ": rate_hz must be above 0");
  const auto positive = [](const char* key, double value) {
    if (!(value > 0.0)) throw std::invalid_argument(std::string(key) + " must be above 0");
  };
  positive("features.window_ms", o.window_ms);
  positive("features.hop_ms", o.hop_ms);
  positive("features.control_window_ms", o.control_window_ms);
  positive("features.spectrum_window_ms", o.spectrum_window_ms);
  positive("features.spectrum_hop_ms", o.spectrum_hop_ms);
  if (!o.activity && options.repetition.enabled)
    throw std::invalid_argument(
        "features.activity must be true where repetition.enabled is: efforts are followed by it");
  for (const Channel& channel : stream.channels)
    if (!o.quality && channel.kind == ChannelKind::emg && condition_of(channel, options.condition).lead_off_mv > 0.0)
      throw std::invalid_argument(
          "features.quality must be true where condition.lead_off_mv is: it looks at the offset");
  return stream;
}

}  // namespace

Pipeline::State::State(Stream s, Options o, std::uint32_t index, std::uint32_t epoch_number)
    : stream(checked(std::move(s), o)),
      options(o),
      stream_index(index),
      epoch(epoch_number),
      rate_hz(stream.rate_hz()),
      conditioner(stream, options.condition),
      lane_count(conditioner.channels().size()),
      lanes(conditioner.lanes()),
      validity(lane_count, stream.rate_mhz),
      amplitude(math::window_samples(options.features.window_ms, stream.rate_mhz), lanes),
      control(math::window_samples(options.features.control_window_ms, stream.rate_mhz), lanes),
      repetition(math::window_samples(repetition_window_ms, stream.rate_mhz), lanes),
      magnitudes(MovingSum::Of::magnitudes, amplitude.samples(), lanes),
      spectrum_count(math::window_samples(options.features.spectrum_window_ms, stream.rate_mhz), lanes),
      repetition_spectrum_count(math::window_samples(repetition_spectrum_ms, stream.rate_mhz), lanes),
      wanted(options, amplitude.samples() <= repetition.samples()),
      envelopes({math::butterworth_lowpass(2, options.features.envelope_hz, rate_hz),
                 math::bessel2_lowpass(control_envelope_hz, rate_hz)},
                lanes),
      spectrum(spectrum_count.window(), rate_hz, options.features.band_low_hz, options.features.band_high_hz),
      repetition_spectrum(repetition_spectrum_count.window(), rate_hz, options.features.band_low_hz,
                          options.features.band_high_hz),
      spectrum_activity(spectrum_count.window()),
      spectrum_samples(spectrum_count.window()),
      repetition_spectrum_samples(repetition_spectrum_count.window()),
      amplitude_hops(options.features.hop_ms, stream.rate_mhz),
      control_hops(control_hop_ms, stream.rate_mhz),
      spectrum_hops(options.features.spectrum_hop_ms, stream.rate_mhz),
      repetition_spectrum_hops(repetition_spectrum_hop_ms, stream.rate_mhz),
      forget_after(std::max({amplitude.samples(), control.samples(), repetition.samples(), spectrum_samples,
                             options.repetition.enabled ? repetition_spectrum_samples : 0})),
      pending(spread_samples(options.features.spectrum_hop_ms, stream.rate_mhz), lane_count, lanes),
      pending_repetition{SpreadWork(spread_samples(repetition_spectrum_hop_ms, stream.rate_mhz), lanes),
                         std::vector<double>(lane_count, unknown)},
      pending_velocities{SpreadWork(pending.work.samples, lane_tile),
                         ArrayVelocities(stream, conditioner.channels(), spectrum_samples, full_band_rate_hz)},
      history(forget_after +
                  std::max(pending.work.samples, options.repetition.enabled ? pending_repetition.work.samples : 0),
              lanes),
      onsets(lane_count, run_rows),
      levels(lanes / lane_tile),
      edges(stream),
      calibrations(rate_hz, lane_count) {
  if (wanted.quality)
    quality.emplace(SignalQuality::Setup{rate_hz, spectrum_samples, pending.work.samples, lane_count, lanes,
                                         options.condition.mains_hz, most_offset_uv(), options.features});
  stops = {&amplitude_hops, &spectrum_hops};
  if (wanted.control) stops.push_back(&control_hops);
  if (options.repetition.enabled) stops.push_back(&repetition_spectrum_hops);
  for (std::size_t turn = 0; wanted.turns && turn < std::min(effort_turns, lanes / lane_tile); ++turn)
    efforts.emplace_back(
        repetition_hop_ms,
        turn == 0 ? 0 : math::window_samples(static_cast<double>(turn) * control_hop_ms, stream.rate_mhz),
        stream.rate_mhz);
  for (std::size_t lane = 0; lane < lane_count; ++lane) {
    const Highpass highpass = highpass_in_use(condition(lane));
    conditioning_delay_s.push_back(dsp::conditioning_delay_s(stream, options.condition, condition(lane)));
    const Channel& of = stream.channels[channel(lane)];
    steps_uv.push_back(of.step_known ? std::abs(of.scale) : 0.0);
    active_times.emplace_back(spectrum_samples, math::window_samples(onset_hold_ms, stream.rate_mhz));
    flat_steps.push_back(least_steps * lowpass_noise_gain(condition(lane), rate_hz));
    muscles.push_back(
        Lane{OnsetDetector(rate_hz, options.onset, highpass.hz, highpass.poles), RestShape(),
             RepetitionCounter(repetition_hop_ms / 1000.0, options.repetition),
             RepetitionSpectrum(repetition_spectrum.bins()),
             Fatigue(options.features.spectrum_window_ms / 1000.0, options.features.spectrum_hop_ms / 1000.0),
             UnexpectedActivity(repetition_hop_ms / 1000.0)});
  }
  for (Lane& muscle : muscles) onsets.add(muscle.onset);
  for (std::size_t tile = 0; tile * lane_tile < lane_count; ++tile) integrals.emplace_back(tile);
  for (std::size_t tile = 0; tile < lanes / lane_tile; ++tile) rhythms.emplace_back(tile);
  const std::size_t channels = stream.channels.size();
  y.assign(run_rows * lanes, 0.0);
  rms_uv.assign(lanes, unknown);
  flags.assign(run_rows * lanes, 0);
  counted.assign(run_rows * lanes, 0);
  watched.assign(run_rows * lanes, 0);
  conditioned_uv.assign(run_rows * channels, 0.0);
  conditioned_valid.assign(run_rows * channels, 0);
  amplitude_numbers.assign(channels * feature_rows(FrameKind::amplitude).size(), unknown);
  control_numbers.assign(channels * feature_rows(FrameKind::control).size(), unknown);
  constexpr ChannelStatus no_muscle{0.0, reason_not_emg, Severity::invalid};  // what is EMG is judged frame by frame
  status.assign(channels, no_muscle);
  spectrum_values_.assign(channels * feature_rows(FrameKind::spectrum).size(), unknown);
  spectrum_status.assign(channels, no_muscle);
}

Event Pipeline::State::event(EventKind kind, std::int32_t channel, double t_event_s, double t_decision_s,
                             double value) const noexcept {
  Event e;
  e.kind = kind;
  e.stream = stream_index;
  e.epoch = epoch;
  e.channel = channel;
  e.t_event_s = t_event_s;
  e.t_decision_s = t_decision_s;
  e.value = value;
  e.host_time_ns = host_ns(static_cast<std::int64_t>(math::nearest(t_event_s * rate_hz)));
  return e;
}

void Pipeline::State::clear_windows() noexcept {
  history.clear();
  if (quality) quality->clear();
  for (Window* w : {&amplitude, &control, &repetition}) w->squares.clear(), w->count.clear();
  magnitudes.clear();
  spectrum_count.clear();
  repetition_spectrum_count.clear();
}

/// Samples next_index .. first_index are lost: told, masked in every window they lie in, never filled. `block_flags`:
/// who counted them.
void Pipeline::State::gap(std::uint64_t first_index, std::uint32_t block_flags, Sink& sink) noexcept {
  const std::uint64_t missing = first_index - next_index;
  const double at_s = seconds(next_index);
  const double lost = static_cast<double>(missing);
  finish_spectra(sink);
  onsets.settle();
  edges.gap();
  tell_missing(Validity::none, sink);
  tell_gap(all_channels, next_index, first_index, missing, block_flags, sink);

  for (std::size_t lane = 0; lane < lane_count; ++lane) {
    Lane& muscle = muscles[lane];
    if (options.repetition.enabled && lost >= repetition_merge_s * rate_hz)
      if (const auto end = muscle.repetitions.gap(at_s)) tell_repetition(lane, *end, sink);
    if (muscle.onset.gap(first_index, missing)) {
      active_times[lane].offset(next_index);
      Event offset = event(EventKind::offset, static_cast<std::int32_t>(channel(lane)), at_s, seconds(first_index),
                           iemg_uvs(lane, next_index));
      offset.text << "cut by a gap";
      sink.event(offset, nullptr);
    }
  }
  calibrations.gap(missing);
  validity.gap(first_index);
  conditioner.restart();

  if (missing >= forget_after) {
    clear_windows();
    next_index = first_index;
  }
  std::fill(envelopes.state.begin(), envelopes.state.end(), 0.0);
  while (next_index < first_index) {  // the windows pass over zeros that are not valid
    const auto rows = static_cast<std::size_t>(std::min(first_index - next_index, run_rows - next_index % run_rows));
    history.lose(next_index, rows);
    if (quality) quality->lose(next_index, rows);
    clean_since = next_index + rows;
    push_windows(rows);
    next_index += rows;
  }
  clean_since = first_index;
  restart_hops(first_index);
}

void Pipeline::State::restart_hops(std::uint64_t index) noexcept {
  for (math::Hops* hops : stops) hops->restart(index);
  for (LaterHops& hops : efforts) hops.restart(index);
}

void Pipeline::State::push_windows(std::size_t rows) noexcept {
  const auto push = [&](Window& w) {
    w.squares.push(history, next_index, rows, clean_since);
    w.count.push(history, next_index, rows, clean_since);
  };
  push(amplitude);
  if (wanted.control) push(control);
  if (wanted.efforts) push(repetition);
  magnitudes.push(history, next_index, rows, clean_since);
  spectrum_count.push(history, next_index, rows, clean_since);
  if (options.repetition.enabled) repetition_spectrum_count.push(history, next_index, rows, clean_since);
}

/// The sample index behind which something must be looked at: runs end there.
std::uint64_t Pipeline::State::next_stop() const noexcept {
  if (!calibrations.idle()) return next_index + 1;  // a level may change with any sample
  std::uint64_t next = std::numeric_limits<std::uint64_t>::max();
  for (const math::Hops* hops : stops) next = std::min(next, hops->next());
  for (const LaterHops& hops : efforts) next = std::min(next, hops.next());
  for (const SpreadWork* w : {&pending.work, &pending_repetition.work})
    if (w->open) next = std::min(next, w->last());
  return next;
}

void Pipeline::State::run(const double* raw, std::size_t rows, Sink& sink) noexcept {
  edges.begin(raw, rows, next_index);
  Samples samples = conditioner.take(raw, rows, next_index, y.data(), flags.data());
  if (quality) quality->take(next_index, rows, y.data());
  conditioner.filter(samples);
  if (quality) quality->mark(next_index, rows, flags.data());
  std::fill_n(counted.begin(), rows * lanes, std::uint8_t{1});
  gated = false;
  if (!all_good(flags.data(), rows * lanes)) mark_invalid(rows);
  history.put(next_index, rows, y.data(), clean_since <= next_index ? nullptr : counted.data());
  push_windows(rows);
  kernels().envelopes(envelopes.newest.data(), y.data(), rows, lanes, envelopes.sections.data(),
                      wanted.envelopes ? envelope_count : 1, envelopes.state.data());
  if (sink.wants_conditioned()) tell_conditioned(raw, rows, sink);
  if (options.onset.enabled) detect(rows, sink);
  tell_trains(next_index + rows - 1, sink);
  tell_edges(next_index + rows - 1, sink);
  if (!calibrations.idle()) try_calibrations(rows, sink);
  next_index += rows;
  stop(next_index, sink);
}

void Pipeline::State::mark_invalid(std::size_t rows) noexcept {
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
      const std::uint8_t flag = flags[row * lanes + lane];
      if (flag == sample_good) continue;
      if (flag == sample_gated) {
        gated = true;
        continue;
      }
      counted[row * lanes + lane] = 0;
      validity.sample(lane, next_index + row, flag);
      clean_since = next_index + row + 1;
    }
  if (!gated) return;
  for (std::size_t i = 0; i < rows * lanes; ++i) watched[i] = flags[i] == sample_good ? 1 : 0;
}

void Pipeline::State::tell_conditioned(const double* raw, std::size_t rows, Sink& sink) noexcept {
  const std::size_t channels = stream.channels.size();
  for (std::size_t row = 0; row < rows; ++row) {
    double* uv = conditioned_uv.data() + row * channels;
    std::uint8_t* good = conditioned_valid.data() + row * channels;
    for (std::size_t c = 0; c < channels; ++c) {  // what is not EMG is scaled, no more
      const double v = (raw[row * channels + c] - stream.channels[c].offset) * stream.channels[c].scale;
      good[c] = v - v == 0.0 ? 1 : 0;
      uv[c] = good[c] != 0 ? v : 0.0;
    }
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
      uv[channel(lane)] = y[row * lanes + lane];
      good[channel(lane)] = counted[row * lanes + lane];
    }
  }
  sink.conditioned(next_index, channels, std::span(conditioned_uv).first(rows * channels),
                   std::span(conditioned_valid).first(rows * channels));
}

/// Everything that happens where a window or a piece of work ends, in order.
void Pipeline::State::stop(std::uint64_t end, Sink& sink) noexcept {
  look_at_levels();
  bool look = false;  // at what need not be looked at with every sample
  for (std::size_t turn = 0; turn < efforts.size(); ++turn) {
    if (!efforts[turn].ends_at(end)) continue;
    look_at_efforts(turn, end, sink);
    look |= turn == 0;
  }
  const bool amplitude_ends = amplitude_hops.ends_at(end), control_ends = wanted.control && control_hops.ends_at(end);
  if (amplitude_ends) amplitude_frame(end, sink);
  if (wanted.control ? control_ends : efforts.empty() ? amplitude_ends : look) {
    tell_missing(end, sink);
    if (wanted.control) control_frame(end, sink);
    for (std::size_t tile = 0; tile < integrals.size(); ++tile)
      integrals[tile].follow(history, onsets.numbers(tile), end);
  }
  if (options.repetition.enabled && repetition_spectrum_hops.ends_at(end)) begin_repetition_spectra(end);
  if (spectrum_hops.ends_at(end)) begin_spectrum(end);
  const bool busy = amplitude_ends || control_ends;
  if (pending_repetition.work.open) continue_repetition_spectra(end, busy);
  if (pending_velocities.work.open) continue_velocities(end, busy);
  if (pending.work.open) continue_spectrum(end, busy, sink);
}

void Pipeline::State::detect(std::size_t rows, Sink& sink) noexcept {
  const LaneRows samples{y.data(), gated ? watched.data() : counted.data(), rows, lanes};
  for (const auto& [row, lane, d] : onsets.push(next_index, samples, clean_since <= next_index && !gated)) {
    tell_trains(next_index + row, sink);
    tell_edges(next_index + row, sink);
    const double t = before_filters_s(lane, seconds(d.event_index));
    Event e = event(d.kind, static_cast<std::int32_t>(channel(lane)), t, seconds(d.decision_index), unknown);
    if (d.brief) e.text << "brief";
    Lane& muscle = muscles[lane];
    if (d.kind == EventKind::onset) {
      ++muscle.onsets;
      active_times[lane].onset(d.event_index);
      integrals[lane / lane_tile].onset(history, lane % lane_tile, d.event_index, next_index + rows);
    } else {
      active_times[lane].offset(d.event_index);
      e.value = iemg_uvs(lane, d.event_index);
    }
    sink.event(e, nullptr);
  }
}

Pipeline::Pipeline(Stream stream, Options options, std::uint32_t stream_index, std::uint32_t epoch)
    : state_(std::make_unique<State>(std::move(stream), options, stream_index, epoch)) {}

Pipeline::~Pipeline() = default;

void Pipeline::process(const SampleBlock& block, Sink& sink) noexcept {
  const math::FlushDenormals guard;
  State& s = *state_;
  assert(block.head.channels == s.stream.channels.size() && block.head.first_index >= s.next_index);
  s.clock_index = block.head.first_index;
  s.clock_ns = block.head.host_time_ns;
  if (block.head.first_index > s.next_index) s.gap(block.head.first_index, block.head.flags, sink);
  if ((block.head.flags & block_rate_off) != 0) s.validity.rate_off(block.head.first_index + block.head.instants);
  for (std::size_t done = 0; done < block.head.instants;) {
    const std::size_t rows = std::min({block.head.instants - done, run_rows - s.next_index % run_rows,
                                       static_cast<std::size_t>(s.next_stop() - s.next_index)});
    s.run(block.raw.data() + done * s.stream.channels.size(), rows, sink);
    done += rows;
  }
}

void Pipeline::finish(std::string_view why, Sink& sink) noexcept {
  const math::FlushDenormals guard;
  State& s = *state_;
  s.finish_spectra(sink);
  s.tell_missing(Validity::none, sink);
  if (const std::uint64_t forgotten = why == taken_over ? s.conditioner.stimuli_to_come() : 0; forgotten > 0) {
    Event e = s.event(EventKind::stimulus, all_channels, s.seconds(s.next_index), s.seconds(s.next_index),
                      static_cast<double>(forgotten));
    e.text.number(static_cast<double>(forgotten), 0)
        << " to come are forgotten, the pipeline is a new one: tell them again";
    sink.event(e, nullptr);
  }
  for (std::size_t lane = 0; lane < s.lane_count; ++lane)
    if (const auto reply = s.calibrations.stop(lane, s.stream.channels[s.channel(lane)].name, why)) sink.result(*reply);
}

std::uint64_t Pipeline::next_index() const noexcept { return state_->next_index; }
std::uint32_t Pipeline::epoch() const noexcept { return state_->epoch; }
const Stream& Pipeline::stream() const noexcept { return state_->stream; }
const Options& Pipeline::options() const noexcept { return state_->options; }

}  // namespace myod::dsp
