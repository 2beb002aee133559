#include "dsp/synth/random.hpp"

#include <cmath>

namespace myod::dsp::synth {

double Random::normal() noexcept {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  double u = 0.0, v = 0.0, s = 0.0;
  do {
    u = 2.0 * uniform() - 1.0;
    v = 2.0 * uniform() - 1.0;
    s = u * u + v * v;
  } while (s >= 1.0 || s == 0.0);
  const double k = std::sqrt(-2.0 * math::log(s) / s);
  spare_ = v * k;
  has_spare_ = true;
  return u * k;
}

}  // namespace myod::dsp::synth
