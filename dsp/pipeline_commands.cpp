// What reaches a pipeline beside samples: commands and the seed of the pipeline before it. Both take effect at
// next_index().
#include <algorithm>
#include <cassert>
#include <cmath>

#include "dsp/pipeline_state.hpp"

namespace myod::dsp {
namespace {

// What is contracting for longer is taken for a rest that changed, as when the electrodes were moved.
constexpr double longest_contraction_s = 120.0;
constexpr double longest_expected_s = 3600.0;
constexpr std::string_view no_such_channel = "there is no such EMG channel: name one of this sensor's";

CommandResult reply_to(const Command& command, bool done, Text<120> text = {}) {
  CommandResult r;
  r.id = command.id;
  r.stream = command.stream;
  r.at_index = command.at_index;
  r.done = done;
  r.value = unknown;
  r.text = text;
  return r;
}

}  // namespace

void Pipeline::State::try_calibrations(std::size_t rows, Sink& sink) noexcept {
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
      const std::uint8_t flag = flags[row * lanes + lane];
      if (const auto result = calibrations.push(lane, y[row * lanes + lane], counts(flag), flag == sample_railed))
        close_trial(lane, *result, sink);
    }
}

void Pipeline::State::close_trial(std::size_t lane, const TrialResult& result, Sink& sink) noexcept {
  const Command& command = calibrations.command(lane);
  Lane& muscle = muscles[lane];
  onsets.settle();
  if (result.accepted && command.kind == CommandKind::calibrate_rest) {
    muscle.calibrated_rest_uv = result.level_uv;
    muscle.onset.set_rest(result.level_uv);
  } else if (result.accepted) {
    const bool one_more = muscle.reference_uv > 0.0 && !command.anew && !muscle.reference_earlier &&
                          muscle.reference_kind == command.reference && muscle.reference_percent == command.percent;
    muscle.reference_uv = one_more ? std::max(muscle.reference_uv, result.level_uv) : result.level_uv;
    muscle.reference_percent = command.percent;
    muscle.reference_kind = command.reference;
    muscle.reference_earlier = false;
  }
  muscle.set_levels();
  if (const auto reply = calibrations.close(lane, result, stream.channels[channel(lane)].name)) sink.result(*reply);
}

/// The reply, or nothing when it comes (or has come) with the end of a trial.
std::optional<CommandResult> Pipeline::State::apply(const Command& asked, Sink& sink) noexcept {
  onsets.settle();
  Command command = asked;
  command.at_index = next_index;
  if (command.kind == CommandKind::mark) {
    Event e = event(EventKind::mark, command.channel, seconds(next_index), seconds(next_index), unknown);
    e.text = command.text;
    sink.event(e, nullptr);
    return reply_to(command, true);
  }

  if (command.kind == CommandKind::stimulus) return schedule(command, sink);
  if (command.kind == CommandKind::stop_trial) return stop_trial(command, sink);

  std::size_t first = 0, last = lane_count;
  if (command.channel != all_channels) {
    const auto& emg = conditioner.channels();
    const auto found = std::find(emg.begin(), emg.end(), static_cast<std::size_t>(command.channel));
    first = static_cast<std::size_t>(found - emg.begin());
    last = std::min(first + 1, lane_count);
  }
  const auto refuse = [&](std::string_view why) { return reply_to(command, false, why); };
  if (command.kind == CommandKind::expect) {
    if (!options.spasm.enabled) return refuse("spasm.enabled must be true");
    if (!(command.seconds >= 0.0 && command.seconds <= longest_expected_s))
      return refuse("an expected contraction lasts 0 to 3600 s");
    if (first == last && command.channel != all_channels) return refuse(no_such_channel);
    for (std::size_t lane = first; lane < last; ++lane)
      muscles[lane].unexpected.expect(seconds(next_index) + command.seconds);
    return reply_to(command, true);
  }
  if (first == last) return refuse(no_such_channel);

  const bool rest = command.kind == CommandKind::calibrate_rest || command.kind == CommandKind::set_rest;
  if (!rest && !(command.percent > 0.0 && command.percent <= 100.0))
    return refuse("percent must be above 0 and at most 100");
  if (command.kind == CommandKind::set_rest || command.kind == CommandKind::set_reference) {
    if (!(command.value > 0.0) || !std::isfinite(command.value)) return refuse("the level must be above 0 uV");
    for (std::size_t lane = first; !rest && lane < last; ++lane)
      if (const auto why = refusal_of_reference(command.value, muscles[lane].calibrated_rest_uv); !why.view().empty())
        return reply_to(command, false, Text<120>{stream.channels[channel(lane)].name} << ": " << why.view());
    for (std::size_t lane = first; lane < last; ++lane) {
      Lane& muscle = muscles[lane];
      if (rest) {
        muscle.calibrated_rest_uv = command.value;
        muscle.onset.set_rest(command.value);
      } else {
        muscle.reference_uv = command.value;
        muscle.reference_percent = command.percent;
        muscle.reference_kind = command.reference;
        muscle.reference_earlier = true;
      }
      muscle.set_levels();
    }
    CommandResult done = reply_to(command, true);
    done.value = command.value;
    return done;
  }

  if (!(command.seconds > 0.0 && command.seconds <= 600.0)) return refuse("a trial lasts above 0 and at most 600 s");
  for (std::size_t lane = first; lane < last; ++lane)
    if (const auto why = refusal_of_trial(command, lane); !why.view().empty()) return reply_to(command, false, why);
  for (std::size_t lane = first; lane < last; ++lane) {
    const Lane& muscle = muscles[lane];
    const bool of_rest = command.kind == CommandKind::calibrate_rest;
    calibrations.begin(command, first, lane, of_rest ? muscle.reference_uv : muscle.rest_uv());
  }
  return std::nullopt;
}

