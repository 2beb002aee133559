// Spectrum frames and the spectra of repetitions: begun where their window ends, computed tile by tile in small pieces
// on the samples that follow, so that no sample costs much more than another. What a frame says is as of its window's
// end.
#include <algorithm>
#include <cmath>

#include "dsp/pipeline_state.hpp"
#include "dsp/quality.hpp"

namespace myod::dsp {
namespace {

constexpr double threshold_lsb = 2.0, threshold_rest = 2.5;
constexpr double work_stands_s = 60.0;  // the trend over repetitions: then the muscle is another one
constexpr double share_of_hop = 0.25;   // over which the work is spread
constexpr Activity not_counted{unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown};

}  // namespace

std::size_t spread_samples(double hop_ms, std::uint64_t rate_mhz) {
  return math::window_samples(share_of_hop * hop_ms, rate_mhz);
}

std::vector<double> Pipeline::State::most_offset_uv() const {
  constexpr double uv_per_mv = 1000.0;
  std::vector<double> list;
  for (std::size_t lane = 0; lane < lane_count; ++lane) list.push_back(uv_per_mv * condition(lane).lead_off_mv);
  return list;
}

void Pipeline::State::begin_spectrum(std::uint64_t end) noexcept {
  PendingSpectrum& p = pending;
  const std::uint32_t rate_reason = rate_hz < full_band_rate_hz ? reason_rate : 0U;
  p.work.begin(end, activity_pieces() + spectrum.pieces() + quality_pieces() + lane_tile);
  if (quality) quality->begin();
  const bool clean = validity.clean(end, spectrum_samples);
  for (std::size_t tile = 0; tile * lane_tile < lane_count; ++tile) {
    bool takes_part = false, all_valid = true;
    p.threshold_uv[tile] = {};
    for (std::size_t lane = tile * lane_tile; lane < std::min(lane_count, (tile + 1) * lane_tile); ++lane) {
      const LevelTile& level = levels[tile];
      const std::size_t at = lane % lane_tile;
      p.rest_uv[lane] = level.rest_uv[at];
      p.effort_start_s[lane] = options.repetition.enabled ? muscles[lane].repetitions.candidate_start_s() : unknown;
      p.last_effort_s[lane] = muscles[lane].repetitions.last_end_s();
      p.overtaken[lane] = 0;
      p.valid_samples[lane] = spectrum_count.at(lane);
      p.active_fraction[lane] = level.told[at] ? active_times[lane].fraction(end) : unknown;
      ChannelStatus& status_of_lane = spectrum_status[channel(lane)];
      judge(status_of_lane, lane, end, spectrum_samples, p.valid_samples[lane] / static_cast<double>(spectrum_samples),
            (clean ? 0U : validity.reasons(lane, end, spectrum_samples)) | rate_reason, options.features.min_valid);
      const double noise = threshold_rest * p.rest_uv[lane];  // NaN while unknown
      const double step = threshold_lsb * steps_uv[lane];
      p.threshold_uv[tile][at] = noise < step ? step : noise;
      takes_part |= status_of_lane.grade != Severity::invalid;
      all_valid &= p.valid_samples[lane] == static_cast<double>(spectrum_samples);
    }
    p.all_valid[tile] = all_valid;
    if (takes_part)
      p.work.tiles.push_back(tile);
    else
      for (std::size_t lane = lanes_of(tile).first; lane < lanes_of(tile).end; ++lane) forget_spectrum(lane);
  }
  if (pending_velocities.arrays.size() > 0) {
    pending_velocities.arrays.begin(end, spectrum_count);
    pending_velocities.work.begin(end, pending_velocities.arrays.pieces());
    pending_velocities.work.tiles.push_back(0);
  }
}

/// Of the frame under way nothing is known of that lane yet but what was lost.
void Pipeline::State::forget_spectrum(std::size_t lane) noexcept {
  const std::size_t features = feature_rows(FrameKind::spectrum).size();
  const auto values = std::span(spectrum_values_).subspan(channel(lane) * features, features);
  std::ranges::fill(values, unknown);
  if (!quality) return;
  const std::uint32_t reasons = spectrum_status[channel(lane)].reasons;
  const auto share = [&](std::uint32_t reason, std::uint8_t flag) {
    return (reasons & reason) != 0 ? quality->share(lane, pending.work.end, flag) : 0.0;
  };
  spectrum_shares(share(reason_saturated, sample_railed), share(reason_gap, sample_missing), values);
}

void Pipeline::State::continue_spectrum(std::uint64_t end, bool busy, Sink& sink) noexcept {
  PendingSpectrum& p = pending;
  const bool done = p.work.until(end, busy, [&](std::size_t tile, std::size_t piece) {
    if (piece < activity_pieces())
      return spectrum_activity.piece(piece, history, p.work.end, tile, p.threshold_uv[tile], p.all_valid[tile] != 0);
    piece -= activity_pieces();
    if (piece < spectrum.pieces()) return spectrum.piece(piece, history, p.work.end, tile);
    piece -= spectrum.pieces();
    if (piece < quality_pieces()) return quality->piece(piece, p.work.end, tile);
    spectrum_numbers(tile * lane_tile + piece - quality_pieces(), sink);
  });
  if (!done) return;
  const auto lead_off = [&](std::size_t lane, double offset_uv) {
    Event e = event(EventKind::lead_off, static_cast<std::int32_t>(channel(lane)),
                    seconds(p.work.end - spectrum_samples), seconds(p.work.end), unknown);
    e.value = offset_uv;
    if (std::isnan(offset_uv))
      e.text << "an electrode has come off, the mains hum jumped: press it on";
    else
      (e.text << "an electrode has come off, its offset is ").number(offset_uv / 1000.0, 0) << " mV: press it on";
    sink.event(e, nullptr);
  };
  if (quality) quality->end(lead_off);
  for (Lane& muscle : muscles) muscle.onset.set_inflation(muscle.rest_shape.inflation());
  tell_velocities();
  tell_frame(FrameKind::spectrum, p.work.end, spectrum_samples, spectrum_values_, spectrum_status, sink);
}

void Pipeline::State::spectrum_numbers(std::size_t lane, Sink& sink) noexcept {
  if (lane >= lane_count) return;
  forget_spectrum(lane);
  if (spectrum_status[channel(lane)].grade == Severity::invalid) return;
  const std::size_t features = feature_rows(FrameKind::spectrum).size();
  SpectrumInput in;
  in.band = spectrum.band(lane % lane_tile);
  const double rest_uv = pending.rest_uv[lane];
  muscles[lane].rest_shape.push(spectrum.densities() + lane % lane_tile, spectrum.bins(), lane_tile, power_uv2(in.band),
                                rest_uv * rest_uv, options.features.spectrum_hop_ms / 1000.0);
  in.activity = wanted.activity ? spectrum_activity.of(lane % lane_tile) : not_counted;
  if (std::isnan(pending.threshold_uv[lane / lane_tile][lane % lane_tile]))  // nothing was compared with it
    in.activity.crossings = in.activity.turns = in.activity.steps = unknown;
  in.valid_samples = pending.valid_samples[lane];
  in.rate_hz = rate_hz;
  in.rest_uv = pending.rest_uv[lane];
  in.active_fraction = pending.active_fraction[lane];
  const auto values_of_lane = std::span(spectrum_values_).subspan(channel(lane) * features, features);
  if (!judge_signal(lane, in)) return quality_values(in, values_of_lane);
  follow_hold(lane, in, sink);
  const Fatigue& fatigue = muscles[lane].fatigue;
  const bool long_ago = seconds(pending.work.end) - pending.last_effort_s[lane] > work_stands_s;
  in.fatigue = fatigue.hold().enough()        ? &fatigue.hold()
               : long_ago                     ? &nothing_followed
               : pending.overtaken[lane] != 0 ? &pending.fatigue[lane]
                                              : &fatigue.work();
  spectrum_values(in, values_of_lane);
}

void Pipeline::State::continue_velocities(std::uint64_t end, bool busy) noexcept {
  pending_velocities.work.until(
      end, busy, [&](std::size_t, std::size_t piece) { pending_velocities.arrays.piece(piece, history); });
}

/// At the first channel of each array, when all its channels say something. Below 2048 Hz as limited.
void Pipeline::State::tell_velocities() noexcept {
  const std::size_t features = feature_rows(FrameKind::spectrum).size();
  const ArrayVelocities& arrays = pending_velocities.arrays;
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    const auto says_nothing = [&](std::size_t lane) {
      const ChannelStatus& s = spectrum_status[channel(lane)];
      return s.grade == Severity::invalid || (s.reasons & reason_lead_off) != 0;
    };
    if (std::ranges::any_of(arrays.lanes(i), says_nothing)) continue;
    const std::size_t first = channel(arrays.lanes(i).front());
    velocity_values(arrays.velocity(i), std::span(spectrum_values_).subspan(first * features, features));
    if (rate_hz >= velocity_rate_hz) continue;
    spectrum_status[first].reasons |= reason_rate;
    spectrum_status[first].grade = std::max(spectrum_status[first].grade, worst(reason_rate));
  }
}

