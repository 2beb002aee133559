// What two muscles do together, from amplitudes with the rest level taken out. Pure formulas; NaN where nothing can be
// said.
#pragma once

#include <algorithm>
#include <limits>

namespace myod::dsp {

/// After Falconer and Winter 1985 (Electromyogr Clin Neurophysiol 25:135-149; recalled, not re-read: unverified): the
/// area both have in common, twice, in percent of the area of both; here of one instant.
/// 0: one works alone, 100: both alike.
inline double falconer_winter_pct(double a_pct, double b_pct) noexcept {
  const double sum = a_pct + b_pct;
  return sum > 0.0 ? 200.0 * std::min(a_pct, b_pct) / sum : std::numeric_limits<double>::quiet_NaN();
}

/// After Rudolph, Axe, Snyder-Mackler 2000 (Knee Surg Sports Traumatol Arthrosc 8:262-269; recalled, not re-read:
/// unverified): lower over higher, times both. 0: one works alone, 200: both at their reference.
inline double rudolph_pct(double a_pct, double b_pct) noexcept {
  const double sum = a_pct + b_pct;  // NaN when either is, which min and max would hide
  return sum > 0.0 ? std::min(a_pct, b_pct) / std::max(a_pct, b_pct) * sum : std::numeric_limits<double>::quiet_NaN();
}

/// 100 (first - second) / (first + second): -100 .. 100, 0 when alike; this project's own choice. The classic index is
/// twice this and unbounded.
inline double symmetry_pct(double first, double second) noexcept {
  const double sum = first + second;
  return sum > 0.0 ? 100.0 * (first - second) / sum : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace myod::dsp