/// Stimulus pulses of all channels, past or to come. A late one is said, and the windows that hold it are void.
CommandResult Pipeline::State::schedule(const Command& command, Sink& sink) noexcept {
  if (!conditioner.takes_stimuli()) return reply_to(command, false, Text<120>{"condition.blanking must be events"});
  const bool sane = command.value >= 0.0 && command.value < 1e9 && command.pulses > 0 && command.seconds < 1e6 &&
                    (command.pulses == 1 || command.seconds >= 0.005);
  if (!sane) return reply_to(command, false, Text<120>{"pulses need a time, a count and at least 5 ms between them"});
  if (conditioner.stimuli_full()) return reply_to(command, false, Text<120>{"too many trains of pulses are to come"});
  const std::uint64_t late =
      conditioner.schedule(next_index, command.value * rate_hz, command.seconds * rate_hz, command.pulses);
  const double pulses = static_cast<double>(command.pulses);
  Event e = event(EventKind::stimulus, all_channels, command.value, seconds(next_index), pulses);
  e.text.number(pulses, 0) << (command.pulses == 1 ? " pulse" : " pulses");
  if (late > 0) {
    validity.late(next_index + 1 + conditioner.line_behind_blanking());
    (e.text << ", told ").number(1000.0 * seconds(late), 1) << " ms too late to blank: windows are void";
  }
  sink.event(e, nullptr);
  CommandResult done = reply_to(command, true);
  done.value = static_cast<double>(conditioner.late_stimuli());
  done.text = e.text;
  return done;
}

/// Ends the trial of that id. Its own result is the only one; an event tells everybody.
std::optional<CommandResult> Pipeline::State::stop_trial(const Command& command, Sink& sink) noexcept {
  for (std::size_t lane = 0; lane < lane_count; ++lane) {
    if (!calibrations.running(lane) || calibrations.command(lane).id != command.id) continue;
    const bool rest = calibrations.command(lane).kind == CommandKind::calibrate_rest;
    Event e = event(EventKind::mark, static_cast<std::int32_t>(channel(lane)), seconds(next_index), seconds(next_index),
                    unknown);
    (e.text << (rest ? "calibrate rest: " : "calibrate reference: ")) << command.text.view();
    sink.event(e, nullptr);
    if (const auto reply = calibrations.stop(lane, stream.channels[channel(lane)].name, command.text.view()))
      sink.result(*reply);
  }
  return std::nullopt;
}

