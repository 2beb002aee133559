#include "dsp/features/trend.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace myod::dsp {
namespace {

/// tests/oracles/trend.py wrote them.
const std::map<std::string, double>& oracle() {
  static const auto all = [] {
    std::map<std::string, double> values;
    std::ifstream file(MYOD_SOURCE_DIR "/tests/data/features/trend.csv");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line))
      values[line.substr(0, line.find(','))] = std::stod(line.substr(line.find(',') + 1));
    return values;
  }();
  return all;
}

struct Case {
  const char* name;
  std::size_t points;
  double slope, step_s;
  std::size_t smoothing, lags;
};

struct Points {
  std::vector<double> t, y;
};

Points points(const Case& c, std::uint64_t seed) {
  std::vector<double> u;
  for (std::uint64_t z = seed; u.size() < c.points + c.smoothing;) {
    z = z * 6364136223846793005ULL + 1442695040888963407ULL;
    u.push_back(static_cast<double>(z >> 11U) / 9007199254740992.0);
  }
  Points p;
  for (std::size_t i = 0; i < c.points; ++i) {
    double sum = 0.0;
    for (std::size_t k = 0; k < c.smoothing; ++k) sum += u[i + k];
    const double t = c.step_s * static_cast<double>(i);
    p.t.push_back(3.0 + t);
    p.y.push_back(80.0 + c.slope * t + 10.0 * (sum / static_cast<double>(c.smoothing) - 0.5));
  }
  return p;
}

TrendLine both(const std::vector<double>& t, const std::vector<double>& y, std::size_t lags) {
  TrendLine line = fit_trend(t, y, lags);
  add_robust_twin(t, y, line);
  return line;
}

TEST(Trend, IsTheLineOfSciPyWithItsErrorAndItsRobustTwin) {
  std::uint64_t seed = 0;
  for (const Case& c :
       {Case{"flat", 10, 0.0, 1.0, 1, 0}, Case{"falling", 32, -0.2, 1.0, 1, 0}, Case{"rising", 31, 0.5, 2.5, 1, 0},
        Case{"overlapping", 32, -0.1, 0.5, 2, 1}, Case{"much", 32, 0.0, 0.125, 8, 7}}) {
    const Points p = points(c, ++seed);
    const TrendLine line = both(p.t, p.y, c.lags);
    const auto expect = [&](const char* what, double value, double tolerance) {
      const double truth = oracle().at(std::string(c.name) + "_" + what);
      EXPECT_NEAR(value, truth, tolerance * std::abs(truth) + 1e-12) << c.name << ' ' << what;
    };
    expect("slope", line.slope, 1e-9);
    expect("at_start", line.at_start, 1e-9);
    expect("error", line.slope_error, 1e-9);
    expect("inflation", line.inflation, 1e-9);
    expect("half_width", line.half_width, 1e-7);
    if (c.lags > 0) continue;
    expect("robust", line.robust_slope, 1e-9);
    expect("robust_low", line.robust_low, 1e-9);
    expect("robust_high", line.robust_high, 1e-9);
  }
}

TEST(Trend, KnowsStudentsQuantileForFractionsOfADegreeOfFreedom) {
  for (const double dof : {2.0, 2.5, 3.0, 4.7, 8.0, 30.0, 61.5, 1000.0}) {
    std::string key = std::to_string(dof);
    key.erase(key.find_last_not_of('0') + 1);
    if (key.back() == '.') key += '0';
    const double truth = oracle().at("student_" + key);
    EXPECT_NEAR(student_975(dof), truth, 1e-8 * truth) << dof;
  }
  EXPECT_TRUE(std::isnan(student_975(1.9)));
}

TEST(Trend, HasNoSlopeOfTwoPointsAndNoIntervalOfTooFewIndependentOnes) {
  const std::vector<double> t{0.0, 1.0, 2.0, 3.0}, y{1.0, 2.0, 1.5, 3.0};
  EXPECT_TRUE(std::isnan(fit_trend(std::span(t).first(2), std::span(y).first(2), 0).slope));
  const TrendLine three = fit_trend(std::span(t).first(3), std::span(y).first(3), 0);
  EXPECT_FALSE(std::isnan(three.slope));
  EXPECT_TRUE(std::isnan(three.half_width));
  EXPECT_FALSE(three.falls() || three.rises());
}

TEST(Trend, KeepsItsRobustTwinWhereOneWildNumberTiltsTheLine) {
  std::vector<double> t, y;
  for (int i = 0; i < 20; ++i) t.push_back(i), y.push_back(80.0 - 0.5 * i + 0.001 * (i % 3));
  EXPECT_FALSE(both(t, y, 0).disagrees());
  y.back() += 100.0;
  const TrendLine tilted = both(t, y, 0);
  EXPECT_GT(tilted.slope, 0.0);
  EXPECT_NEAR(tilted.robust_slope, -0.5, 0.01);
}

TEST(Trend, DisagreesWhenTheIntervalsDoNotMeet) {
  std::vector<double> t, y;  // most of the time nothing moves, and then all of it at once
  for (int i = 0; i < 30; ++i) t.push_back(i), y.push_back(i < 24 ? 80.0 - 0.001 * i : 60.0 - 0.001 * i);
  const TrendLine line = both(t, y, 0);
  EXPECT_TRUE(line.falls());
  EXPECT_TRUE(line.disagrees());
}

}  // namespace
}  // namespace myod::dsp
