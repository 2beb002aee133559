#include "daemon/silence.hpp"

#include <gtest/gtest.h>

namespace myod::daemon {
namespace {

constexpr std::int64_t second = 1'000'000'000;

AssemblerCounts skipped(std::uint64_t bytes, sensors::SkipReason why, std::uint64_t times) {
  AssemblerCounts counts;
  counts.skipped_bytes = bytes;
  counts.skips[static_cast<std::size_t>(why)] = times;
  return counts;
}

TEST(SkippedWatch, SaysSoWhileMostOfTheBytesOfTwoSecondsWereSkipped) {
  SkippedWatch watch;
  EXPECT_TRUE(watch.due(10 * second, 10'000, {})) << "the first look begins to count";
  EXPECT_FALSE(watch.due(11 * second, 15'000, skipped(4000, sensors::SkipReason::no_sync, 4000)));
  EXPECT_TRUE(watch.due(12 * second, 20'000, skipped(6000, sensors::SkipReason::no_sync, 6000)));
  EXPECT_TRUE(watch.mostly_skipped());
  EXPECT_TRUE(watch.due(14 * second, 30'000, skipped(6100, sensors::SkipReason::no_sync, 6100)));
  EXPECT_FALSE(watch.mostly_skipped());
}

TEST(SeenInstead, IsSaidInTheWordsOfTheWireAndTheMostFrequentFirst) {
  AssemblerCounts now = skipped(600, sensors::SkipReason::bad_field, 3);
  now.skips[static_cast<std::size_t>(sensors::SkipReason::no_sync)] = 500;
  now.skips[static_cast<std::size_t>(sensors::SkipReason::bad_length)] = 1;
  EXPECT_EQ(seen_instead({}, now, *sensors::find_sensor("cyton"), {}),
            "bytes that begin no frame (500 times), frames with a field that cannot be (3 times)");
  EXPECT_EQ(seen_instead({}, skipped(60, sensors::SkipReason::bad_field, 3), *sensors::find_sensor("ascii"), {}),
            "lines that are not all numbers (3 times)");
}

}  // namespace
}  // namespace myod::daemon