/// False for what has lasted too long to be one, such as a level that rose for good.
bool Pipeline::State::contracts(std::size_t lane, std::uint64_t end) const noexcept {
  return seconds(end) - muscles[lane].repetitions.candidate_start_s() < longest_contraction_s;
}

/// Why the trial cannot begin on that lane; empty when it can.
Text<120> Pipeline::State::refusal_of_trial(const Command& command, std::size_t lane) const noexcept {
  const std::string_view name = stream.channels[channel(lane)].name;
  const Lane& muscle = muscles[lane];
  if (calibrations.running(lane)) return Text<120>{"a calibration is running on "} << name << ": wait for its end";
  if (command.kind == CommandKind::calibrate_rest) {
    if (contracts(lane, next_index))
      return Text<120>{name} << ": the muscle is contracting. Relax, or check the electrodes, then repeat";
  } else if (!(muscle.rest_uv() > 0.0)) {
    return Text<120>{name} << ": the rest level is not known yet. Relax for two seconds or calibrate rest, then repeat";
  }
  return {};
}

void Pipeline::apply(const Command& command, Sink& sink) noexcept {
  if (const auto reply = state_->apply(command, sink)) sink.result(*reply);
}

void Pipeline::take_seed(std::span<ChannelSeed> out) const noexcept {
  assert(out.size() == state_->stream.channels.size());
  std::fill(out.begin(), out.end(), ChannelSeed{});
  state_->edges.take_seed(out);
  for (std::size_t lane = 0; lane < state_->lane_count; ++lane) {
    const Lane& muscle = state_->muscles[lane];
    ChannelSeed& seed = out[state_->channel(lane)];
    muscle.repetitions.take_seed(seed);
    seed.trend = muscle.fatigue.repetitions();
    state_->conditioner.take_seed(lane, seed);
    seed.rest_uv = muscle.onset.rest_uv();
    seed.calibrated_rest_uv = muscle.calibrated_rest_uv;
    seed.reference_uv = muscle.reference_uv;
    seed.reference_percent = muscle.reference_percent;
    seed.reference_kind = muscle.reference_kind;
    seed.onsets = muscle.onsets;
    seed.onset = muscle.onset.state();
    seed.reference_earlier = muscle.reference_earlier;
    seed.expectation = muscle.unexpected.state();
    seed.clonus = state_->rhythms[lane / lane_tile].under_way(lane % lane_tile);
  }
}

void Pipeline::plant_seed(std::span<const ChannelSeed> seed, std::uint64_t next_index) noexcept {
  State& s = *state_;
  assert(seed.size() == s.stream.channels.size());
  s.onsets.settle();
  s.next_index = s.clean_since = next_index;
  s.validity.start(next_index);
  s.restart_hops(next_index);
  s.edges.plant_seed(seed);
  for (std::size_t lane = 0; lane < s.lane_count; ++lane) {
    Lane& muscle = s.muscles[lane];
    const ChannelSeed& from = seed[s.channel(lane)];
    if (from.rest_uv > 0.0) muscle.onset.set_rest(from.rest_uv);
    muscle.calibrated_rest_uv = from.calibrated_rest_uv;
    muscle.reference_uv = from.reference_uv;
    muscle.reference_percent = from.reference_percent;
    muscle.reference_kind = from.reference_kind;
    muscle.onsets = from.onsets;
    muscle.onset.plant(from.onset);
    if (from.onset.active) s.active_times[lane].onset(from.onset.onset_index);
    if (!s.options.onset.enabled) muscle.onset.look_anew(next_index);  // nobody will look until it is enabled again
    muscle.reference_earlier = from.reference_earlier;
    muscle.unexpected.plant(from.expectation);
    s.rhythms[lane / lane_tile].plant(lane % lane_tile, from.clonus);
    muscle.repetitions.plant_seed(from);
    muscle.fatigue.plant(from.trend);
    s.conditioner.plant_seed(lane, from);
    muscle.set_levels();
  }
}

}  // namespace myod::dsp
