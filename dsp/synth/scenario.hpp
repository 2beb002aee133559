// What a simulated person does and through which electrode: the table of scenarios. A scenario is a row; the words
// there are what `myosim --list` and --scenario show.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "dsp/synth/interference.hpp"
#include "dsp/synth/pool.hpp"

namespace myod::dsp::synth {

/// Contractions in time: the excitation wanted from the muscle as a pure function of time.
struct Effort {
  double first_s = 2.5;                              ///< the rest level can be learned before
  double on_s = 3.0;                                 ///< length of a contraction, ramps included; 0: none
  double off_s = 3.0;                                ///< rest after it; 0: the first contraction never ends
  double ramp_s = 0.15;                              ///< rise and fall
  double tremor_hz = 0.0;                            ///< 0: none; else the excitation swings between 0 and the level
  bool alternate = true;                             ///< odd channels contract while even ones rest
  std::array<double, 4> levels{0.6, 0.6, 0.6, 0.6};  ///< of successive contractions, in turn

  double excitation(std::uint32_t channel, double time_s) const noexcept;
};

/// Fatigue: the share of conduction velocity lost grows with effort squared and recovers at rest.
struct FatigueOptions {
  double depth = 0.35;     ///< share of the velocity that exhaustion takes
  double onset_s = 240.0;  ///< time constant at full effort
  double recovery_s = 300.0;
};

struct Scenario {
  std::string_view name, description;
  Effort effort{};
  FatigueOptions fatigue{};
  PoolOptions pool{};
  InterferenceOptions interference{};
};

/// The first one is the default.
std::span<const Scenario> scenario_table();
const Scenario* find_scenario(std::string_view name);

}  // namespace myod::dsp::synth
