// sin, cos, tan, exp, log of this project: only + - * / and exact bit operations, so every CPU gives the same bits (the
// C library's differ with the CPU's FMA). Relative error at most 4e-16. Angles in radian, |x| <= 1e6; beyond it, and
// for NaN, the answer is NaN rather than a wrong number.
#pragma once

namespace myod::dsp::math {

inline constexpr double pi = 3.14159265358979323846;

double sin(double x) noexcept;
double cos(double x) noexcept;
double tan(double x) noexcept;
double exp(double x) noexcept;  ///< 0 below -745, infinity above 709.78
double log(double x) noexcept;  ///< natural; -infinity at 0, NaN below
inline double log10(double x) noexcept { return log(x) * 0.43429448190325182765; }

}  // namespace myod::dsp::math
