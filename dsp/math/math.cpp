// Argument reduction and minimax polynomials after fdlibm (http://www.netlib.org/fdlibm), whose notice is:
// Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunSoft, a Sun Microsystems, Inc.
// business. Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice
// is preserved.
#include "dsp/math/math.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <limits>

namespace myod::dsp::math {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double angle_limit = 1e6;

double magnitude(double x) { return x < 0.0 ? -x : x; }

/// The upper 32 bits kept, the rest zero.
double upper_half(double x) { return std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) & 0xFFFFFFFF00000000ULL); }

int exponent_of(double x) { return static_cast<int>((std::bit_cast<std::uint64_t>(x) >> 52U) & 0x7FFU); }

/// x = quadrant * pi/2 + hi + lo, |hi| <= pi/4 and a little.
struct Reduced {
  double hi, lo;
  unsigned quadrant;
};

Reduced reduce(double x) {
  constexpr double two_over_pi = 6.36619772367581382433e-01;
  constexpr double to_integer = 6755399441055744.0;  // 1.5 * 2^52: adding and subtracting it rounds to an integer
  // pi/2 in three pieces of 33 bits, and what remains after each
  constexpr double p1 = 1.57079632673412561417e+00, r1 = 6.07710050650619224932e-11;
  constexpr double p2 = 6.07710050630396597660e-11, r2 = 2.02226624879595063154e-21;
  constexpr double p3 = 2.02226624871116645580e-21, r3 = 8.47842766036889956997e-32;
  const double n = (x * two_over_pi + to_integer) - to_integer;
  double t = x - n * p1;
  double w = n * r1;
  double hi = t - w;
  const int ex = exponent_of(x);
  if (ex - exponent_of(hi) > 16) {
    const double before = t;
    w = n * p2;
    t = before - w;
    w = n * r2 - ((before - t) - w);
    hi = t - w;
    if (ex - exponent_of(hi) > 49) {
      const double again = t;
      w = n * p3;
      t = again - w;
      w = n * r3 - ((again - t) - w);
      hi = t - w;
    }
  }
  return {hi, (t - hi) - w, static_cast<unsigned>(static_cast<std::int64_t>(n) & 3)};
}

double sin_kernel(double x, double y) {
  constexpr double s1 = -1.66666666666666324348e-01, s2 = 8.33333333332248946124e-03, s3 = -1.98412698298579493134e-04,
                   s4 = 2.75573137070700676789e-06, s5 = -2.50507602534068634195e-08, s6 = 1.58969099521155010221e-10;
  const double z = x * x;
  const double w = z * z;
  const double r = s2 + z * (s3 + z * s4) + z * w * (s5 + z * s6);
  const double v = z * x;
  return x - ((z * (0.5 * y - v * r) - y) - v * s1);
}

double cos_kernel(double x, double y) {
  constexpr double c1 = 4.16666666666666019037e-02, c2 = -1.38888888888741095749e-03, c3 = 2.48015872894767294178e-05,
                   c4 = -2.75573143513906633035e-07, c5 = 2.08757232129817482790e-09, c6 = -1.13596475577881948265e-11;
  const double z = x * x;
  const double zz = z * z;
  const double r = z * (c1 + z * (c2 + z * c3)) + zz * zz * (c4 + z * (c5 + z * c6));
  const double half = 0.5 * z;
  const double w = 1.0 - half;
  return w + (((1.0 - w) - half) + (z * r - x * y));
}

/// tan(x + y), or -1 / tan(x + y) when `odd`.
double tan_kernel(double x, double y, bool odd) {
  constexpr std::array<double, 13> t{
      3.33333333333334091986e-01, 1.33333333333201242699e-01, 5.39682539762260521377e-02, 2.18694882948595424599e-02,
      8.86323982359930005737e-03, 3.59207910759131235356e-03, 1.45620945432529025516e-03, 5.88041240820264096874e-04,
      2.46463134818469906812e-04, 7.81794442939557092300e-05, 7.14072491382608190305e-05, -1.85586374855275456654e-05,
      2.59073051863633712884e-05};
  constexpr double quarter_hi = 7.85398163397448278999e-01, quarter_lo = 3.06161699786838301793e-17;
  const bool negative = x < 0.0;
  const bool big = magnitude(x) >= 0.67434;
  if (big) {
    if (negative) x = -x, y = -y;
    x = (quarter_hi - x) + (quarter_lo - y);
    y = 0.0;
  }
  const double z = x * x;
  const double w2 = z * z;
  const double even = z * (t[2] + w2 * (t[4] + w2 * (t[6] + w2 * (t[8] + w2 * (t[10] + w2 * t[12])))));
  double r = t[1] + w2 * (t[3] + w2 * (t[5] + w2 * (t[7] + w2 * (t[9] + w2 * t[11])))) + even;
  const double cube = z * x;
  r = y + z * (cube * r + y) + cube * t[0];
  const double w = x + r;
  if (big) {
    const double s = odd ? -1.0 : 1.0;
    const double v = s - 2.0 * (x + (r - w * w / (w + s)));
    return negative ? -v : v;
  }
  if (!odd) return w;
  const double w_hi = upper_half(w);
  const double v = r - (w_hi - x);
  const double a = -1.0 / w;
  const double a_hi = upper_half(a);
  return a_hi + a * (1.0 + a_hi * w_hi + a_hi * v);
}

