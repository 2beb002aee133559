// What a pipeline remembers of a person when a settings change replaces it: fixed-size, plain, recorded in the journal.
// Filters are not here: they warm-start, and windows stay invalid until refilled. The host time at which it was taken
// is not here either: a seed belongs to a sample index.
#pragma once

#include <cstdint>
#include <limits>

#include "dsp/command.hpp"

namespace myod::dsp {

/// Per channel. NaN: not known.
struct ChannelSeed {
  double rest_uv = std::numeric_limits<double>::quiet_NaN();  ///< sigma0 of the activation detector
  double calibrated_rest_uv = std::numeric_limits<double>::quiet_NaN();
  double reference_uv = std::numeric_limits<double>::quiet_NaN();
  double reference_percent = 100.0;
  ReferenceKind reference_kind = ReferenceKind::none;
  double session_peak_uv = 0.0;  ///< the repetition counter's decaying maximum
  std::uint32_t repetitions = 0;
  double last_repetition_end_s = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace myod::dsp
