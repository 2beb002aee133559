// Amplitude ratios that stand for decibels, and amplitudes without the noise that rest already has (clinical.md).
#pragma once

#include <cmath>

namespace myod::dsp {

inline constexpr double four_db = 1.5848931924611136;    ///< 10^(4/20)
inline constexpr double six_db = 1.9952623149688795;     ///< 10^(6/20)
inline constexpr double twelve_db = 3.9810717055349722;  ///< 10^(12/20)
inline constexpr double ln_twelve_db = 1.3815510557964275;

inline constexpr double median_square_of_gaussian = 0.45493642311957283;  ///< of its variance: median of chi2(1)

/// sqrt(A^2 - rest^2), 0 below rest; NaN stays NaN.
inline double without_noise(double amplitude_uv, double rest_uv) {
  const double square = amplitude_uv * amplitude_uv - rest_uv * rest_uv;
  return square < 0.0 ? 0.0 : std::sqrt(square);
}

/// The amplitude that reads `fraction` of the reference once rest is taken out of both.
inline double amplitude_at(double fraction, double rest_uv, double reference_uv) {
  const double reference = without_noise(reference_uv, rest_uv);
  return std::sqrt(rest_uv * rest_uv + fraction * fraction * reference * reference);
}

}  // namespace myod::dsp
