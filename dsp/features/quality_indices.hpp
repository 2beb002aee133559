// How clean a second of surface EMG is, read from its power density before the recursive filters, mean removed: a
// high-pass would make SM trivially perfect. Pure formulas; NaN where nothing can be said.
//
// SM, SN, DP and Omega: Sinderby, Lindstrom, Grassino 1995, J Appl Physiol 79:1803-1815 ("Automatic assessment of
// electromyogram quality"), as dsp-spec 2.11 states them. Neither the formulas' details nor the limits of acceptance
// below were read in that paper: unverified.
#pragma once

#include <limits>

#include "dsp/features/spectrum.hpp"

namespace myod::dsp {

/// SM and DP are shown and gate nothing; SN and Omega do, while the muscle works (dsp-spec 2.11). All recalled.
inline constexpr double least_sn_db = 15.0, most_omega = 1.4;
/// Below this rate the upper fifth of the spectrum is the muscle's own, and SN says nothing of noise (own choice).
inline constexpr double least_sn_rate_hz = 1500.0;
/// Hum disturbs where the muscle stands less than 9 dB above it (CleanEMG 2011, abstract; dsp-spec 2.11).
inline constexpr double most_mains_db = -9.0;

struct QualityIndices {
  double sm_db = std::numeric_limits<double>::quiet_NaN();  ///< all power over that of motion below 20 Hz
  double sn_db = std::numeric_limits<double>::quiet_NaN();  ///< all power over noise of the upper fifth's density
  double dp_db = std::numeric_limits<double>::quiet_NaN();  ///< highest over lowest density, 13-point means, 35..600 Hz
  double omega = std::numeric_limits<double>::quiet_NaN();  ///< sqrt(M2 / M0) over M1 / M0
};

/// `raw`: all bins but that of 0 Hz, up to 0.45 of the rate. Motion is what stands below 20 Hz above the straight line
/// from (0 Hz, 0) to the highest 13-point mean above 35 Hz; without any, sm_db is NaN.
QualityIndices quality_indices(const Band& raw) noexcept;

/// Power of a mains line and of everything else in a band, uV^2. Both can be summed over several windows.
struct MainsPower {
  double line = 0.0, rest = 0.0;
};
/// In low_hz .. high_hz, uV^2.
double power_uv2(const Band& raw, double low_hz, double high_hz) noexcept;
/// `all_uv2`: power of the band. The line is what stands within 2 bins of `nominal_hz` above a floor interpolated
/// from 3..6 Hz beside it. NaN where the spectrum ends before that.
MainsPower mains_power(const Band& raw, double nominal_hz, double all_uv2) noexcept;

/// Line over rest. -40: none can be seen, or it is smaller.
double mains_ratio_db(const MainsPower& power) noexcept;

}  // namespace myod::dsp
