#include "dsp/synth/potential.hpp"

#include "dsp/math/math.hpp"

namespace myod::dsp::synth {

PotentialTable::PotentialTable() {
  const double first_peak = 0.42888194248035344;  // exp(-1/2) / sqrt(2), at x = 1 / sqrt(2)
  for (std::size_t i = 0; i < size; ++i) {
    const double x = static_cast<double>(i) / steps_per_lambda - half_width;
    const double bell = math::exp(-x * x);
    table_[i] = {x * bell / first_peak, (1.0 - 2.0 * x * x) * bell};
    energy_.first += table_[i].first * table_[i].first / steps_per_lambda;
    energy_.second += table_[i].second * table_[i].second / steps_per_lambda;
  }
}

const PotentialTable& PotentialTable::instance() {
  static const PotentialTable table;
  return table;
}

}  // namespace myod::dsp::synth
