// Activity that nobody asked for: clonus, and contractions while none is expected.
#include <algorithm>
#include <cmath>

#include "dsp/pipeline_state.hpp"

namespace myod::dsp {
namespace {

// A stimulated muscle answers in the rhythm of its pulses, which is no clonus, from 4 Hz on.
constexpr double stimulated_s = 0.25;

}  // namespace

void Pipeline::State::watch_spasms(std::uint64_t end, Sink& sink) noexcept {
  const auto stimulated = static_cast<std::size_t>(std::ceil(stimulated_s * rate_hz));
  const auto tell = [&](std::size_t lane, double start_s, double value, const auto& text) {
    Event e = event(EventKind::spasm, static_cast<std::int32_t>(channel(lane)), before_filters_s(lane, start_s),
                    seconds(end), value);
    text(e.text);
    sink.event(e, nullptr);
  };
  RhythmDetector::PerLane envelope_uv, rest_uv;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    const bool blanked = lane < lane_count && (validity.reasons(lane, end, stimulated) & reason_blanked) != 0;
    envelope_uv[lane % lane_tile] =
        lane < lane_count && !blanked ? envelope_of(Envelopes::control, lane, end) : unknown;
    rest_uv[lane % lane_tile] = lane < lane_count ? muscles[lane].rest_uv() : unknown;
    if (lane % lane_tile != lane_tile - 1) continue;
    rhythms[lane / lane_tile].push(seconds(end), envelope_uv, rest_uv, [&](std::size_t of_tile, const Rhythm& found) {
      tell(lane + 1 - lane_tile + of_tile, found.start_s, found.hz,
           [&](Text<120>& text) { (text << "clonus: bursts at ").number(found.hz, 1) << " Hz"; });
    });
  }
  for (std::size_t lane = 0; lane < lane_count; ++lane) {
    Lane& muscle = muscles[lane];
    if (!muscle.unexpected.asked()) continue;
    if (const auto found = muscle.unexpected.push(seconds(end), effort_uv(lane, end), muscle.rest_uv()))
      tell(lane, found->start_s, found->peak_uv, [&](Text<120>& text) {
        text << (found->late ? "still active, no contraction is expected any more"
                             : "active while no contraction is expected");
      });
  }
}

}  // namespace myod::dsp
