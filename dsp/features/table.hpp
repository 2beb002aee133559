// The feature table: names, units and meaning of every number in a feature frame, in frame order. Wire, CSV, recording
// and documentation read it here; a feature is one row and one function.
#pragma once

#include <span>
#include <string_view>

#include "dsp/options.hpp"
#include "dsp/results.hpp"

namespace myod::dsp {

inline constexpr double control_envelope_hz = 10.0;  ///< Bessel, 2 poles
inline constexpr double control_hop_ms = 4.0;        ///< control frames end at round(k * 4 ms * rate)

struct FeatureRow {
  std::string_view name;                       ///< with its unit: rms_uv
  std::string_view unit;                       ///< uV, %, Hz, 1
  std::string_view meaning;                    ///< one sentence
  double (*window_ms)(const FeatureOptions&);  ///< length of the window the number describes
  double (*delay_ms)(const FeatureOptions&);   ///< group delay of the feature itself, after conditioning
  bool needs_band = false;                     ///< it means what it says of the whole band alone
};

/// The rows of one kind of frame.
std::span<const FeatureRow> feature_rows(FrameKind kind);

}  // namespace myod::dsp
