// The activation statistics of a tile of lanes over many samples, as detect/onset.cpp has them of one lane and sample,
// and what the look for a rhythm multiplies.
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

void autocorrelation(double* out, const double* y, std::size_t rows, std::size_t lags) {
  constexpr std::size_t together = 13;  // lags: each sum alone would wait for itself
  const Register zero{};
  for (std::size_t r = 0; r < tile; ++r) {
    const auto row = [&](std::size_t k) -> Register { return at(y + k * lane_tile, r); };
    Register energy{};
    for (std::size_t k = 0; k < rows; ++k) energy += row(k) * row(k);
    at(out, r) = energy;
    Register early = energy, late = energy;
    for (std::size_t first = 1; first < lags; first += together) {
      Register sums[together] = {};
      for (std::size_t j = 0; j < together; ++j)  // rows that not all of these lags reach back from
        for (std::size_t k = first + j; k < first + together - 1 && k < rows; ++k)
          sums[j] += row(k) * row(k - first - j);
      for (std::size_t k = first + together - 1; k < rows; ++k)
        for (std::size_t j = 0; j < together; ++j) sums[j] += row(k) * row(k - first - j);
      for (std::size_t j = 0; j < together && first + j < lags; ++j) {
        const Register gone = row(first + j - 1), to_come = row(rows - first - j);
        late -= gone * gone, early -= to_come * to_come;
        const Register energies = late * early;
        const Mask some_energy = (late > zero) & (early > zero);
        at(out + (first + j) * lane_tile, r) = only_where(some_energy, sums[j] * magnitude(sums[j]) / energies);
      }
    }
  }
}

}  // namespace myod::dsp::MYOD_KERNELS
