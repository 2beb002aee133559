#include "dsp/math/math.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "dsp/math/axis.hpp"
#include "dsp/math/denormals.hpp"
#include "dsp/math/spectral.hpp"
#include "oracle.hpp"

namespace {

namespace math = myod::dsp::math;

template <typename Ours, typename Truth>
double worst_error(Ours ours, Truth truth, double low, double high) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> x(low, high);
  double worst = 0.0;
  for (int i = 0; i < 200000; ++i) {
    const double at = x(random);
    const long double t = truth(static_cast<long double>(at));
    worst = std::max(worst, std::abs(static_cast<double>((static_cast<long double>(ours(at)) - t) / t)));
  }
  return worst;
}

TEST(Math, AgreesWithLongDoubleToOneUnitInTheLastPlace) {
  if (std::numeric_limits<long double>::digits < 64)
    GTEST_SKIP() << "SKIPPED: long double is no better than double here";
  for (const double range : {1e-6, 0.8, 7.0, 1000.0, 1e6}) {
    EXPECT_LE(worst_error(
                  math::sin, [](long double v) { return std::sin(v); }, -range, range),
              4e-16)
        << range;
    EXPECT_LE(worst_error(
                  math::cos, [](long double v) { return std::cos(v); }, -range, range),
              4e-16)
        << range;
    EXPECT_LE(worst_error(
                  math::tan, [](long double v) { return std::tan(v); }, -range, range),
              4e-16)
        << range;
  }
  for (const double range : {1e-3, 1.0, 50.0, 700.0})
    EXPECT_LE(worst_error(
                  math::exp, [](long double v) { return std::exp(v); }, -range, range),
              4e-16)
        << range;
  for (const double top : {1e-300, 1e-3, 0.999, 2.0, 1e5, 1e300})
    EXPECT_LE(worst_error(
                  math::log, [](long double v) { return std::log(v); }, 1e-3 * top, top),
              4e-16)
        << top;
  EXPECT_LE(worst_error(
                math::log, [](long double v) { return std::log(v); }, 0.99, 1.01),
            4e-16);
}

TEST(Math, EndsOfTheRangeAreExactOrNotANumber) {
  EXPECT_EQ(math::exp(0.0), 1.0);
  EXPECT_EQ(math::exp(710.0), std::numeric_limits<double>::infinity());
  EXPECT_EQ(math::exp(-800.0), 0.0);
  EXPECT_EQ(math::log(1.0), 0.0);
  EXPECT_EQ(math::log(0.0), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(math::sin(0.0), 0.0);
  EXPECT_EQ(math::cos(0.0), 1.0);
  for (const double bad : {std::nan(""), 1.1e6, -1.1e6, std::numeric_limits<double>::infinity()}) {
    EXPECT_TRUE(std::isnan(math::sin(bad)));
    EXPECT_TRUE(std::isnan(math::cos(bad)));
    EXPECT_TRUE(std::isnan(math::tan(bad)));
  }
  EXPECT_TRUE(std::isnan(math::exp(std::nan(""))));
  EXPECT_TRUE(std::isnan(math::log(-1.0)));
}

TEST(Math, HannIsThePeriodicOneOfSciPy) {
  for (const std::size_t n : {1U, 2U, 7U, 500U, 1000U}) {
    const auto w = math::hann(n);
    ASSERT_EQ(w.size(), n);
    if (n == 1) continue;  // SciPy makes an exception of 1
    for (const auto& [i, v] : myod::test::oracle("hann_" + std::to_string(n)))
      EXPECT_NEAR(w[i], v, 1e-15) << n << ' ' << i;
  }
}

TEST(Math, TransformLengthsHaveNoFactorAboveSeven) {
  EXPECT_EQ(math::largest_7_smooth(0), 0U);
  EXPECT_EQ(math::largest_7_smooth(1000), 1000U);
  EXPECT_EQ(math::largest_7_smooth(1926), 1920U);
  EXPECT_EQ(math::largest_7_smooth(11), 10U);
  EXPECT_EQ(math::largest_7_smooth(2053), 2048U);
}

TEST(Axis, HopsEndAtTheRoundedSampleHoweverLongTheStream) {
  // 20 ms at 1925.926 Hz: 38.51852 samples
  EXPECT_EQ(math::hop_end(1, 20000, 1925926), 39U);
  EXPECT_EQ(math::hop_end(2, 20000, 1925926), 77U);
  EXPECT_EQ(math::hop_end(50, 20000, 1925926), 1926U);
  // ten years at 4 kHz
  const std::uint64_t k = 10ULL * 365 * 86400 * 50;
  EXPECT_EQ(math::hop_end(k, 20000, 4000000), k * 80);
  EXPECT_EQ(math::window_samples(250.0, 1000000), 250U);
  EXPECT_EQ(math::window_samples(4.0, 100000), 1U);
}

TEST(Axis, AWalkResumedAnywhereMeetsTheSameHops) {
  math::Hops whole(20.0, 1925926);
  for (const std::uint64_t start : {0ULL, 38ULL, 39ULL, 40ULL, 123456ULL, 9999999ULL}) {
    math::Hops resumed(20.0, 1925926);
    resumed.restart(start);
    whole.skip(start);
    EXPECT_EQ(resumed.next(), whole.next()) << start;
    EXPECT_GT(resumed.next(), start);
  }
}

TEST(Axis, NanosecondsNeitherOverflowNorDrift) {
  EXPECT_EQ(math::nanoseconds(1, 1000000), 1000000);
  EXPECT_EQ(math::nanoseconds(-1, 1000000), -1000000);
  EXPECT_EQ(math::nanoseconds(2000LL * 86400 * 365, 2000000), 86400LL * 365 * 1000000000);
}

TEST(Denormals, AreZeroWhileTheGuardLivesAndBackAfterwards) {
  volatile double tiny = std::numeric_limits<double>::min();
  volatile double half = 0.5;
  {
    const math::FlushDenormals guard;
    EXPECT_EQ(tiny * half, 0.0);
  }
  EXPECT_GT(tiny * half, 0.0);
}

}  // namespace
