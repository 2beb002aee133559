// Gaps by the hundred become a line a second, and none is left uncounted.
#include "tools/myoctl/gap_digest.hpp"

#include <gtest/gtest.h>

namespace myod::myoctl {
namespace {

constexpr std::int64_t second = 1'000'000'000;

v1::Event gap(double at_s, double samples, const std::string& channel = {}) {
  v1::Event e;
  e.set_kind("gap");
  e.set_channel(channel);
  e.set_t_event_s(at_s);
  e.set_t_decision_s(at_s + samples / 1000.0);
  e.set_value(samples / 1000.0);
  return e;
}

TEST(GapDigest, AGapThatStandsAloneIsShownAtOnce) {
  GapDigest digest;
  EXPECT_TRUE(digest.shows(gap(1, 3), "arm", 1000, 0));
  EXPECT_FALSE(digest.due_ns());
  EXPECT_TRUE(digest.shows(gap(2, 3), "arm", 1000, second)) << "a second later it stands alone again";
  EXPECT_TRUE(digest.take(10 * second).empty());
}

TEST(GapDigest, ThoseThatFollowAreCountedInOneLineASecond) {
  GapDigest digest;
  std::uint64_t shown = 0, gaps = 0, samples = 0, lines = 0;
  for (int i = 0; i < 100; ++i) {  // 5 s of 20 gaps a second
    const std::int64_t now = i * second / 20;
    if (digest.shows(gap(i / 20.0, 1 + i % 3), "arm", 1000, now))
      ++shown, samples += 1 + static_cast<std::uint64_t>(i % 3);
    for (const auto& line : digest.take(now)) ++lines, gaps += line.gaps, samples += line.samples;
  }
  ASSERT_TRUE(digest.due_ns());
  for (const auto& line : digest.take(*digest.due_ns())) ++lines, gaps += line.gaps, samples += line.samples;
  EXPECT_EQ(shown, 1U);
  EXPECT_EQ(lines, 5U);
  EXPECT_EQ(shown + gaps, 100U);
  EXPECT_EQ(samples, 199U);
  EXPECT_FALSE(digest.due_ns());
}

TEST(GapDigest, KeepsSensorsAndChannelsApartAndLetsEverythingElsePass) {
  GapDigest digest;
  EXPECT_TRUE(digest.shows(gap(1, 1), "arm", 1000, 0));
  EXPECT_TRUE(digest.shows(gap(1, 1), "leg", 1000, 0));
  EXPECT_TRUE(digest.shows(gap(1, 1, "biceps"), "arm", 1000, 0));
  EXPECT_FALSE(digest.shows(gap(1.1, 2, "biceps"), "arm", 1000, 1));
  EXPECT_FALSE(digest.shows(gap(1.2, 35, "biceps"), "arm", 1000, 2));
  v1::Event onset;
  onset.set_kind("onset");
  EXPECT_TRUE(digest.shows(onset, "arm", 1000, 3));
  const auto due = digest.take(second);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].where, "biceps");
  EXPECT_DOUBLE_EQ(due[0].until_s, 1.235);
  EXPECT_EQ(text_of(due[0]), "2 more gaps, 37 samples (37 ms) lost");
}

}  // namespace
}  // namespace myod::myoctl
