// Events of the samples themselves, whatever they mean: lost ones, and edges of digital channels.
#include "dsp/pipeline_state.hpp"

namespace myod::dsp {

void Pipeline::State::tell_gap(std::int32_t channel, std::uint64_t begin, std::uint64_t end, std::uint64_t lost,
                               std::uint32_t block_flags, Sink& sink) noexcept {
  const bool guess = (block_flags & block_gap_uncertain) != 0;
  const auto count = static_cast<double>(lost);
  Event e = event(EventKind::gap, channel, seconds(begin), seconds(end), count / rate_hz);
  ((e.text << (guess ? "lost about " : "lost ")).number(count, 0) << (lost == 1 ? " sample (" : " samples ("))
          .number(1000.0 * count / rate_hz, 0)
      << " ms)";
  if (guess)
    e.text << ": an estimate, the sensor's counter cannot tell so many";
  else if ((block_flags & block_gap_by_clock) != 0)
    e.text << ", turns of the sensor's counter told by the host's clock";
  sink.event(e, nullptr);
}

/// Samples of single channels that came without a number, when the sample before `end` came with one again.
void Pipeline::State::tell_missing(std::uint64_t end, Sink& sink) noexcept {
  const std::size_t line = conditioner.line();
  for (std::size_t lane = 0; lane < lane_count; ++lane)
    if (const auto m = validity.take_missing(lane, end))
      tell_gap(static_cast<std::int32_t>(channel(lane)), m->begin - line, m->end - line, m->lost, 0, sink);
}

/// Not delayed: these channels are not conditioned.
void Pipeline::State::tell_edges(std::uint64_t index, Sink& sink) noexcept {
  while (const auto edge = edges.next(index)) {
    const double at_s = seconds(edge->index);
    Event e = event(EventKind::trigger, static_cast<std::int32_t>(edge->channel), at_s, at_s, edge->to);
    e.text.number(edge->from, 0) << " to ";
    e.text.number(edge->to, 0);
    if (edge->in_gap) e.text << ", within the gap before";
    sink.event(e, nullptr);
  }
}

}  // namespace myod::dsp
