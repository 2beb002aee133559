// The timebase against arrivals whose true times are known: a fake clock, truth by formula.
#include "daemon/timebase.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace myod::daemon {
namespace {

constexpr double second = 1e9;

std::int64_t ns(double seconds) { return static_cast<std::int64_t>(std::llround(seconds * second)); }
double percentile(std::vector<double> values, double percent) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(percent / 100.0 * static_cast<double>(values.size() - 1))];
}

/// A device whose clock is fast by `ppm`, read as a chip hands its bytes over: every 16 ms and up to 1 ms later. One
/// sample in 20 is lost, and the reads stand by what is left.
struct Line {
  Line(double nominal_hz, double fast_ppm, unsigned seed) : rate_hz(nominal_hz), ppm(fast_ppm), random(seed) {}
  double true_s(std::uint64_t index) const { return static_cast<double>(index) / (rate_hz * (1.0 + ppm * 1e-6)); }
  double uniform() { return std::uniform_real_distribution<double>()(random); }

  /// What the host reads from now until `until_s`; `told` is asked of the oldest sample of each read.
  void run(double until_s, const std::function<void(std::uint64_t oldest)>& told) {
    for (; now_s < until_s; now_s += 16e-3) {
      const double read_s = now_s + 1e-3 * uniform();
      std::uint64_t oldest = 0, newest = 0;
      for (bool any = false; true_s(next) <= read_s; ++next)
        if (uniform() >= 0.05) {
          if (!std::exchange(any, true)) oldest = next;
          newest = next;
        }
      if (newest == 0) continue;
      EXPECT_TRUE(timebase.observe(first_index + newest, ns(read_s + host_ahead_s)));
      told(oldest);
    }
  }
  double told_s(std::uint64_t index) const {
    return static_cast<double>(timebase.host_time_ns(first_index + index)) / second - host_ahead_s;
  }

  double rate_hz, ppm, now_s = 0.0, host_ahead_s = 1000.0;
  std::uint64_t next = 0, first_index = 0;
  std::mt19937 random;
  Timebase timebase{rate_hz};
};

class TimebaseTruth : public testing::TestWithParam<double> {};

TEST_P(TimebaseTruth, IsWithinAMillisecondAfterTenSecondsOfBurstsAndLosses) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    Line line(1000.0, GetParam(), seed);
    std::vector<double> error_ms;
    std::size_t outside = 0;
    line.run(60.0, [&](std::uint64_t index) {
      const double error_s = std::abs(line.told_s(index) - line.true_s(index));
      if (error_s * second > static_cast<double>(line.timebase.uncertainty_ns())) ++outside;
      if (line.true_s(index) > 10.0) error_ms.push_back(1e3 * error_s);
    });
    EXPECT_LT(percentile(error_ms, 99.0), 1.0) << "seed " << seed;
    EXPECT_LE(outside, error_ms.size() / 50) << "the uncertainty is of two standard deviations; seed " << seed;
    EXPECT_NEAR(line.timebase.drift_ppm(), GetParam(), line.timebase.drift_error_ppm()) << "seed " << seed;
    EXPECT_LT(line.timebase.drift_error_ppm(), 10.0);
  }
}

TEST_P(TimebaseTruth, NeverStepsByHalfASample) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    Line line(1000.0, GetParam(), seed);
    double before_s = 0.0, largest = 0.0;
    std::uint64_t before = 0;
    line.run(30.0, [&](std::uint64_t index) {
      const double told_s = line.told_s(index);
      const double step_s = told_s - before_s - static_cast<double>(index - before) / line.rate_hz;
      if (before != 0) largest = std::max(largest, std::abs(step_s) * line.rate_hz);
      before = index;
      before_s = told_s;
    });
    EXPECT_LT(largest, 0.5) << "seed " << seed;
  }
}
INSTANTIATE_TEST_SUITE_P(PartsPerMillion, TimebaseTruth, testing::Values(-100.0, -30.0, 0.0, 100.0),
                         [](const auto& p) { return "drift" + std::to_string(p.index); });

TEST(Timebase, AStepOfTheHostsClockIsFollowedWithoutAStep) {
  for (const double step_s : {0.05, -0.05}) {
    Line line(1000.0, 50.0, 3);
    line.run(30.0, [](std::uint64_t) {});
    line.host_ahead_s += step_s;
    double before_s = std::nan(""), largest = 0.0;
    std::uint64_t before = 0;
    line.run(60.0, [&](std::uint64_t index) {
      const double told_s = line.told_s(index);
      if (!std::isnan(before_s))
        largest = std::max(largest, std::abs(told_s - before_s - static_cast<double>(index - before) / 1000.0));
      before = index;
      before_s = told_s;
    });
    EXPECT_LT(largest, 0.5e-3);
    EXPECT_NEAR(before_s, line.true_s(before), 1e-3) << step_s;
    EXPECT_NEAR(line.timebase.drift_ppm(), 50.0, line.timebase.drift_error_ppm()) << "a step is no drift";
  }
}

