#include "dsp/synth/scenario.hpp"

#include <algorithm>
#include <cmath>

namespace myod::dsp::synth {

double Effort::excitation(std::uint32_t channel, double time_s) const noexcept {
  if (on_s == 0.0) return 0.0;
  const bool endless = off_s == 0.0;
  const double late = alternate && channel % 2 == 1 && !endless ? 0.5 * (on_s + off_s) : 0.0;
  double t = time_s - first_s - late;
  if (t < 0.0) return 0.0;
  const double count = endless ? 0.0 : std::floor(t / (on_s + off_s));
  if (!endless) t -= count * (on_s + off_s);
  double level = levels[static_cast<std::size_t>(count) % levels.size()];
  level *= std::min(1.0, t / ramp_s);
  if (!endless) level *= std::clamp((on_s - t) / ramp_s, 0.0, 1.0);
  if (tremor_hz > 0.0) level *= 0.5 - 0.5 * math::cos(2.0 * math::pi * (tremor_hz * t - std::floor(tremor_hz * t)));
  return level;
}

namespace {

/// Survivors of a lesion: few, large after reinnervation, slow and irregular.
constexpr PoolOptions paretic_pool{.units = 5,
                                   .recruitment_range = 6.0,
                                   .last_threshold = 0.8,
                                   .amplitude_range = 3.0,
                                   .min_rate_hz = 5.0,
                                   .peak_rate_hz = 11.0,
                                   .peak_rate_fall_hz = 2.0,
                                   .rate_gain_hz = 8.0,
                                   .interval_cv = 0.3,
                                   .max_rms_uv = 40.0};

constexpr Effort resting{.on_s = 0.0};
constexpr Effort holding{.off_s = 0.0, .ramp_s = 0.3, .levels = {0.4, 0.4, 0.4, 0.4}};
constexpr Effort fatiguing{.off_s = 0.0, .ramp_s = 0.3, .levels = {0.6, 0.6, 0.6, 0.6}};
constexpr Effort climbing{.on_s = 4.0, .off_s = 2.0, .alternate = false, .levels = {0.1, 0.3, 0.6, 1.0}};
constexpr Effort shaking{.on_s = 6.0, .off_s = 4.0, .tremor_hz = 5.0, .levels = {0.3, 0.3, 0.3, 0.3}};
constexpr Effort cramping{.on_s = 0.4, .off_s = 7.6, .ramp_s = 0.02, .levels = {0.9, 0.9, 0.9, 0.9}};

constexpr InterferenceOptions electrode{.offset_uv = 300.0, .drift_uv = 20.0};

constexpr std::array<Scenario, 12> table{{
    {.name = "exercise",
     .description = "contractions of 3 s and rest in turn, left and right alternating, slow fatigue",
     .effort = {.levels = {0.55, 0.65, 0.6, 0.7}},
     .interference = electrode},
    {.name = "rest",
     .description = "no effort: electrode and amplifier noise only",
     .effort = resting,
     .interference = electrode},
    {.name = "hold",
     .description = "one steady effort of 40 % that never ends, slow fatigue",
     .effort = holding,
     .fatigue = {.onset_s = 60.0},
     .interference = electrode},
    {.name = "fatigue",
     .description = "one steady effort of 60 %, conduction velocity falling within a minute",
     .effort = fatiguing,
     .fatigue = {.onset_s = 15.0},
     .interference = electrode},
    {.name = "steps",
     .description = "efforts of 10, 30, 60 and 100 % in turn",
     .effort = climbing,
     .interference = electrode},
    {.name = "paretic",
     .description = "five surviving motor units, slow and irregular, after a stroke or lesion",
     .effort = {.on_s = 4.0, .off_s = 4.0, .ramp_s = 0.5, .levels = {0.5, 0.8, 0.3, 1.0}},
     .pool = paretic_pool,
     .interference = electrode},
    {.name = "tremor", .description = "efforts that shake at 5 Hz", .effort = shaking, .interference = electrode},
    {.name = "spasm",
     .description = "rest with sudden strong bursts of 0.4 s",
     .effort = cramping,
     .interference = electrode},
    {.name = "mains",
     .description = "exercise under 100 uV of 50 Hz hum with harmonics",
     .interference = {.offset_uv = 300.0, .drift_uv = 20.0, .mains_uv = 100.0}},
    {.name = "mains60",
     .description = "exercise under 100 uV of 60 Hz hum with harmonics",
     .interference = {.offset_uv = 300.0, .drift_uv = 20.0, .mains_uv = 100.0, .mains_hz = 60.0}},
    {.name = "ecg",
     .description = "exercise of a trunk muscle with a heart beat of 400 uV",
     .interference = {.offset_uv = 300.0, .drift_uv = 20.0, .ecg_uv = 400.0}},
    {.name = "motion",
     .description = "exercise with cable and electrode motion up to 1 mV",
     .interference = {.offset_uv = 300.0, .drift_uv = 100.0, .motion_uv = 1000.0}},
}};

}  // namespace

std::span<const Scenario> scenario_table() { return table; }

const Scenario* find_scenario(std::string_view name) {
  const auto it = std::find_if(table.begin(), table.end(), [&](const Scenario& s) { return s.name == name; });
  return it == table.end() ? nullptr : &*it;
}

}  // namespace myod::dsp::synth
