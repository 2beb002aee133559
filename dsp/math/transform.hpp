// Plan of a Stockham transform of real signals, over a tile of lanes: an even number of samples is transformed as half
// as many complex values (even samples real, odd ones imaginary), an odd number as it is. Lengths are 7-smooth.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "dsp/kernels/kernels.hpp"

namespace myod::dsp::math {

class Transform {
 public:
  explicit Transform(std::size_t samples);
  Transform(const Transform&) = delete;  // passes point into twiddles
  Transform& operator=(const Transform&) = delete;

  std::size_t values() const { return values_; }                        ///< complex ones
  const std::vector<TransformPass>& passes() const { return passes_; }  ///< in their order
  static std::array<double, 2> root(std::size_t k, std::size_t n);      ///< exp(-2 pi i k / n)

 private:
  std::size_t values_;
  std::vector<std::vector<double>> twiddles_;
  std::vector<TransformPass> passes_;
};

}  // namespace myod::dsp::math
