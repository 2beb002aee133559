// The numbers of the straight line: repetitions and frames at their hop ends. A number that cannot be trusted is NaN.
#include <algorithm>
#include <cmath>

#include "dsp/pipeline_state.hpp"
#include "dsp/quality.hpp"

namespace myod::dsp {
namespace {

// A quarter of a step above what good electrodes and amplifiers have at least of noise: 0.5 uV, an own choice.
constexpr double electrode_noise_uv = 0.5, coarse_steps = 4.0;

}  // namespace

void Pipeline::State::look_at_levels() noexcept {
  for (std::size_t tile = 0; tile * lane_tile < lane_count; ++tile) {
    if (!onsets.take_changed(tile)) continue;
    for (std::size_t lane = tile * lane_tile; lane < std::min(lane_count, (tile + 1) * lane_tile); ++lane) {
      const Lane& muscle = muscles[lane];
      LevelTile& level = levels[tile];
      const std::size_t at = lane % lane_tile;
      level.rest_uv[at] = muscle.rest_uv();
      level.reference_uv[at] = muscle.reference_uv;
      level.reference_percent[at] = muscle.reference_percent;
      level.onsets[at] = static_cast<double>(muscle.onsets);
      level.told[at] = options.onset.enabled && muscle.onset.known();
      level.reasons[at] = (options.onset.enabled && !muscle.onset.known() ? reason_uncalibrated : 0U) |
                          (muscle.reference_earlier ? reason_earlier_reference : 0U);
    }
  }
}

/// There is no signal: every sample was the same, or the RMS of the newest 250 ms (of the window of the RMS, at least
/// 150 ms) is under a quarter of the converter's step behind the high-pass (dsp-spec 2.1, 0b.4). What the low-pass
/// takes of a coarse converter's noise, which is white, is allowed for.
bool Pipeline::State::flat(std::size_t lane) const noexcept {
  if (std::isinf(conditioner.intake().step_uv(lane))) return true;
  const Window& window = amplitude.samples() > repetition.samples() ? amplitude : repetition;
  const double limit = flat_steps[lane] * conditioner.intake().step_uv(lane);
  return window.squares.at(lane) < limit * limit * window.count.at(lane) &&
         window.valid_fraction(lane) >= options.features.min_valid;
}

/// A fine converter tells the noise of any electrode, so then there is none; of a coarse one nobody can know.
Reason Pipeline::State::why_flat(std::size_t lane) const noexcept {
  const double seen_uv = conditioner.intake().step_uv(lane);  // infinite: every sample was the same
  const double step_uv = std::isinf(seen_uv) ? steps_uv[lane] : seen_uv;
  return step_uv > coarse_steps * electrode_noise_uv ? reason_resolution : reason_flat;
}

double Pipeline::State::envelope_of(Envelopes::Which which, std::size_t lane, std::uint64_t end) const noexcept {
  return end - validity.unbroken_from(lane) < envelopes.settling[which] ? unknown : envelopes.at(which, lane);
}

/// The share of valid samples an amplitude needs whose window has these reasons. Blanking is expected: where nothing
/// else is wrong, less will do.
double Pipeline::State::least_valid(std::uint32_t reasons) const noexcept {
  constexpr double least_unblanked = 0.3;
  const bool only_blanked = (reasons & ~(std::uint32_t{reason_settling} | reason_rate)) == reason_blanked;
  return only_blanked ? std::min(least_unblanked, options.features.min_valid) : options.features.min_valid;
}

void Pipeline::State::judge(ChannelStatus& s, std::size_t lane, std::uint64_t end, std::size_t window,
                            double valid_fraction, std::uint32_t reasons, double least) const noexcept {
  const bool is_void = validity.is_void(end, window);
  s.valid_fraction = is_void ? 0.0 : valid_fraction;
  s.reasons = reasons | levels[lane / lane_tile].reasons[lane % lane_tile] | (flat(lane) ? why_flat(lane) : 0U) |
              (is_void ? reason_blanked : 0U);
  const bool enough = s.valid_fraction > 0.0 && s.valid_fraction >= least;
  s.grade = !enough ? Severity::invalid : s.reasons == 0 ? Severity::ok : worst(s.reasons);
}

void Pipeline::State::tell_frame(FrameKind kind, std::uint64_t end, std::size_t window, std::span<const double> numbers,
                                 std::span<const ChannelStatus> states, Sink& sink) const noexcept {
  FeatureFrame frame;
  frame.head.kind = kind;
  frame.head.stream = stream_index;
  frame.head.epoch = epoch;
  frame.head.channels = static_cast<std::uint32_t>(stream.channels.size());
  frame.head.features = static_cast<std::uint32_t>(feature_rows(kind).size());
  frame.head.first_index = end > window ? end - window : 0;
  frame.head.end_index = end;
  frame.head.host_time_ns = host_ns(static_cast<std::int64_t>(end) - 1);
  frame.values = numbers.first(stream.channels.size() * frame.head.features);
  frame.status = states;
  sink.frame(frame);
}

/// What amplitude and control frames differ in. numbers: channels x features, unknown where there is no muscle.
struct Pipeline::State::AmplitudeFrame {
  FrameKind kind;
  const Window& window;
  const MovingSum* magnitudes;  // of the same window; nothing where no row asks for them
  Envelopes::Which envelope;
  void (*values)(const AmplitudeInput&, std::span<double>) noexcept;
  std::span<double> numbers;
};

void Pipeline::State::amplitude_frame(std::uint64_t end, Sink& sink) noexcept {
  tell_amplitudes(
      {FrameKind::amplitude, amplitude, &magnitudes, Envelopes::linear, amplitude_values, amplitude_numbers}, end,
      sink);
}

void Pipeline::State::control_frame(std::uint64_t end, Sink& sink) noexcept {
  tell_amplitudes({FrameKind::control, control, nullptr, Envelopes::control, control_values, control_numbers}, end,
                  sink);
}

void Pipeline::State::tell_amplitudes(const AmplitudeFrame& frame, std::uint64_t end, Sink& sink) noexcept {
  const std::size_t features = feature_rows(frame.kind).size(), window = frame.window.samples();
  const bool clean = validity.clean(end, window), settled = validity.clean(end, envelopes.settling[frame.envelope]);
  kernels().root_means(rms_uv.data(), frame.window.squares.sums(), frame.window.count.counts(), lanes);
  for (std::size_t lane = 0; lane < lane_count; ++lane) {
    const LevelTile& level = levels[lane / lane_tile];
    const OnsetTile& onset = onsets.numbers(lane / lane_tile);
    const std::size_t at = lane % lane_tile;
    const auto out = frame.numbers.subspan(channel(lane) * features, features);
    ChannelStatus& s = status[channel(lane)];
    const std::uint32_t reasons = clean ? 0U : validity.reasons(lane, end, window);
    judge(s, lane, end, window, clean ? 1.0 : frame.window.valid_fraction(lane), reasons | signal_reasons(lane),
          least_valid(reasons));
    if (s.grade == Severity::invalid) {
      std::ranges::fill(out, unknown);
      continue;
    }
    const AmplitudeInput in{
        .rms_uv = rms_uv[lane],
        .mean_magnitude =
            frame.magnitudes != nullptr ? frame.magnitudes->at(lane) / frame.window.count.at(lane) : unknown,
        .envelope_uv = settled ? envelopes.at(frame.envelope, lane) : envelope_of(frame.envelope, lane, end),
        .rest_uv = level.rest_uv[at],
        .reference_uv = level.reference_uv[at],
        .reference_percent = level.reference_percent[at],
        .active = level.told[at] ? onset.active[at] : unknown,
        .cusum = level.told[at] ? onset.s[at] : unknown,
        .onsets = level.onsets[at],
        .repetitions =
            options.repetition.enabled && frame.kind == FrameKind::amplitude && !muscles[lane].repetitions.too_weak()
                ? static_cast<double>(muscles[lane].repetitions.count())
                : unknown};
    frame.values(in, out);
  }
  tell_frame(frame.kind, end, window, frame.numbers, status, sink);
}

/// Integrated over the activation that ends there.
double Pipeline::State::iemg_uvs(std::size_t lane, std::uint64_t end) noexcept {
  return integrals[lane / lane_tile].offset(history, lane % lane_tile, end, rate_hz, options.features.min_valid);
}

/// RMS of the newest 150 ms, by which efforts are judged; NaN when too little of it is valid.
double Pipeline::State::effort_uv(std::size_t lane, std::uint64_t end) const noexcept {
  const bool valid = repetition.valid_fraction(lane) >= least_valid(validity.reasons(lane, end, repetition.samples()));
  return valid ? std::sqrt(std::max(0.0, repetition.mean_square(lane))) : unknown;
}

/// RMS of the valid samples of the newest hop, by which an artefact is known; NaN without any.
double Pipeline::State::newest_uv(std::size_t lane, std::uint64_t end) const noexcept {
  const auto rows = static_cast<std::size_t>(std::lround(repetition_hop_ms / 1000.0 * rate_hz));
  double squares = 0.0, count = 0.0;
  if (end < rows) return unknown;
  history.runs(end - rows, rows, [&](std::uint64_t index, std::size_t n) {
    const double* sample = history.y(lane / lane_tile, index) + lane % lane_tile;
    const std::uint8_t* valid = history.valid(lane / lane_tile, index) + lane % lane_tile;
    for (std::size_t i = 0; i < n * lane_tile; i += lane_tile)
      if (valid[i] != 0) squares += sample[i] * sample[i], count += 1.0;
  });
  return std::sqrt(squares / count);
}

void Pipeline::State::look_at_efforts(std::size_t turn, std::uint64_t end, Sink& sink) noexcept {
  for (std::size_t tile = 0; tile * lane_tile < lane_count; ++tile) {
    if (effort_turn(tile) != turn) continue;
    const Lanes of = lanes_of(tile);
    if (options.onset.enabled) follow_stimulation(of, end);
    if (options.repetition.enabled) count_repetitions(of, end, sink);
    if (options.spasm.enabled) watch_spasms(of, end, sink);
  }
}

/// A lane is stimulated that was blanked within the last second.
void Pipeline::State::follow_stimulation(Lanes of, std::uint64_t end) noexcept {
  const auto second = static_cast<std::size_t>(rate_hz);
  const bool clean = validity.clean(end, second);
  for (std::size_t lane = of.first; lane < of.end; ++lane) {
    OnsetDetector& onset = muscles[lane].onset;
    const bool on = !clean && (validity.reasons(lane, end, second) & reason_blanked) != 0;
    if (on == onset.stimulated()) continue;
    onsets.settle();
    onset.set_stimulated(on);
  }
}

void Pipeline::State::count_repetitions(Lanes of, std::uint64_t end, Sink& sink) noexcept {
  for (std::size_t lane = of.first; lane < of.end; ++lane) {
    RepetitionCounter& counter = muscles[lane].repetitions;
    const double rms = effort_uv(lane, end);
    if (quality && (quality->reasons(lane) & reason_lead_off) != 0)
      counter.discard();
    else if (const auto done = counter.push(
                 seconds(end), rms, counter.asks_for_hop(rms) ? newest_uv(lane, end) : unknown, !std::isnan(rms)))
      tell_repetition(lane, *done, sink);
    if (contracts(lane, end)) calibrations.contraction(lane);
  }
}

void Pipeline::State::tell_repetition(std::size_t lane, const RepetitionEnd& end, Sink& sink) noexcept {
  Lane& muscle = muscles[lane];
  Repetition r;
  r.stream = stream_index;
  r.epoch = epoch;
  r.channel = static_cast<std::int32_t>(channel(lane));
  r.number = end.number;
  r.start_s = before_filters_s(lane, end.start_s);
  r.end_s = before_filters_s(lane, end.end_s);
  r.peak_uv = end.peak_uv;
  r.peak_ref_pct = percent_of_reference(end.peak_uv, muscle.rest_uv(), muscle.reference_uv, muscle.reference_percent);
  r.mean_uv = end.mean_uv;
  r.rest_before_s = end.rest_before_s;
  const auto density = muscle.repetition_spectrum.finish(end.start_s, end.end_s * rate_hz + 0.5);
  const Band band = density.empty() ? Band() : repetition_spectrum.band_of(density);
  r.mdf_hz = band.median_hz;
  r.mnf_hz = mean_frequency_hz(band);
  r.complete = end.complete;
  r.tension_s = end.tension_s;
  Event e = event(EventKind::repetition, r.channel, r.start_s, end.decided_s, end.peak_uv);
  (e.text << "lasted ").number(end.end_s - end.start_s, 2) << " s";
  if (!std::isnan(end.rest_before_s)) (e.text << " after ").number(end.rest_before_s, 2) << " s of rest";
  if (end.rest_lost) e.text << ", rest before unknown: samples were lost";
  if (!end.complete) e.text << ", cut by a gap";
  sink.event(e, &r);
  if (!density.empty() && end.complete) follow_work(lane, r, band, end.decided_s, sink);
}

}  // namespace myod::dsp
