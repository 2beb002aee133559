// The pool of motor units: effort, conduction velocity and sparse firing come out as physiology says.
#include "dsp/synth/pool.hpp"

#include <gtest/gtest.h>

#include "dsp/synth/scenario.hpp"
#include "tests/dsp/synth/measure.hpp"

namespace {

using myod::dsp::synth::MotorPool;
using myod::dsp::synth::PoolOptions;

/// `seconds` at constant excitation, after one second to settle.
std::vector<double> hold(double excitation, double velocity, double seconds, std::uint64_t seed,
                         double rate_hz = 1000.0) {
  MotorPool pool(rate_hz, {}, seed);
  for (int i = 0; i < static_cast<int>(rate_hz); ++i) pool.step(excitation, velocity);
  std::vector<double> emg(static_cast<std::size_t>(seconds * rate_hz));
  for (double& v : emg) v = pool.step(excitation, velocity);
  return emg;
}

TEST(MotorPool, IsSilentBelowItsFirstThreshold) {
  MotorPool pool(1000.0, {}, 1);
  for (int i = 0; i < 5000; ++i) EXPECT_EQ(pool.step(0.9 * pool.threshold(0), 1.0), 0.0);
  EXPECT_EQ(pool.recruited(), 0U);
}

TEST(MotorPool, GrowsWithEveryStepOfEffortUpToItsStatedMaximum) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    double last = 0.0;
    for (const double e : {0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0}) {
      const double level = myod::test::rms(hold(e, 1.0, 10.0, seed));
      EXPECT_GT(level, last) << "excitation " << e << " seed " << seed;
      last = level;
    }
    EXPECT_NEAR(last, PoolOptions{}.max_rms_uv, 0.1 * PoolOptions{}.max_rms_uv) << "seed " << seed;
  }
}

TEST(MotorPool, HasTheSpectrumOfSurfaceEmg) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed)
    for (const double e : {0.2, 0.4, 0.6, 0.8, 1.0}) {
      const double mdf_hz = myod::test::median_frequency_hz(hold(e, 1.0, 10.0, seed), 1000);
      EXPECT_GT(mdf_hz, 70.0) << "excitation " << e << " seed " << seed;
      EXPECT_LT(mdf_hz, 110.0) << "excitation " << e << " seed " << seed;
    }
}

TEST(MotorPool, CompressesItsSpectrumByTheConductionVelocityAndGrowsInAmplitude) {
  for (const double velocity : {0.9, 0.8, 0.7}) {
    const auto fresh = hold(0.6, 1.0, 30.0, 4), tired = hold(0.6, velocity, 30.0, 4);
    const double ratio = myod::test::median_frequency_hz(tired, 1000) / myod::test::median_frequency_hz(fresh, 1000);
    EXPECT_NEAR(ratio, velocity, 0.03) << velocity;
    // The same peak over a longer time: power grows as 1 / velocity.
    EXPECT_NEAR(myod::test::rms(tired) / myod::test::rms(fresh), 1.0 / std::sqrt(velocity), 0.05) << velocity;
  }
}

TEST(MotorPool, SoundsTheSameAtAnyRate) {
  const double slow = myod::test::rms(hold(0.6, 1.0, 20.0, 2, 1000.0));
  for (const double rate_hz : {100.0, 500.0, 2000.0, 4000.0})
    EXPECT_NEAR(myod::test::rms(hold(0.6, 1.0, 20.0, 2, rate_hz)), slow, 0.1 * slow) << rate_hz << " Hz";
}

TEST(MotorPool, FiresAtItsRateAndNoFaster) {
  MotorPool pool(1000.0, {.units = 1}, 3);
  const double e = 0.9;
  for (int i = 0; i < 100000; ++i) pool.step(e, 1.0);
  EXPECT_NEAR(static_cast<double>(pool.firings()) / 100.0, pool.rate_hz(0, e), 0.05 * pool.rate_hz(0, e));
  EXPECT_LE(pool.rate_hz(0, 1.0), PoolOptions{}.peak_rate_hz);
}

TEST(MotorPool, IsSparseInAPareticMuscle) {
  const auto* paretic = myod::dsp::synth::find_scenario("paretic");
  ASSERT_NE(paretic, nullptr);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    MotorPool pool(1000.0, paretic->pool, seed);
    for (int i = 0; i < 60000; ++i) pool.step(0.5, 1.0);
    ASSERT_GT(pool.recruited(), 0U);
    const double per_unit_hz = static_cast<double>(pool.firings()) / 60.0 / pool.recruited();
    EXPECT_LE(pool.recruited(), 5U);
    EXPECT_GT(per_unit_hz, 4.0);
    EXPECT_LT(per_unit_hz, 12.0);
  }
}

}  // namespace
