// What the activation detector promises besides its statistics: thresholds, rest level, gaps, merging, brief bursts.
#include "dsp/detect/onset.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "tests/dsp/detect/noise.hpp"

namespace myod::dsp {
namespace {

constexpr double rate = 1000.0;

/// Feeds noise of the given RMS for a time and collects what is told.
class Bench {
 public:
  explicit Bench(const OnsetOptions& options = {}) : detector(rate, options, 20.0, 2) {}
  void play(double rms_uv, int ms, bool valid = true) {
    for (int i = 0; i < ms; ++i)
      if (const auto d = detector.push(index++, rms_uv * gauss_(), valid)) told.push_back(*d);
  }
  OnsetDetector detector;
  std::uint64_t index = 0;
  std::vector<OnsetDecision> told;

 private:
  test::Gauss gauss_{7};
};

TEST(OnsetThreshold, IsTheTableAtItsRatesAndInterpolatedBetween) {
  EXPECT_DOUBLE_EQ(onset_threshold(1000.0, OnsetProfile::standard, 20.0, 2), 5.6);
  EXPECT_DOUBLE_EQ(onset_threshold(1926.0, OnsetProfile::fast, 20.0, 2), 14.8);
  EXPECT_DOUBLE_EQ(onset_threshold(2000.0, OnsetProfile::standard, 30.0, 4), 8.9);
  EXPECT_DOUBLE_EQ(onset_threshold(3000.0, OnsetProfile::standard, 20.0, 2), (8.8 + 14.8) / 2.0);
  EXPECT_DOUBLE_EQ(onset_threshold(100.0, OnsetProfile::standard, 20.0, 2), 6.4);
  EXPECT_NEAR(onset_threshold(5000.0, OnsetProfile::standard, 20.0, 2), 14.8 + (14.8 - 8.8) / 2.0, 1e-12);
  EXPECT_DOUBLE_EQ(onset_threshold(1000.0, OnsetProfile::standard, 10.0, 4), 5.6) << "nearer to the 20 Hz chain";
}

TEST(OnsetDetector, KnowsNothingUntilTwoSecondsGaveItARestLevel) {
  Bench b;
  b.play(3.0, 1999);
  EXPECT_FALSE(b.detector.known());
  EXPECT_TRUE(std::isnan(b.detector.rest_uv()));
  b.play(3.0, 1);
  ASSERT_TRUE(b.detector.known());
  EXPECT_NEAR(b.detector.rest_uv(), 3.0, 0.3);
}

TEST(OnsetDetector, LearnsRestFromTheQuietestHalfSecond) {
  Bench b;
  b.play(30.0, 700);
  b.play(3.0, 600);
  b.play(30.0, 700);
  ASSERT_TRUE(b.detector.known());
  EXPECT_NEAR(b.detector.rest_uv(), 3.0, 0.3);
}

TEST(OnsetDetector, LearnsNothingFromAFlatSignal) {
  Bench b;
  b.play(0.0, 10000);
  EXPECT_FALSE(b.detector.known());
  b.play(3.0, 600);
  EXPECT_TRUE(b.detector.known());
}

TEST(OnsetDetector, LearnsFromValidSamplesHoweverTheyAreInterrupted) {
  Bench b;
  for (int i = 0; i < 100; ++i) {
    b.play(3.0, 23);
    b.play(1e6, 10, false);
    b.detector.gap(b.index += 5, 5);
  }
  ASSERT_TRUE(b.detector.known());
  EXPECT_NEAR(b.detector.rest_uv(), 3.0, 0.3);
}

TEST(OnsetDetector, ForgetsItsRestLevelWhenGivenNone) {
  Bench b;
  b.detector.set_rest(3.0);
  EXPECT_DOUBLE_EQ(b.detector.rest_uv(), 3.0);
  b.detector.set_rest(std::numeric_limits<double>::quiet_NaN());
  EXPECT_FALSE(b.detector.known());
  b.play(5.0, 2000);
  EXPECT_NEAR(b.detector.rest_uv(), 5.0, 0.5);
}

TEST(OnsetDetector, FreezesItsRestLevelWhileActive) {
  Bench b;
  b.detector.set_rest(3.0);
  b.play(3.0, 100);
  b.play(30.0, 60000);
  ASSERT_TRUE(b.detector.active());
  EXPECT_DOUBLE_EQ(b.detector.rest_uv(), 3.0);
}

TEST(OnsetDetector, UnderStimulationTakesALevelAFifthAboveRestForTheRestThatIsThereNow) {
  for (const bool stimulated : {true, false}) {
    Bench b;
    b.play(3.0, 6000);
    b.detector.set_stimulated(stimulated);
    b.play(9.0, 100);
    b.play(3.7, 9900);
    EXPECT_EQ(b.detector.active(), !stimulated);
    EXPECT_NEAR(b.detector.rest_uv(), stimulated ? 3.7 : 3.0, 0.3);
    if (!stimulated) continue;
    ASSERT_GE(b.told.size(), 2U);
    EXPECT_LT(b.told[1].decision_index, 6000U + 1500U);
    b.told.clear();
    b.play(3.7, 60'000);
    EXPECT_LE(b.told.size(), 4U) << "and is at rest from then on";
  }
}

TEST(OnsetDetector, AHoldSixOrTenDecibelsAboveRestStaysActiveForAMinuteWithAndWithoutStimulation) {
  for (const bool stimulated : {true, false})
    for (const double level : {6.0, 9.5}) {
      Bench b;
      b.play(3.0, 6000);
      b.detector.set_stimulated(stimulated);
      b.told.clear();
      b.play(level, 60'000);
      EXPECT_TRUE(b.detector.active()) << level;
      EXPECT_EQ(b.told.size(), 1U) << level;
      EXPECT_NEAR(b.detector.rest_uv(), 3.0, 0.3) << level;
    }
}

TEST(OnsetDetector, UnderStimulationRestClimbsByFourDecibelsAtMostHoweverOftenItIsTaken) {
  Bench b;
  b.play(3.0, 6000);
  const double before = b.detector.rest_uv();
  b.detector.set_stimulated(true);
  for (double level = 3.3; level < 8.0; level *= 1.1) {
    b.play(9.0, 100);
    b.play(level, 1900);
  }
  b.play(9.0, 100);
  b.play(7.0, 10'000);
  EXPECT_TRUE(b.detector.active());
  EXPECT_LT(b.detector.rest_uv(), 1.6 * before);
  EXPECT_GT(b.detector.rest_uv(), 1.2 * before);
}

TEST(OnsetDetector, TakesNoRestLevelFromPausesTooShortForABlock) {
  Bench b;
  b.detector.set_rest(3.0);
  for (int i = 0; i < 20; ++i) {
    b.play(3.2, 400);
    b.play(30.0, 200);
  }
  EXPECT_DOUBLE_EQ(b.detector.rest_uv(), 3.0);
}

TEST(OnsetDetector, KeepsItsRestLevelThroughAFlatSignal) {
  Bench b;
  b.detector.set_rest(3.0);
  b.play(0.0, 60000);
  EXPECT_DOUBLE_EQ(b.detector.rest_uv(), 3.0);
}

TEST(OnsetDetector, FollowsTheRestLevelWithTwentySecondsInBothDirections) {
  for (const double target : {3.2, 2.8}) {
    Bench b;
    b.detector.set_rest(3.0);
    b.play(target, 20000);
    const double moved = (b.detector.rest_uv() - 3.0) / (target - 3.0);
    EXPECT_GT(moved, 0.45) << target;
    EXPECT_LT(moved, 0.8) << target;
  }
}

TEST(OnsetDetector, ContinuesABurstAcrossAPauseShorterThanTheMergeTime) {
  for (const int pause : {60, 100, 118, 122, 200, 400}) {
    Bench b;
    b.detector.set_rest(3.0);
    b.play(3.0, 1000);
    b.play(30.0, 500);
    b.play(0.0, pause);  // the quietest pause there is: the mirror is as sure as it may get
    b.play(30.0, 500);
    b.play(3.0, 1000);
    EXPECT_EQ(b.told.size(), pause < 125 ? 2U : 4U) << pause;
    for (std::size_t i = 2; i < b.told.size(); i += 2)
      EXPECT_GE(b.told[i].event_index - b.told[i - 1].event_index, 125U);
  }
}

TEST(OnsetDetector, HoldsAnOffsetBackUntilMergingIsRuledOut) {
  Bench b;
  b.detector.set_rest(3.0);
  b.play(3.0, 500);
  b.play(30.0, 500);
  b.play(3.0, 500);
  ASSERT_EQ(b.told.size(), 2U);
  EXPECT_NEAR(static_cast<double>(b.told[1].event_index), 1000.0, 20.0);
  EXPECT_GE(b.told[1].decision_index - b.told[1].event_index, 125U);
  EXPECT_LE(b.told[1].decision_index - b.told[1].event_index, 175U);
}

TEST(OnsetDetector, MarksTheOffsetOfABurstThatWasTooBrief) {
  OnsetOptions fast;
  fast.profile = OnsetProfile::fast;
  for (const int length : {12, 80}) {
    Bench b(fast);
    b.detector.set_rest(3.0);
    b.play(3.0, 500);
    b.play(60.0, length);
    b.play(3.0, 500);
    ASSERT_EQ(b.told.size(), 2U);
    EXPECT_EQ(b.told[1].kind, EventKind::offset);
    EXPECT_EQ(b.told[1].brief, length < 30);
  }
}

TEST(OnsetDetector, HoldsItsStateOverInvalidSamplesAndDecidesNothing) {
  Bench b;
  b.detector.set_rest(3.0);
  b.play(3.0, 500);
  const double s = b.detector.statistic();
  b.play(1e6, 1000, false);
  EXPECT_EQ(b.detector.statistic(), s);
  EXPECT_FALSE(b.detector.active());
  b.play(30.0, 200);
  EXPECT_TRUE(b.detector.active());
  b.play(0.0, 5000, false);
  EXPECT_TRUE(b.detector.active());
}

TEST(OnsetDetector, AGapLongerThanThePauseThatEndsABurstCutsIt) {
  for (const std::uint64_t missing : {124U, 125U}) {
    Bench b;
    b.detector.set_rest(3.0);
    b.play(3.0, 500);
    b.play(30.0, 300);
    ASSERT_TRUE(b.detector.active());
    EXPECT_EQ(b.detector.gap(b.index += missing, missing), missing == 125U);
    EXPECT_EQ(b.detector.active(), missing == 124U);
  }
}

// Every 20th to 50th sample lost, as over a bad radio link: it may neither begin, prolong nor end activity.
TEST(OnsetDetector, IsolatedLostSamplesNeitherBeginNorProlongNorEndActivity) {
  for (const int every : {20, 33, 50}) {
    Bench b;
    b.detector.set_rest(3.0);
    const auto play = [&](double uv, int n) {
      for (int i = 0; i < n; i += every) {
        b.play(uv, every - 1);
        b.detector.gap(b.index += 1, 1);
      }
    };
    play(3.0, 60'000);
    EXPECT_LE(b.told.size(), 2U) << "false onsets in a minute of rest, one lost in " << every;
    b.told.clear();
    play(30.0, 3000);
    const std::uint64_t end = b.index;
    play(3.0, 1000);
    ASSERT_EQ(b.told.size(), 2U) << every;
    EXPECT_NEAR(static_cast<double>(b.told[1].event_index), static_cast<double>(end), 30.0) << every;
    EXPECT_LE(b.told[1].decision_index, end + 250) << every;
  }
}

TEST(OnsetDetector, NeverPlacesAnOnsetBeforeAGap) {
  Bench b;
  b.detector.set_rest(3.0);
  b.play(3.0, 500);
  b.play(30.0, 10);
  ASSERT_FALSE(b.detector.active());
  b.detector.gap(b.index += 300, 300);
  const std::uint64_t resumed = b.index;
  b.play(30.0, 200);
  ASSERT_EQ(b.told.size(), 1U);
  EXPECT_GE(b.told[0].event_index, resumed);
}

TEST(OnsetDetector, UsesTheThresholdOfTheOptionsWhenThereIsOne) {
  OnsetOptions deaf;
  deaf.threshold = 1e9;
  Bench b(deaf);
  b.detector.set_rest(3.0);
  b.play(30.0, 5000);
  EXPECT_TRUE(b.told.empty());
}

}  // namespace
}  // namespace myod::dsp
