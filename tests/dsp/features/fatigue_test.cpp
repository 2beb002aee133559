// What is said of fatigue: the four quadrants, no fatigue and cannot tell as different answers, holds and repetitions.
#include "dsp/features/fatigue.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "dsp/seed.hpp"

namespace myod::dsp {
namespace {

/// Percent per minute of both, with a small scatter of known size.
struct Course {
  double mnf_pct, arv_pct, scatter = 0.01;
  FatigueValues at(double t_s, int i) const {
    const double wobble = scatter * (i % 2 == 0 ? 1.0 : -1.0) * (i % 3 == 0 ? 1.0 : 0.5);
    const double mnf = 90.0 * (1.0 + mnf_pct / 6000.0 * t_s + wobble);
    return {mnf, 0.9 * mnf, 200.0 * std::exp(arv_pct / 6000.0 * t_s - wobble), 1e-9 * std::exp(-t_s / 100.0)};
  }
};

Fatigue after_repetitions(const Course& course, int count, int* told = nullptr) {
  Fatigue f(1.0, 0.5);
  for (int i = 0; i < count; ++i)
    if (f.repetition(4.0 * i, course.at(4.0 * i, i)) && told != nullptr) ++*told;
  return f;
}

TEST(Fatigue, NamesTheQuadrantOfBothSlopes) {
  EXPECT_EQ(after_repetitions({-20.0, 30.0}, 20).summary().jasa, Jasa::fatigue);
  EXPECT_EQ(after_repetitions({20.0, 30.0}, 20).summary().jasa, Jasa::force_increase);
  EXPECT_EQ(after_repetitions({20.0, -30.0}, 20).summary().jasa, Jasa::recovery);
  EXPECT_EQ(after_repetitions({-20.0, -30.0}, 20).summary().jasa, Jasa::force_decrease);
}

TEST(Fatigue, AnswersNoFatigueAndCannotTellDifferently) {
  const auto fresh = after_repetitions({0.0, 0.0}, 20).summary();
  EXPECT_EQ(fresh.jasa, Jasa::indeterminate);
  EXPECT_NEAR(fresh.index, 0.0, 5.0);
  EXPECT_GT(fresh.confidence, 50.0);
  const auto unclear = after_repetitions({0.0, 0.0, 0.3}, 20);
  EXPECT_EQ(unclear.summary().jasa, Jasa::indeterminate);
  EXPECT_TRUE(std::isnan(unclear.summary().index));
  EXPECT_TRUE(std::isnan(unclear.summary().confidence));
  EXPECT_EQ(std::string(unclear.words().view()).substr(0, 11), "cannot tell");
  const auto falls = after_repetitions({-20.0, -30.0}, 20).summary();
  EXPECT_TRUE(std::isnan(falls.index)) << "less force lowers the mean frequency too";
}

TEST(Fatigue, ScalesItsIndexByTheFittedFallOfTheMeanFrequency) {
  const auto s = after_repetitions({-20.0, 30.0}, 16).summary();  // 60 s: a fifth of the mean frequency
  EXPECT_NEAR(s.index, 100.0 * 0.2 / 0.4, 3.0);
  EXPECT_NEAR(s.finsm5_ratio(), std::exp(-0.6), 1e-9);
  EXPECT_EQ(after_repetitions({-60.0, 30.0}, 16).summary().index, 100.0);
}

TEST(Fatigue, SaysNothingBeforeTenRepetitions) {
  EXPECT_FALSE(after_repetitions({-20.0, 30.0, 0.0}, 9).summary().enough());
  EXPECT_TRUE(after_repetitions({-20.0, 30.0}, 10).summary().enough());
  EXPECT_EQ(after_repetitions({-20.0, 30.0}, 9).words().view(), "too little to tell");
}

TEST(Fatigue, IsToldOnceWithWhatItIsMadeOf) {
  int told = 0;
  const Fatigue f = after_repetitions({-20.0, 30.0}, 40, &told);
  EXPECT_EQ(told, 1);
  const std::string words(f.words().view());
  EXPECT_EQ(words.substr(0, 12), "tiring: MNF ") << words;
  EXPECT_NE(words.find(" %/min, ARV 30."), std::string::npos) << words;
  EXPECT_NE(words.find("40 repetitions, confidence "), std::string::npos) << words;
}

TEST(Fatigue, TakesAHoldOfTwentySecondsByItsOwnWindows) {
  Fatigue f = after_repetitions({0.0, 0.0}, 12);
  bool told = false;
  int windows = 0;
  for (double t = 50.5; t <= 110.0; t += 0.5, ++windows) {
    told = f.window(50.0, t, Course{-20.0, 30.0}.at(t - 50.0, windows)) || told;
    EXPECT_EQ(f.hold().enough(), t - 50.5 >= 19.0) << t;
  }
  EXPECT_TRUE(told);
  EXPECT_EQ(f.summary().jasa, Jasa::fatigue);
  EXPECT_EQ(f.summary().points, static_cast<std::size_t>(windows));
  f.window(200.0, 200.5, Course{-20.0, 30.0}.at(0.0, 0));  // the next effort has a trend of its own
  EXPECT_EQ(f.summary().points, 12U);
}

TEST(Fatigue, LeavesOutWindowsOfAnotherForceAndWhatIsNoNumber) {
  Fatigue f(1.0, 0.5);
  const FatigueValues steady{80.0, 70.0, 100.0, 1e-9}, stronger{80.0, 70.0, 160.0, 1e-9},
      weaker{80.0, 70.0, 45.0, 1e-9}, lost{std::nan(""), 70.0, 100.0, 1e-9};
  for (int i = 0; i < 60; ++i) f.window(0.0, 0.5 + 0.5 * i, i % 6 == 5 ? (i % 12 == 5 ? stronger : weaker) : steady);
  f.window(0.0, 31.0, lost);
  EXPECT_EQ(f.summary().points, 50U);
}

TEST(Fatigue, KeepsEveryPointEquallyHeavyThroughAnHour) {
  TrendPoints points;
  for (int i = 0; i < 7200; ++i) points.add({0.5 * i, 90.0 - 0.001 * i, 80.0, 5.0 + 0.0001 * i, -20.0});
  EXPECT_EQ(points.seen(), 7200U);
  EXPECT_LE(points.count, trend_capacity);
  const FatigueSummary s = judge_fatigue(points, 0);
  EXPECT_NEAR(s.mnf_hz.slope, -0.002, 1e-12);
  EXPECT_NEAR(s.mnf_hz.robust_slope, -0.002, 1e-12);
  EXPECT_NEAR(s.log_arv.slope, 0.0002, 1e-12);
}

TEST(Fatigue, RemembersARepetitionTrendAcrossASettingsChange) {
  const Fatigue before = after_repetitions({-20.0, 30.0}, 14);
  ChannelSeed seed;
  seed.trend = before.repetitions();
  Fatigue after(1.0, 0.5);
  after.plant(seed.trend);
  EXPECT_EQ(after.summary().index, before.summary().index);
  EXPECT_FALSE(after.repetition(56.0, Course{-20.0, 30.0}.at(56.0, 14))) << "it was told before the change";
  EXPECT_EQ(after.summary().points, 15U);
}

}  // namespace
}  // namespace myod::dsp
