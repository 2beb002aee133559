// What the functions of the feature table are given, one struct per kind of frame, and the call that fills one
// channel's numbers in the order of the rows. A feature is one row and one function in table.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "dsp/features/activity.hpp"
#include "dsp/features/conduction_velocity.hpp"
#include "dsp/features/fatigue.hpp"
#include "dsp/features/quality_indices.hpp"
#include "dsp/features/spectrum.hpp"

namespace myod::dsp {

inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Of amplitude and control frames. NaN: not known.
struct AmplitudeInput {
  double rms_uv = unknown, mean_magnitude = unknown;  ///< over the valid samples of the window
  double envelope_uv = unknown;
  double rest_uv = unknown, reference_uv = unknown, reference_percent = 100.0;
  double active = unknown, cusum = unknown;  ///< of the activation detector
  double onsets = unknown;                   ///< since the stream began
  double repetitions = unknown;              ///< since the stream began
};

inline constexpr FatigueSummary nothing_followed{};

/// Of spectrum frames.
struct SpectrumInput {
  Band band;
  Activity activity;
  double valid_samples = 0.0;
  double rate_hz = 0.0;
  double rest_uv = unknown;
  double active_fraction = unknown;  ///< of the window, by the activation detector
  const FatigueSummary* fatigue = &nothing_followed;
  QualityIndices quality;     ///< before the recursive filters
  double mains_db = unknown;  ///< over the last 4 s
};

void amplitude_values(const AmplitudeInput& in, std::span<double> out) noexcept;
void control_values(const AmplitudeInput& in, std::span<double> out) noexcept;
void spectrum_values(const SpectrumInput& in, std::span<double> out) noexcept;
/// Of a spectrum frame only what says how good the signal is.
void quality_values(const SpectrumInput& in, std::span<double> out) noexcept;
/// The two numbers of a spectrum frame that are known of a window that is not valid, too.
void spectrum_shares(double railed, double lost, std::span<double> out) noexcept;
/// The two that a spectrum frame's other numbers do not wait for: of the first channel of an array.
void velocity_values(const ConductionVelocity& velocity, std::span<double> out) noexcept;

}  // namespace myod::dsp
