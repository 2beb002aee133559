#include "dsp/math/transform.hpp"

#include "dsp/math/math.hpp"

namespace myod::dsp::math {

Transform::Transform(std::size_t samples) : values_(samples % 2 == 0 ? samples / 2 : samples) {
  std::size_t length = values_, stride = 1;
  for (const std::size_t radix : {10U, 6U, 4U, 2U, 3U, 5U, 7U})  // few passes: each reads and writes all values
    for (; length % radix == 0; stride *= radix) {
      const std::size_t groups = length / radix;
      std::vector<double>& w = twiddles_.emplace_back();
      for (std::size_t p = 0; p < groups; ++p)
        for (std::size_t j = 1; j < radix; ++j)
          for (const double part : root(p * j, length)) w.push_back(part);
      passes_.push_back({radix, groups, stride, w.data()});
      length = groups;
    }
}

std::array<double, 2> Transform::root(std::size_t k, std::size_t n) {
  const double angle = -2.0 * pi * static_cast<double>(k % n) / static_cast<double>(n);
  return {math::cos(angle), math::sin(angle)};
}

}  // namespace myod::dsp::math
