#include "dsp/features/conduction_velocity.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

namespace myod::dsp {
namespace {

/// tests/oracles/velocity.py wrote them.
double oracle(const std::string& key) {
  std::map<std::string, double> values;
  std::ifstream file(MYOD_SOURCE_DIR "/tests/data/features/velocity.csv");
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) values[line.substr(0, line.find(','))] = std::stod(line.substr(line.find(',') + 1));
  return values.at(key);
}

struct Case {
  const char* name;
  std::size_t channels, samples;
  double rate_hz, delay, noise;
};
constexpr Case cases[] = {{"three", 3, 512, 2048.0, 5.12, 0.1},
                          {"eight", 8, 512, 2048.0, 2.56, 0.1},
                          {"back", 5, 500, 2000.0, -3.3, 0.1},
                          {"noisy", 4, 512, 2048.0, 4.0, 0.5}};

struct Lcg {
  std::uint64_t z;
  double uniform() {
    z = z * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(z >> 11U) / 9007199254740992.0;
  }
  double noise() {
    double total = 0.0;
    for (int i = 0; i < 12; ++i) total += uniform();
    return total - 6.0;
  }
};

/// Lines in 30..350 Hz, each channel exactly `delay` behind the one before it, and noise.
std::vector<double> array(const Case& c, std::uint64_t seed) {
  struct Line {
    double bin, amplitude, turn;
  };
  Lcg lcg{seed};
  const auto n = static_cast<double>(c.samples);
  std::vector<Line> lines;
  double power = 0.0;
  for (double b = std::ceil(30.0 * n / c.rate_hz); b <= std::floor(350.0 * n / c.rate_hz); b += 1.0) {
    const double amplitude = lcg.uniform();
    lines.push_back({b, amplitude, lcg.uniform()});
    power += 0.5 * amplitude * amplitude;
  }
  std::vector<double> x;
  for (std::size_t k = 0; k < c.channels; ++k)
    for (std::size_t i = 0; i < c.samples; ++i) {
      double sum = 0.0;
      for (const Line& l : lines)
        sum +=
            l.amplitude * std::cos(2.0 * std::numbers::pi *
                                   (l.bin * (static_cast<double>(i) - static_cast<double>(k) * c.delay) / n + l.turn));
      x.push_back(sum);
    }
  for (double& v : x) v += c.noise * std::sqrt(power) * lcg.noise();
  return x;
}

TEST(ConductionVelocity, DelaysAreThoseThatTheMinimiserOfSciPyFinds) {
  std::uint64_t seed = 0;
  for (const Case& c : cases) {
    VelocityEstimator estimator(c.channels, c.samples, c.rate_hz, 10.0);
    const auto v = estimator.estimate(array(c, ++seed));
    EXPECT_NEAR(v.delay_samples, oracle(std::string(c.name) + "_delay"), 1e-4) << c.name;
    EXPECT_LE(v.steps, 30) << c.name;
  }
}

TEST(ConductionVelocity, IsWithinHalfAPercentAt20Db) {
  for (const double truth : {2.5, 4.0, 6.0})
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const Case c{"", 4, 1024, 2048.0, 0.010 / truth * 2048.0, 0.1};
      VelocityEstimator estimator(c.channels, c.samples, c.rate_hz, 10.0);
      const auto v = estimator.estimate(array(c, seed));
      EXPECT_NEAR(v.m_per_s, truth, 0.005 * truth) << seed;
      EXPECT_GT(v.correlation, 0.95);
      EXPECT_TRUE(v.accepted);
    }
}

TEST(ConductionVelocity, WhatIsNoTravellingPotentialIsNotAccepted) {
  VelocityEstimator estimator(4, 512, 2048.0, 10.0);
  EXPECT_FALSE(estimator.estimate(array({"", 4, 512, 2048.0, 0.0, 0.05}, 3)).accepted) << "everywhere at once";
  EXPECT_FALSE(estimator.estimate(array({"", 4, 512, 2048.0, 15.0, 0.05}, 3)).accepted) << "1.4 m/s";
  Lcg lcg{7};
  std::size_t plausible = 0;
  for (int trial = 0; trial < 20; ++trial) {  // noise finds a velocity too, and often one that could be
    std::vector<double> noise(4 * 512);
    for (double& v : noise) v = lcg.noise();
    const auto v = estimator.estimate(noise);
    plausible += v.m_per_s >= least_velocity_m_per_s && v.m_per_s <= most_velocity_m_per_s ? 1 : 0;
    EXPECT_FALSE(v.accepted) << trial;
  }
  EXPECT_GT(plausible, 0U);
  EXPECT_TRUE(std::isnan(estimator.estimate(std::vector<double>(4 * 512, 0.0)).m_per_s));
}

TEST(ConductionVelocity, DoubleDifferencesTakeOutWhatAllElectrodesShare) {
  std::vector<double> mono{1, 2, 4, 8, 9, 10, 20, 30, 17, 18, 36, 52}, raised = mono;  // 4 electrodes, 3 samples
  for (double& v : raised) v += 1000.0;
  for (auto* x : {&mono, &raised}) subtract_neighbours(*x, 3, 2), x->resize(2 * 3);
  EXPECT_EQ(mono, (std::vector<double>{1 + 20 - 2 * 8, 2 + 30 - 2 * 9, 4 + 17 - 2 * 10, 8 + 18 - 2 * 20,
                                       9 + 36 - 2 * 30, 10 + 52 - 2 * 17}));
  EXPECT_EQ(raised, mono);
}

TEST(ConductionVelocity, AnArrayThatCannotBeIsRefused) {
  EXPECT_THROW(VelocityEstimator(2, 512, 2048.0, 10.0), std::invalid_argument);
  EXPECT_THROW(VelocityEstimator(3, 8, 2048.0, 10.0), std::invalid_argument);
  EXPECT_THROW(VelocityEstimator(3, 512, 2048.0, 0.0), std::invalid_argument);
  EXPECT_THROW(VelocityEstimator(3, 512, 2048.0, 10.0, 400.0, 20.0), std::invalid_argument);
}

}  // namespace
}  // namespace myod::dsp
