#include "dsp/math/spectral.hpp"

#include "dsp/math/math.hpp"

namespace myod::dsp::math {

std::vector<double> hann(std::size_t n) {
  std::vector<double> w(n);
  for (std::size_t i = 0; i < n; ++i)
    w[i] = 0.5 - 0.5 * cos(2.0 * pi * static_cast<double>(i) / static_cast<double>(n));
  return w;
}

std::size_t largest_7_smooth(std::size_t n) {
  for (; n > 0; --n) {
    std::size_t rest = n;
    for (const std::size_t prime : {2U, 3U, 5U, 7U})
      while (rest % prime == 0) rest /= prime;
    if (rest == 1) return n;
  }
  return 0;
}

}  // namespace myod::dsp::math
