// Efforts and pauses of exact amplitude: what counts, what continues, what a gap does, and planned weak efforts.
#include "dsp/detect/repetition.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace myod::dsp {
namespace {

constexpr double hop_s = 0.02, unknown = std::numeric_limits<double>::quiet_NaN();
constexpr double amplitude_of_20_percent = 20.6;  // of a reference of 100 uV over a rest of 5 uV

class Bench {
 public:
  explicit Bench(double target_pct = 0.0) : counter(hop_s, {true, target_pct}) {}
  void play(double rms_uv, double seconds, bool valid = true) {
    for (int i = 0; i < static_cast<int>(seconds / hop_s + 0.5); ++i) {
      t_s += hop_s;
      keep(counter.push(t_s, rms_uv, rms_uv, valid));
    }
  }
  /// Lost signal, and the 150 ms until a window is full again.
  void lose(double seconds) {
    keep(counter.gap(t_s));
    t_s += seconds;
    play(unknown, 0.14, false);
  }
  void keep(const std::optional<RepetitionEnd>& r) {
    if (r) told.push_back(*r);
  }
  RepetitionCounter counter;
  double t_s = 0.0;
  std::vector<RepetitionEnd> told;
};

TEST(RepetitionCounter, TellsStartEndPeakMeanAndTheRestBefore) {
  Bench b;
  b.play(3.0, 2.0);
  b.play(100.0, 1.0);
  b.play(3.0, 2.0);
  b.play(80.0, 0.5);
  b.play(3.0, 1.0);
  ASSERT_EQ(b.told.size(), 2U);
  const auto &first = b.told[0], &second = b.told[1];
  EXPECT_NEAR(first.start_s, 2.0 + hop_s - 0.075, 1e-9);
  EXPECT_NEAR(first.end_s, 3.0 + hop_s - 0.075, 1e-9);
  EXPECT_NEAR(first.decided_s, 3.0 + hop_s + 0.26, 1e-9) << "250 ms, on the next hop";
  EXPECT_DOUBLE_EQ(first.peak_uv, 100.0);
  EXPECT_DOUBLE_EQ(first.mean_uv, 100.0);
  EXPECT_TRUE(std::isnan(first.rest_before_s));
  EXPECT_EQ(first.number, 1U);
  EXPECT_TRUE(first.complete);
  EXPECT_NEAR(second.rest_before_s, 2.0, 1e-9);
  EXPECT_EQ(second.number, 2U);
}

TEST(RepetitionCounter, LeavesOutWhatIsTooShortOrTooWeak) {
  Bench b;
  b.play(1.0, 2.0);
  b.play(100.0, 1.0);
  b.play(1.0, 1.0);
  b.play(100.0, 0.08);
  b.play(1.0, 1.0);
  b.play(33.0, 1.0);
  b.play(1.0, 1.0);
  EXPECT_EQ(b.told.size(), 1U);
  b.play(100.0, 0.1);
  b.play(1.0, 1.0);
  EXPECT_EQ(b.told.size(), 2U) << "100 ms is enough";
  b.play(37.0, 1.0);
  b.play(1.0, 1.0);
  EXPECT_EQ(b.told.size(), 3U) << "35 % of a maximum that has decayed is enough";
}

TEST(RepetitionCounter, ContinuesAcrossPausesUnderAQuarterSecond) {
  for (const double pause : {0.1, 0.24, 0.3}) {
    Bench b;
    b.play(3.0, 2.0);
    b.play(100.0, 0.5);
    b.play(3.0, pause);
    b.play(100.0, 0.5);
    b.play(3.0, 1.0);
    EXPECT_EQ(b.told.size(), pause < 0.25 ? 1U : 2U) << pause;
    EXPECT_NEAR(b.told.back().end_s, 3.0 + pause + hop_s - 0.075, 1e-9);
    if (pause < 0.25) {
      EXPECT_NEAR(b.told[0].mean_uv, (100.0 * 1.0 + 3.0 * pause) / (1.0 + pause), 1e-9);
    }
  }
}

TEST(RepetitionCounter, AWeakMuscleMayPauseForLonger) {
  for (const auto& [reference_uv, repetitions] : {std::pair(12.56, 1U), std::pair(100.0, 2U)}) {  // 8 and 26 dB
    Bench b;
    b.counter.set_levels(5.0, reference_uv);
    b.play(5.0, 1.0);
    b.play(reference_uv, 1.0);
    b.play(5.0, 0.6);
    b.play(reference_uv, 1.0);
    b.play(5.0, 1.0);
    EXPECT_EQ(b.told.size(), repetitions) << reference_uv;
  }
}

TEST(RepetitionCounter, ForgetsALargeEffortWithAMinute) {
  for (const double rest_s : {10.0, 60.0}) {
    Bench b;
    b.play(1.0, 2.0);
    b.play(100.0, 1.0);
    b.play(1.0, rest_s);
    b.play(15.0, 1.0);
    b.play(1.0, 1.0);
    EXPECT_EQ(b.told.size(), rest_s < 60.0 ? 1U : 2U) << rest_s;
  }
}

TEST(RepetitionCounter, HoldsForAMinuteBecauseRestIsFrozen) {
  Bench b;
  b.play(3.0, 2.0);
  b.play(100.0, 60.0);
  EXPECT_TRUE(b.counter.running());
  EXPECT_TRUE(b.told.empty());
  b.play(3.0, 1.0);
  ASSERT_EQ(b.told.size(), 1U);
  EXPECT_NEAR(b.told[0].end_s - b.told[0].start_s, 60.0, 1e-6);
}

TEST(RepetitionCounter, StartsNothingBeforeRestIsKnown) {
  Bench b;
  EXPECT_FALSE(b.counter.can_count());
  b.play(3.0, 0.2);
  b.play(100.0, 0.2);
  EXPECT_FALSE(b.counter.running());
  b.play(100.0, 0.2);
  EXPECT_TRUE(b.counter.running()) << "half a second, of which some was rest";
}

TEST(RepetitionCounter, SaysSinceWhenAContractionRuns) {
  Bench b;
  b.play(3.0, 2.0);
  EXPECT_TRUE(std::isnan(b.counter.candidate_start_s()));
  b.play(100.0, 0.1);
  EXPECT_TRUE(b.counter.running());
  EXPECT_NEAR(b.counter.candidate_start_s(), 2.0 + hop_s - 0.075, 1e-9);
}

TEST(RepetitionCounter, EndsARunningRepetitionAtAGapNotComplete) {
  Bench b;
  b.play(3.0, 2.0);
  b.play(100.0, 1.0);
  b.lose(2.0);
  ASSERT_EQ(b.told.size(), 1U);
  EXPECT_FALSE(b.told[0].complete);
  EXPECT_NEAR(b.told[0].end_s, 3.0, 1e-9);
  b.play(3.0, 1.0);
  b.play(100.0, 1.0);
  b.play(3.0, 1.0);
  ASSERT_EQ(b.told.size(), 2U);
  EXPECT_TRUE(b.told[1].complete);
}

TEST(RepetitionCounter, CountsAnEffortCutByALostPacketOnce) {
  Bench b;
  b.play(3.0, 2.0);
  b.play(100.0, 1.0);
  b.lose(0.05);
  b.play(100.0, 0.3);
  b.lose(0.05);
  b.play(100.0, 1.0);
  b.play(3.0, 1.0);
  EXPECT_EQ(b.told.size(), 1U);
  b.play(100.0, 1.0);
  b.play(3.0, 1.0);
  EXPECT_EQ(b.told.size(), 2U);
}

TEST(RepetitionCounter, CallsAnEffortThatBeganWithinAGapNotComplete) {
  Bench b;
  b.play(3.0, 2.0);
  b.lose(1.0);
  b.play(100.0, 1.0);
  b.play(3.0, 1.0);
  ASSERT_EQ(b.told.size(), 1U);
  EXPECT_FALSE(b.told[0].complete);
}

TEST(RepetitionCounter, CountsTheRestOfAnEffortWhosePartBeforeTheGapWasTooShort) {
  Bench b;
  b.play(3.0, 2.0);
  b.play(100.0, 0.04);
  b.lose(0.02);
  b.play(100.0, 1.0);
  b.play(3.0, 1.0);
  ASSERT_EQ(b.told.size(), 1U);
  EXPECT_FALSE(b.told[0].complete);
}

TEST(RepetitionCounter, TakesAShortInvalidSpellInItsStrideAndALongOneAsAGap) {
  for (const double spell : {0.2, 5.0}) {
    Bench b;
    b.play(3.0, 2.0);
    b.play(100.0, 1.0);
    b.play(1e9, spell, false);
    EXPECT_TRUE(b.told.empty());
    b.play(3.0, 1.0);
    ASSERT_EQ(b.told.size(), 1U);
    EXPECT_EQ(b.told[0].complete, spell < 1.0);
    EXPECT_LT(b.told[0].end_s, 3.3);
  }
}

TEST(RepetitionCounter, TellsAnEndSeenBeforeTheGapAsComplete) {
  Bench b;
  b.play(3.0, 2.0);
  b.play(100.0, 1.0);
  b.play(3.0, 0.1);
  b.lose(1.0);
  ASSERT_EQ(b.told.size(), 1U);
  EXPECT_TRUE(b.told[0].complete);
}

TEST(RepetitionCounter, IgnoresEffortsBelowTheStartWithoutATargetAndCountsThemWithOne) {
  for (const double target : {0.0, 20.0}) {
    Bench b(target);
    b.counter.set_levels(5.0, 100.0);
    b.play(5.0, 2.0);
    for (int i = 0; i < 5; ++i) {
      b.play(amplitude_of_20_percent, 2.0);
      b.play(5.0, 2.0);
    }
    EXPECT_EQ(b.told.size(), target > 0.0 ? 5U : 0U) << target;
  }
}

TEST(RepetitionCounter, CountsAPlannedEffortNearAStrongRestLevel) {
  Bench b(20.0);
  b.counter.set_levels(10.0, 100.0);
  b.play(10.0, 2.0);
  b.play(22.3, 2.0);  // 20 % of the reference above rest
  b.play(10.0, 2.0);
  EXPECT_EQ(b.told.size(), 1U);
}

TEST(RepetitionCounter, LeavesOutAPlannedEffortUnderSixtyPercentOfItsTarget) {
  Bench b(50.0);
  b.counter.set_levels(1.0, 100.0);
  b.play(1.0, 2.0);
  b.play(28.0, 1.0);
  b.play(1.0, 1.0);
  EXPECT_EQ(b.told.size(), 0U);
  b.play(32.0, 1.0);
  b.play(1.0, 1.0);
  EXPECT_EQ(b.told.size(), 1U);
}

TEST(RepetitionCounter, CountsAWeakMuscleByHalfItsDistanceFromRestInDecibels) {
  Bench b;
  b.counter.set_levels(10.0, 25.0);  // 8 dB: the margin is 4 dB, 15.8 uV
  EXPECT_TRUE(b.counter.can_count());
  b.play(10.0, 2.0);
  b.play(15.0, 1.0);
  b.play(10.0, 1.0);
  EXPECT_TRUE(b.told.empty());
  b.play(17.0, 1.0);
  b.play(10.0, 1.0);
  EXPECT_EQ(b.told.size(), 1U);
}

TEST(RepetitionCounter, CannotCountWhenTheReferenceIsUnderSixDecibelsAboveRest) {
  Bench b;
  b.counter.set_levels(10.0, 19.0);
  EXPECT_FALSE(b.counter.can_count());
  b.play(10.0, 2.0);
  b.play(19.0, 1.0);
  b.play(10.0, 1.0);
  EXPECT_TRUE(b.told.empty());
}

TEST(RepetitionCounter, CannotCountWhenThePlannedEffortIsUnderFiveDecibelsAboveRest) {
  for (const double target : {60.0, 80.0}) {
    Bench b(target);
    b.counter.set_levels(10.0, 25.0);  // 8 dB: 60 % of it lies 4.6 dB above rest, 80 % 6.4 dB
    EXPECT_EQ(b.counter.too_weak(), target < 70.0);
    EXPECT_EQ(b.counter.can_count(), target > 70.0);
    b.play(10.0, 2.0);
    b.play(25.0, 1.0);
    b.play(10.0, 1.0);
    EXPECT_EQ(b.told.size(), target < 70.0 ? 0U : 1U);
  }
}

TEST(RepetitionCounter, RemembersAPersonAcrossASettingsChange) {
  Bench before, after;
  before.play(3.0, 2.0);
  before.play(100.0, 1.0);
  before.play(3.0, 1.0);
  ChannelSeed seed;
  before.counter.take_seed(seed);
  seed.rest_uv = 3.0;
  after.counter.plant_seed(seed);
  after.t_s = before.t_s;
  EXPECT_FALSE(after.counter.running());
  after.play(20.0, 0.02);
  EXPECT_TRUE(after.counter.can_count()) << "rest came with the seed";
  after.play(20.0, 1.0);
  after.play(3.0, 1.0);
  EXPECT_TRUE(after.told.empty()) << "a fifth of the session's maximum is no effort";
  after.play(100.0, 1.0);
  after.play(3.0, 1.0);
  ASSERT_EQ(after.told.size(), 1U);
  EXPECT_EQ(after.told[0].number, 2U);
  EXPECT_NEAR(after.told[0].rest_before_s, 3.02, 1e-6);
}

}  // namespace
}  // namespace myod::dsp
