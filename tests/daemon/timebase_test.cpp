// The timebase against arrivals whose true times are known.
#include "daemon/timebase.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace myod::daemon {
namespace {

constexpr double second = 1e9;

std::int64_t ns(double seconds) { return static_cast<std::int64_t>(std::llround(seconds * second)); }

TEST(Timebase, FindsTheTrueRateUnderLateArrivals) {
  for (const double ppm : {-500.0, -20.0, 0.0, 300.0}) {
    Timebase timebase(1000.0);
    const double rate = 1000.0 * (1.0 + ppm * 1e-6);
    std::mt19937 random(5);
    std::exponential_distribution<double> late(1.0 / 2e-3);
    for (std::uint64_t k = 0; k < 120'000; k += 8)
      timebase.observe(k, ns(static_cast<double>(k) / rate + late(random)));
    EXPECT_NEAR(timebase.measured_rate_hz(), rate, 0.02) << ppm << " ppm";
  }
}

TEST(Timebase, LeansOnTheEarliestArrivals) {
  Timebase timebase(1000.0);
  std::mt19937 random(6);
  std::uniform_real_distribution<double> late(0.0, 16e-3);  // an FTDI chip left at its default
  for (std::uint64_t k = 0; k < 30'000; k += 4) timebase.observe(k, ns(static_cast<double>(k) / 1000.0 + late(random)));
  const double error_s = static_cast<double>(timebase.host_time_ns(29'000)) / second - 29.0;
  EXPECT_GT(error_s, -1e-3);
  EXPECT_LT(error_s, 4e-3) << "the mean lateness is 8 ms";
  EXPECT_LT(std::abs(error_s) * second, static_cast<double>(timebase.uncertainty_ns()) * 2.0);
}

TEST(Timebase, ALateBurstHardlyMovesIt) {
  Timebase timebase(1000.0);
  for (std::uint64_t k = 0; k < 20'000; ++k) timebase.observe(k, ns(static_cast<double>(k) / 1000.0));
  for (std::uint64_t k = 20'000; k < 20'500; ++k) timebase.observe(k, ns(20.5));
  EXPECT_NEAR(static_cast<double>(timebase.host_time_ns(20'500)) / second, 20.5, 2e-3);
}

TEST(Timebase, ALateStartIsCorrectedByTheFirstPunctualArrival) {
  Timebase timebase(1000.0);
  timebase.observe(0, ns(0.2));
  for (std::uint64_t k = 1; k < 50; ++k) timebase.observe(k, ns(static_cast<double>(k) / 1000.0));
  EXPECT_NEAR(static_cast<double>(timebase.host_time_ns(50)) / second, 0.05, 3e-3);
}

TEST(Timebase, IndexAndTimeAreInverse) {
  Timebase timebase(250.0);
  for (std::uint64_t k = 0; k < 5000; ++k) timebase.observe(k, ns(static_cast<double>(k) / 250.1));
  EXPECT_NEAR(timebase.index_at(timebase.host_time_ns(7777)), 7777.0, 1e-3);
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
}

}  // namespace
}  // namespace myod::daemon
