// Activity of exact amplitude, inside and outside of what is expected.
#include "dsp/detect/unexpected.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace myod::dsp {
namespace {

constexpr double hop_s = 0.02, rest_uv = 3.0, unknown = std::numeric_limits<double>::quiet_NaN();

struct Bench {
  UnexpectedActivity watch{hop_s};
  double t_s = 0.0;
  std::vector<Unexpected> told;
  void play(double rms_uv, double seconds, double rest = rest_uv) {
    for (std::int64_t i = std::llround(seconds / hop_s); i > 0; --i) {
      t_s += hop_s;
      if (const auto u = watch.push(t_s, rms_uv, rest)) told.push_back(*u);
    }
  }
};

TEST(UnexpectedActivity, JudgesNothingBeforeSomebodySaidWhatIsExpected) {
  Bench b;
  b.play(100.0, 2.0);
  EXPECT_FALSE(b.watch.asked());
  EXPECT_TRUE(b.told.empty());
}

TEST(UnexpectedActivity, IsToldOncePerBurstWithItsStart) {
  Bench b;
  b.watch.expect(0.0);
  b.play(3.0, 2.0);
  b.play(70.0, 1.0);
  b.play(3.0, 1.0);
  b.play(60.0, 0.5);
  b.play(3.0, 1.0);
  ASSERT_EQ(b.told.size(), 2U);
  EXPECT_NEAR(b.told[0].start_s, 2.0 + hop_s - 0.075, 1e-9);
  EXPECT_DOUBLE_EQ(b.told[1].peak_uv, 60.0);
  EXPECT_FALSE(b.told[0].late || b.told[1].late);
}

TEST(UnexpectedActivity, WeakOrShortActivityIsNone) {
  Bench b;
  b.watch.expect(0.0);
  b.play(3.0, 1.0);
  b.play(11.0, 1.0);  // under 12 dB
  for (int burst = 0; burst < 3; ++burst) b.play(50.0, 0.08), b.play(3.0, 0.1);
  EXPECT_TRUE(b.told.empty());
  for (int beat = 0; beat < 10; ++beat) b.play(50.0, 0.26), b.play(3.0, 0.74);
  EXPECT_TRUE(b.told.empty()) << "a heart, each beat through the window of 150 ms";
}

TEST(UnexpectedActivity, AnExpectedContractionIsNoneAndMayEndHalfASecondLate) {
  Bench b;
  b.watch.expect(0.0);
  b.play(3.0, 1.0);
  b.watch.expect(b.t_s + 3.0);
  b.play(80.0, 3.4);
  b.play(3.0, 2.0);
  EXPECT_TRUE(b.told.empty());
}

TEST(UnexpectedActivity, WhatGoesOnAfterAnExpectedContractionIsTold) {
  Bench b;
  b.watch.expect(1.0);
  b.play(80.0, 3.0);
  ASSERT_EQ(b.told.size(), 1U);
  EXPECT_TRUE(b.told[0].late);
  EXPECT_NEAR(b.told[0].start_s, 1.5, 0.1);
  // What began shortly before it was expected goes on as expected.
  b.play(3.0, 1.0);
  b.play(80.0, 0.08);
  const double until_s = b.t_s + 1.0;
  b.watch.expect(until_s);
  b.play(80.0, 3.0);
  ASSERT_EQ(b.told.size(), 2U);
  EXPECT_TRUE(b.told[1].late);
  EXPECT_NEAR(b.told[1].start_s, until_s + 0.5, 0.1);
}

TEST(UnexpectedActivity, WhatIsNotKnownDecidesNothing) {
  Bench b;
  b.watch.expect(0.0);
  b.play(80.0, 1.0, unknown);
  b.play(80.0, 1.0, 0.0);
  b.play(unknown, 1.0);
  b.play(80.0, 0.08);
  b.play(unknown, 1.0);
  b.play(80.0, 0.08);
  EXPECT_TRUE(b.told.empty());
  b.play(80.0, 0.5);
  b.play(unknown, 1.0);
  b.play(80.0, 0.5);
  EXPECT_EQ(b.told.size(), 1U) << "nor that it is over";
}

TEST(UnexpectedActivity, AnotherOneGoesOnWithoutTellingTwice) {
  Bench b;
  b.watch.expect(0.0);
  b.play(3.0, 1.0);
  b.play(50.0, 1.0);
  UnexpectedActivity next{hop_s};
  next.plant(b.watch.state());
  b.watch = next;
  b.play(50.0, 1.0);
  b.play(3.0, 1.0);
  b.play(50.0, 1.0);
  EXPECT_EQ(b.told.size(), 2U);
}

}  // namespace
}  // namespace myod::dsp