double power_of_two(int k) { return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52U); }

}  // namespace

double sin(double x) noexcept {
  if (!(magnitude(x) <= angle_limit)) return nan;
  if (magnitude(x) < 1e-9) return x;  // the sign of zero, and tiny angles exactly
  const Reduced a = reduce(x);
  const double v = (a.quadrant & 1U) == 0 ? sin_kernel(a.hi, a.lo) : cos_kernel(a.hi, a.lo);
  return a.quadrant >= 2 ? -v : v;
}

double cos(double x) noexcept {
  if (!(magnitude(x) <= angle_limit)) return nan;
  const Reduced a = reduce(x);
  const double v = (a.quadrant & 1U) == 0 ? cos_kernel(a.hi, a.lo) : sin_kernel(a.hi, a.lo);
  return a.quadrant == 1 || a.quadrant == 2 ? -v : v;
}

double tan(double x) noexcept {
  if (!(magnitude(x) <= angle_limit)) return nan;
  if (magnitude(x) < 1e-9) return x;
  const Reduced a = reduce(x);
  return tan_kernel(a.hi, a.lo, (a.quadrant & 1U) != 0);
}

double exp(double x) noexcept {
  constexpr double ln2_hi = 6.93147180369123816490e-01, ln2_lo = 1.90821492927058770002e-10;
  constexpr double one_over_ln2 = 1.44269504088896338700e+00;
  constexpr double p1 = 1.66666666666666019037e-01, p2 = -2.77777777770155933842e-03, p3 = 6.61375632143793436117e-05,
                   p4 = -1.65339022054652515390e-06, p5 = 4.13813679705723846039e-08;
  if (x != x) return nan;
  if (x > 709.782712893383973096) return infinity;
  if (x < -745.13321910194110842) return 0.0;
  const int k = static_cast<int>(one_over_ln2 * x + (x < 0.0 ? -0.5 : 0.5));
  const double hi = x - k * ln2_hi;
  const double lo = k * ln2_lo;
  const double r = hi - lo;
  const double t = r * r;
  const double c = r - t * (p1 + t * (p2 + t * (p3 + t * (p4 + t * p5))));
  const double y = 1.0 - ((lo - (r * c) / (2.0 - c)) - hi);
  if (k > 1023) return y * 2.0 * power_of_two(1023);
  if (k < -1022) return y * power_of_two(k + 1000) * power_of_two(-1000);
  return y * power_of_two(k);
}

double log(double x) noexcept {
  constexpr double ln2_hi = 6.93147180369123816490e-01, ln2_lo = 1.90821492927058770002e-10;
  constexpr double l1 = 6.666666666666735130e-01, l2 = 3.999999999940941908e-01, l3 = 2.857142874366239149e-01,
                   l4 = 2.222219843214978396e-01, l5 = 1.818357216161805012e-01, l6 = 1.531383769920937332e-01,
                   l7 = 1.479819860511658591e-01;
  if (x != x || x < 0.0) return nan;
  if (x == 0.0) return -infinity;
  if (x == infinity) return x;
  int k = 0;
  if (x < std::numeric_limits<double>::min()) x *= power_of_two(54), k = -54;
  // x = 2^k m, m in sqrt(1/2)..sqrt(2)
  constexpr std::uint64_t root_half = 0x3FE6A09E00000000ULL, one = 0x3FF0000000000000ULL;
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x) + (one - root_half);
  k += static_cast<int>(bits >> 52U) - 1023;
  const double f = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFFULL) + root_half) - 1.0;
  const double half_square = 0.5 * f * f;
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double w = z * z;
  const double r = w * (l2 + w * (l4 + w * l6)) + z * (l1 + w * (l3 + w * (l5 + w * l7)));
  return s * (half_square + r) + k * ln2_lo - half_square + f + k * ln2_hi;
}

}  // namespace myod::dsp::math
