#include "dsp/calibrations.hpp"

#include <limits>

namespace myod::dsp {

Calibrations::Calibrations(double rate_hz, std::size_t lanes) {
  lanes_.reserve(lanes);
  for (std::size_t i = 0; i < lanes; ++i) lanes_.push_back(Lane{Trial(rate_hz), i, {}, 0, 0, 0, {}});
}

void Calibrations::begin(const Command& command, std::size_t job, std::size_t lane, double other_uv) noexcept {
  Lane& first = lanes_[job];
  if (lane == job) {
    first.command = command;
    first.asked = first.ended = first.accepted = 0;
    first.why_not = {};
  }
  ++first.asked;
  ++running_;
  lanes_[lane].job = job;
  lanes_[lane].trial.begin(command.kind == CommandKind::calibrate_rest ? Trial::What::rest : Trial::What::reference,
                           command.seconds, other_uv);
}

std::optional<TrialResult> Calibrations::push(std::size_t lane, double y_uv, bool valid, bool railed) noexcept {
  if (!running(lane)) return std::nullopt;
  const auto result = lanes_[lane].trial.push(y_uv, valid, railed);
  if (result) --running_;
  return result;
}

std::optional<CommandResult> Calibrations::close(std::size_t lane, const TrialResult& result,
                                                 std::string_view name) noexcept {
  Lane& job = lanes_[lanes_[lane].job];
  ++job.ended;
  if (result.accepted) {
    ++job.accepted;
  } else if (job.why_not.view().empty()) {
    (job.why_not << name << ": ") << result.text.view();
  }
  if (job.ended < job.asked) return std::nullopt;

  CommandResult reply;
  reply.id = job.command.id;
  reply.stream = job.command.stream;
  reply.at_index = job.command.at_index;
  reply.done = job.accepted == job.asked;
  reply.value = job.asked == 1 ? result.level_uv : std::numeric_limits<double>::quiet_NaN();
  if (!reply.done) {
    reply.text = job.why_not;
  } else if (job.asked == 1) {
    reply.text = result.text;
  } else {
    reply.text.number(static_cast<double>(job.asked), 0) << " channels measured";
  }
  return reply;
}

void Calibrations::gap(std::uint64_t missing) noexcept {
  for (Lane& lane : lanes_) lane.trial.gap(missing);
}

std::optional<CommandResult> Calibrations::stop(std::size_t lane, std::string_view name,
                                                std::string_view why) noexcept {
  if (!running(lane)) return std::nullopt;
  lanes_[lane].trial.stop();
  --running_;
  return close(lane, {false, std::numeric_limits<double>::quiet_NaN(), why}, name);
}

}  // namespace myod::dsp
