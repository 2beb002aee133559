// The schedule of tries by itself: no clock, no port.
#include "daemon/back_off.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace myod::daemon {
namespace {

TEST(BackOff, GrowsToFiveSecondsAndStaysThereForEver) {
  BackOff back_off(1);
  double whole_ms = 100.0;
  for (int i = 0; i < 10'000; ++i, whole_ms = std::min(5000.0, 2.0 * whole_ms)) {
    const auto ms = static_cast<double>(back_off.next().count());
    ASSERT_GE(ms, 0.75 * whole_ms - 1.0) << i;
    ASSERT_LE(ms, whole_ms) << i;
  }
}

TEST(BackOff, BeginsAnewAfterASuccess) {
  BackOff back_off(1);
  EXPECT_TRUE(back_off.fresh());
  for (int i = 0; i < 10; ++i) back_off.next();
  EXPECT_FALSE(back_off.fresh());
  back_off.reset();
  EXPECT_TRUE(back_off.fresh());
  EXPECT_LE(back_off.next().count(), 100);
}

TEST(BackOff, DoesNotTrySixteenSensorsAllAtOnce) {
  std::set<std::int64_t> delays;
  for (std::uint32_t seed = 1; seed <= 16; ++seed) {
    BackOff back_off(seed);
    for (int i = 0; i < 8; ++i) back_off.next();
    delays.insert(back_off.next().count());
  }
  EXPECT_GT(delays.size(), 12U) << "of 1250 that may be drawn";
  EXPECT_GT(*delays.rbegin() - *delays.begin(), 300);
}

TEST(BackOff, IsTheSameForTheSameSeed) {
  BackOff one(7), other(7);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(one.next(), other.next());
}

}  // namespace
}  // namespace myod::daemon