TEST(Timebase, AStepThatWouldTakeMinutesToSlewIsSaid) {
  Timebase timebase(1000.0);
  for (std::uint64_t k = 0; k < 20'000; ++k)
    ASSERT_TRUE(timebase.observe(k, ns(static_cast<double>(k) / 1000.0 + 100.0)));
  EXPECT_FALSE(timebase.observe(20'000, ns(20.0 + 97.0)));
  EXPECT_NEAR(static_cast<double>(timebase.host_time_ns(20'000)) / second, 117.0, 1e-3);
}

TEST(Timebase, TenHoursLaterACounterOfThirtyTwoBitsMayWrapAndNothingGetsCoarser) {
  Line line(1000.0, -80.0, 4);
  line.first_index = (std::uint64_t{1} << 32) - 18'000'000;  // wraps after five hours
  line.run(30.0, [](std::uint64_t) {});
  line.next = 36'000'000 - 60'000;
  line.now_s = line.true_s(line.next);
  double worst_s = 0.0;
  line.run(line.now_s + 60.0, [&](std::uint64_t index) {
    if (line.next > 36'000'000 - 20'000) worst_s = std::max(worst_s, std::abs(line.told_s(index) - line.true_s(index)));
  });
  EXPECT_LT(worst_s, 0.1e-3);
  EXPECT_NEAR(line.timebase.drift_ppm(), -80.0, line.timebase.drift_error_ppm());
}

TEST(Timebase, SaysHowLateReadsAre) {
  Timebase timebase(1000.0);
  std::mt19937 random(7);
  std::exponential_distribution<double> late(1.0 / 2e-3);
  for (std::uint64_t k = 0; k < 30'000; k += 8) timebase.observe(k, ns(static_cast<double>(k) / 1000.0 + late(random)));
  EXPECT_NEAR(timebase.residuals().percentile(50.0), 2e-3 * std::log(2.0), 0.5e-3);
  EXPECT_NEAR(timebase.residuals().percentile(99.0), 2e-3 * std::log(100.0), 3e-3);
}

TEST(Timebase, ReadsAtOneAndTheSamePhaseOfTheSamplesHideUpToAPeriodAndItSaysSo) {
  Timebase timebase(250.0);
  for (std::uint64_t k = 3; k < 10'000; k += 4)  // every 16 ms, 3 ms after the newest sample
    timebase.observe(k, ns(static_cast<double>(k) / 250.0 + 3e-3));
  const double error_ns = static_cast<double>(timebase.host_time_ns(9'000)) - 36.0 * second;
  EXPECT_NEAR(error_ns, 3e6, 1e4);
  EXPECT_GT(timebase.uncertainty_ns(), 3'000'000);
}

TEST(Timebase, FindsTheTrueRateUnderLateArrivals) {
  for (const double ppm : {-5000.0, -500.0, -20.0, 0.0, 300.0, 5000.0}) {
    Timebase timebase(1000.0);
    const double rate = 1000.0 * (1.0 + ppm * 1e-6);
    std::mt19937 random(5);
    std::exponential_distribution<double> late(1.0 / 2e-3);
    for (std::uint64_t k = 0; k < 120'000; k += 8)
      timebase.observe(k, ns(static_cast<double>(k) / rate + late(random)));
    EXPECT_NEAR(timebase.measured_rate_hz(), rate, 0.002) << ppm << " ppm";
    EXPECT_NEAR(timebase.drift_ppm(), ppm, timebase.drift_error_ppm());
  }
}

TEST(Timebase, LeansOnTheEarliestArrivals) {
  Timebase timebase(1000.0);
  std::mt19937 random(6);
  std::uniform_real_distribution<double> late(0.0, 16e-3);
  for (std::uint64_t k = 0; k < 30'000; k += 4) timebase.observe(k, ns(static_cast<double>(k) / 1000.0 + late(random)));
  const double error_s = static_cast<double>(timebase.host_time_ns(29'000)) / second - 29.0;
  EXPECT_LT(std::abs(error_s), 0.2e-3) << "the mean lateness is 8 ms";
  EXPECT_LT(std::abs(error_s) * second, static_cast<double>(timebase.uncertainty_ns()));
}

TEST(Timebase, ALateBurstHardlyMovesIt) {
  Timebase timebase(1000.0);
  for (std::uint64_t k = 0; k < 20'000; ++k) timebase.observe(k, ns(static_cast<double>(k) / 1000.0));
  for (std::uint64_t k = 20'000; k < 20'500; ++k) timebase.observe(k, ns(20.5));
  EXPECT_NEAR(static_cast<double>(timebase.host_time_ns(20'500)) / second, 20.5, 0.1e-3);
}

TEST(Timebase, ALateStartIsCorrectedByTheFirstPunctualArrivals) {
  Timebase timebase(1000.0);
  timebase.observe(0, ns(0.2));
  for (std::uint64_t k = 1; k < 4000; ++k) timebase.observe(k, ns(static_cast<double>(k) / 1000.0));
  EXPECT_NEAR(static_cast<double>(timebase.host_time_ns(4000)) / second, 4.0, 1e-3);
}

TEST(Timebase, IndexAndTimeAreInverse) {
  Timebase timebase(250.0);
  for (std::uint64_t k = 0; k < 5000; ++k) timebase.observe(k, ns(static_cast<double>(k) / 250.1));
  EXPECT_NEAR(timebase.index_at(timebase.host_time_ns(7777)), 7777.0, 1e-3);
  EXPECT_LT(timebase.index_error_at(ns(20.0)), timebase.index_error_at(ns(2000.0)));
}

TEST(Timebase, AfterAResetTheNextArrivalCounts) {
  Timebase timebase(1000.0);
  for (std::uint64_t k = 0; k < 10'000; ++k) timebase.observe(k, ns(static_cast<double>(k) / 1000.0));
  timebase.reset();
  EXPECT_TRUE(timebase.known()) << "the old line is extrapolated";
  timebase.observe(20'000, ns(33.0));
  EXPECT_EQ(timebase.host_time_ns(20'000), ns(33.0));
}

TEST(Timebase, WithoutARateItGivesTheArrival) {
  Timebase timebase(0.0);
  timebase.observe(5, 123);
  EXPECT_FALSE(timebase.known());
  EXPECT_EQ(timebase.host_time_ns(9), 123);
  EXPECT_TRUE(std::isnan(timebase.measured_rate_hz()));
  EXPECT_TRUE(std::isnan(timebase.drift_ppm()));
}

}  // namespace
}  // namespace myod::daemon
