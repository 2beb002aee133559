// The activation statistics of a tile of lanes over many samples, as detect/onset.cpp has them of one lane and sample.
#include "dsp/kernels/source/parts.hpp"
#include "dsp/kernels/source/registers.hpp"

namespace myod::dsp::MYOD_KERNELS {

bool onset(OnsetTile& t, const OnsetLimits& limits, const double* y, double first_index, std::size_t rows,
           std::size_t lanes) {
  constexpr double ln2 = 0.6931471805599453, ln4 = 1.3862943611198906;
  Mask any{};
  for (std::size_t r = 0; r < tile; ++r) {
    Register s = at(t.s, r), q = at(t.q, r), zero = at(t.zero_index, r), since = at(t.since_zero, r);
    const Register variance = at(t.variance, r);
    const Mask active = at(t.active, r) != 0.0;
    Mask changed{};
    for (std::size_t i = 0; i < rows; ++i) {
      const Register v = at(y + i * lanes, r);
      Register z = v * v / variance;
      z = z > limits.clip ? Register{} + limits.clip : z;
      s = s + 0.5 * (z * 0.75 - ln4);
      s = s > 0.0 ? s : Register{};
      Register off = q + 0.5 * (ln2 - z * 0.5);
      off = off > 0.0 ? off : Register{};
      off = off > limits.threshold ? Register{} + limits.threshold : off;
      q = active ? off : q;
      const Mask at_zero = (active ? q : s) == 0.0;
      zero = at_zero ? Register{} + (first_index + static_cast<double>(i)) : zero;
      since = at_zero ? Register{} : since + 1.0;
      changed |= active ? (q >= limits.threshold) & (since >= limits.quiet_samples)
                        : (s > limits.threshold) & (since >= limits.least_samples);
    }
    at(t.s, r) = s, at(t.q, r) = q, at(t.zero_index, r) = zero, at(t.since_zero, r) = since;
    any |= changed;
  }
  return some(any);
}

}  // namespace myod::dsp::MYOD_KERNELS
