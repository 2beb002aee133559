// What feeds the trends of a muscle, and the event when they say that it is tiring.
#include "dsp/pipeline_state.hpp"

namespace myod::dsp {
namespace {

constexpr double trend_valid = 0.95;  // of a window that enters a trend (dsp-spec 2.9)

}  // namespace

/// A window inside the effort under way is a point of the hold's trend.
void Pipeline::State::follow_hold(std::size_t lane, const SpectrumInput& in, Sink& sink) noexcept {
  const double end_s = seconds(pending.work.end), window_s = static_cast<double>(spectrum_samples) / rate_hz;
  const double start_s = pending.effort_start_s[lane];
  if (!(end_s - window_s >= start_s) || in.valid_samples < trend_valid * static_cast<double>(spectrum_samples)) return;
  const FatigueValues said{mean_frequency_hz(in.band), in.band.median_hz, in.activity.magnitudes_uv / in.valid_samples,
                           finsm5(in.band)};
  const double middle_s = end_s - 0.5 * window_s;
  if (muscles[lane].fatigue.window(start_s, middle_s, said)) tell_fatigue(lane, middle_s, end_s, sink);
}

/// A whole repetition with a spectrum is a point of the trend over the repetitions.
void Pipeline::State::follow_work(std::size_t lane, const Repetition& r, const Band& band, double decided_s,
                                  Sink& sink) noexcept {
  if (pending.work.open && pending.overtaken[lane] == 0) {  // that frame tells what stood before
    pending.overtaken[lane] = 1;
    pending.fatigue[lane] = muscles[lane].fatigue.work();
  }
  const double middle_s = 0.5 * (r.start_s + r.end_s);
  if (muscles[lane].fatigue.repetition(middle_s, {r.mnf_hz, r.mdf_hz, r.mean_uv, finsm5(band)}))
    tell_fatigue(lane, middle_s, decided_s, sink);
}

void Pipeline::State::tell_fatigue(std::size_t lane, double t_event_s, double t_decision_s, Sink& sink) noexcept {
  const Fatigue& fatigue = muscles[lane].fatigue;
  Event e = event(EventKind::fatigue, static_cast<std::int32_t>(channel(lane)), t_event_s, t_decision_s,
                  fatigue.summary().index);
  e.text = fatigue.words();
  if (rate_hz < full_band_rate_hz) e.text << ", limited:rate";
  sink.event(e, nullptr);
}

}  // namespace myod::dsp
