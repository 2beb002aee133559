// The action potential of a motor unit as surface electrodes see it: a mixture of the first two Hermite-Rodriguez
// functions, x exp(-x^2) and (1 - 2x^2) exp(-x^2) with x = time / lambda (Lo Conte, Merletti, Sandri 1994). lambda is
// the length of the active zone over the conduction velocity, so a slower fibre gives a longer, lower-frequency
// potential.
#pragma once

#include <array>
#include <cstddef>

namespace myod::dsp::synth {

/// The two functions, each with peak 1, tabulated once for the whole program; evaluation costs two interpolations.
class PotentialTable {
 public:
  static constexpr double half_width = 3.0;  ///< in lambda; beyond it the functions are below 0.3 % of their peak
  static const PotentialTable& instance();

  /// first * f1(x) + second * f2(x); |x| must be below half_width.
  double at(double x, double first, double second) const noexcept {
    const double position = (x + half_width) * steps_per_lambda;
    const auto i = static_cast<std::size_t>(position);
    const double w = position - static_cast<double>(i);
    const Pair &a = table_[i], &b = table_[i + 1];
    return first * (a.first + w * (b.first - a.first)) + second * (a.second + w * (b.second - a.second));
  }

  /// Integral over x of the square; times lambda it is the energy of one potential.
  double energy(double first, double second) const noexcept {
    return first * first * energy_.first + second * second * energy_.second;  // odd and even: orthogonal
  }

 private:
  struct Pair {
    double first = 0.0, second = 0.0;
  };
  static constexpr double steps_per_lambda = 128.0;
  static constexpr std::size_t size = static_cast<std::size_t>(2.0 * half_width * steps_per_lambda) + 2;

  PotentialTable();

  std::array<Pair, size> table_{};
  Pair energy_;
};

}  // namespace myod::dsp::synth
