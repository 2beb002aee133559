// Finding out columns and rate from the data alone.
#include "daemon/discovery.hpp"

#include <gtest/gtest.h>

namespace myod::daemon {
namespace {

constexpr std::int64_t ms = 1'000'000;

TEST(ColumnVote, IsDecidedByTheMajorityOfTwentyLines) {
  ColumnVote vote;
  sensors::Frame frame;
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(vote.decided());
    frame.values = i % 4 == 0 ? 1 : 3;
    vote.add(frame);
  }
  EXPECT_TRUE(vote.decided());
  EXPECT_EQ(vote.winner(), 3U);
}

TEST(RateMeter, KnowsAfterFiveSecondsAndNotBefore) {
  RateMeter meter;
  for (std::int64_t t = 0; t < 5000; t += 10) {
    meter.add(static_cast<std::uint64_t>(t) * 4 / 5, t * ms, 0.0);
    ASSERT_EQ(meter.rate_hz(), 0.0) << t << " ms";
  }
  meter.add(4080, 5100 * ms, 0.0);
  EXPECT_NEAR(meter.rate_hz(), 800.0, 0.5);
}

TEST(RateMeter, LeavesPausesOut) {
  RateMeter meter;
  std::uint64_t frames = 0;
  for (std::int64_t t = 0; t < 8000; t += 10) {
    if (t < 2000 || t >= 3000) frames += 10;
    meter.add(frames, t * ms, 0.0);
  }
  EXPECT_NEAR(meter.rate_hz(), 1000.0, 5.0);
}

TEST(RateMeter, UsesADeviceTimeThatAgreesWithTheClockInAnyUnit) {
  for (const double per_second : {1.0, 1e3, 1e6}) {
    RateMeter meter;
    for (std::int64_t t = 0; t < 6000; t += 10) {
      const std::int64_t late = t % 250 == 0 ? t % 70 : 0;
      meter.add(static_cast<std::uint64_t>(t), (t + late) * ms, static_cast<double>(t) / 1000.0 * per_second);
    }
    EXPECT_NEAR(meter.rate_hz(), 1000.0, 0.5);
  }
}

}  // namespace
}  // namespace myod::daemon
