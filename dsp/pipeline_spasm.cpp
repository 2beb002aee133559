// Activity that nobody asked for: clonus, and contractions while none is expected.
#include <algorithm>
#include <cmath>

#include "dsp/pipeline_state.hpp"

namespace myod::dsp {
namespace {

// A stimulated muscle answers in the rhythm of its pulses, which is no clonus, from 4 Hz on.
constexpr double stimulated_s = 0.25;

}  // namespace

void Pipeline::State::watch_spasms(Lanes of, std::uint64_t end, Sink& sink) noexcept {
  const auto stimulated = static_cast<std::size_t>(std::ceil(stimulated_s * rate_hz));
  const auto tell = [&](std::size_t lane, double start_s, double value, const auto& text) {
    Event e = event(EventKind::spasm, static_cast<std::int32_t>(channel(lane)), before_filters_s(lane, start_s),
                    seconds(end), value);
    text(e.text);
    sink.event(e, nullptr);
  };
  const bool clean = validity.clean(end, stimulated);
  RhythmDetector::PerLane envelope_uv, rest_uv;
  envelope_uv.fill(unknown), rest_uv.fill(unknown);
  for (std::size_t lane = of.first; lane < of.end; ++lane) {
    const bool blanked = !clean && (validity.reasons(lane, end, stimulated) & reason_blanked) != 0;
    if (!blanked) envelope_uv[lane - of.first] = envelope_of(Envelopes::control, lane, end);
    rest_uv[lane - of.first] = muscles[lane].rest_uv();
  }
  rhythms[of.first / lane_tile].push(seconds(end), envelope_uv, rest_uv, [&](std::size_t of_tile, const Rhythm& found) {
    tell(of.first + of_tile, found.start_s, found.hz,
         [&](Text<120>& text) { (text << "clonus: bursts at ").number(found.hz, 1) << " Hz"; });
  });
  for (std::size_t lane = of.first; lane < of.end; ++lane) {
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
