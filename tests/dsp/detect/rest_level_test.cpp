// The median that tracks rest is the true one, wherever it lies beside that of the block before.
#include "dsp/detect/rest_level.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "dsp/detect/levels.hpp"
#include "tests/dsp/recorder.hpp"

namespace {

using namespace myod;

constexpr double rate_hz = 2000.0, block_s = 0.5, tau_s = 20.0;
constexpr std::size_t block = 1000;

TEST(RestLevel, FollowsTheExactMedianOfABlockNearThatOfTheLastOneBelowItAndAboveIt) {
  dsp::RestLevel rest(rate_hz);
  rest.set(5.0);
  double variance = 25.0;
  const auto noise = test::oracle_noise(9 * block, 77);
  std::size_t i = 0;
  for (const double uv : {5.0, 5.2, 1.0, 20.0, 300.0, 4.9, 1e-9, 5.0, 0.0}) {
    std::vector<double> squares;
    for (std::size_t k = 0; k < block; ++k) {
      const double y = uv * noise[i++];
      squares.push_back(y * y);
      rest.track(y);
    }
    std::ranges::sort(squares);
    const double median = squares[block / 2];
    if (median > 0.0) variance += block_s / (block_s + tau_s) * (median / dsp::median_square_of_gaussian - variance);
    EXPECT_EQ(rest.variance(), variance) << uv;
  }
}

}  // namespace