/// What the signal before the filters says of itself. False when the electrode is off: nothing else can be said then.
bool Pipeline::State::judge_signal(std::size_t lane, SpectrumInput& in) noexcept {
  if (!quality || in.valid_samples != static_cast<double>(spectrum_samples)) return true;
  const SignalVerdict verdict =
      quality->judge(lane, pending.work.end, in.active_fraction, conditioner.cancels_mains(lane));
  in.quality = verdict.indices;
  in.mains_db = verdict.mains_db;
  ChannelStatus& s = spectrum_status[channel(lane)];
  s.reasons |= verdict.reasons;
  s.grade = std::max(s.grade, worst(verdict.reasons));
  return (verdict.reasons & reason_lead_off) == 0;
}

/// Windows inside a running contraction are kept for the repetition it may become.
void Pipeline::State::begin_repetition_spectra(std::uint64_t end) noexcept {
  const std::size_t n = repetition_spectrum_samples;
  if (end < n) return;
  pending_repetition.work.begin(end, repetition_spectrum.pieces() + 1);
  for (std::size_t tile = 0; tile * lane_tile < lane_count; ++tile) {
    bool takes_part = false;
    for (std::size_t lane = tile * lane_tile; lane < std::min(lane_count, (tile + 1) * lane_tile); ++lane) {
      const double start_s = muscles[lane].repetitions.candidate_start_s();  // NaN: none
      const bool inside = seconds(end - n) >= start_s &&
                          repetition_spectrum_count.at(lane) >= options.features.min_valid * static_cast<double>(n);
      pending_repetition.start_s[lane] = inside ? start_s : unknown;
      takes_part |= inside;
    }
    if (takes_part) pending_repetition.work.tiles.push_back(tile);
  }
}

void Pipeline::State::continue_repetition_spectra(std::uint64_t end, bool busy) noexcept {
  SpreadWork& work = pending_repetition.work;
  work.until(end, busy, [&](std::size_t tile, std::size_t piece) {
    if (piece < repetition_spectrum.pieces()) return repetition_spectrum.piece(piece, history, work.end, tile);
    for (std::size_t lane = tile * lane_tile; lane < std::min(lane_count, (tile + 1) * lane_tile); ++lane)
      if (const double start_s = pending_repetition.start_s[lane]; !std::isnan(start_s))
        muscles[lane].repetition_spectrum.add(start_s, work.end, repetition_spectrum.density(lane % lane_tile));
  });
}

void Pipeline::State::finish_spectra(Sink& sink) noexcept {
  constexpr auto whenever = std::numeric_limits<std::uint64_t>::max();
  if (pending_repetition.work.open) continue_repetition_spectra(whenever, false);
  if (pending_velocities.work.open) continue_velocities(whenever, false);
  if (pending.work.open) continue_spectrum(whenever, false, sink);
}

}  // namespace myod::dsp
