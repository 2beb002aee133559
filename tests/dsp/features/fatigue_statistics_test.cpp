// Against ground truth with fixed seeds: noise shaped after Stulen and De Luca (fl 60 Hz, fh 120 Hz), steady or
// compressed while it goes on (dsp-spec 0b.8).
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "dsp/features/fatigue.hpp"
#include "dsp/features/spectrum.hpp"
#include "tests/dsp/detect/noise.hpp"

namespace myod::dsp {
namespace {

constexpr double low_hz = 60.0, high_hz = 120.0;

/// About normal: the sum of four uniform numbers.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : z_(seed * 0x9E3779B97F4A7C15ULL + 1) {}
  double operator()() {
    double sum = -2.0;
    for (int i = 0; i < 4; ++i) {
      z_ = z_ * 6364136223846793005ULL + 1442695040888963407ULL;
      sum += static_cast<double>(z_ >> 11U) / 9007199254740992.0;
    }
    return sum;
  }

 private:
  std::uint64_t z_;
};

TEST(FatigueStatistics, CallsASteadyMuscleChangedAtMostSixAndAHalfTimesInAHundredAtAnyOverlap) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "thousands of trials: in the release build";
#endif
  constexpr std::size_t rate = 500, seconds = 60, hop = rate / 8;
  constexpr int trials = 2000;
  constexpr std::array<std::size_t, 4> every{8, 4, 2, 1};  // hops: overlap 0, 0.5, 0.75, 0.875
  std::array<int, 4> significant{};
  Spectrum spectrum(rate, rate, 20.0, 225.0);
  std::vector<double> x(rate * seconds);
  for (int trial = 0; trial < trials; ++trial) {
    Noise noise(static_cast<std::uint64_t>(trial));
    test::MuscleShape shape(rate);
    for (std::size_t i = 0; i < rate; ++i) shape(noise());
    for (double& v : x) v = shape(noise());
    std::vector<double> mnf;
    for (std::size_t end = rate; end <= x.size(); end += hop)
      mnf.push_back(mean_frequency_hz(spectrum.band(std::span(x).subspan(end - rate, rate))));
    for (std::size_t k = 0; k < every.size(); ++k) {
      Fatigue fatigue(1.0, 0.125 * static_cast<double>(every[k]));
      for (std::size_t i = 0; i < mnf.size(); i += every[k])
        fatigue.window(0.0, 0.5 + 0.125 * static_cast<double>(i), {mnf[i], mnf[i], 100.0, 1e-9});
      const TrendLine& line = fatigue.hold().mnf_hz;
      ASSERT_FALSE(std::isnan(line.half_width));
      if (line.falls() || line.rises()) ++significant[k];
    }
  }
  for (std::size_t k = 0; k < every.size(); ++k) {
    EXPECT_LE(significant[k], 0.065 * trials) << "a window every " << every[k] << " eighths of a second";
    EXPECT_GE(significant[k], 0.005 * trials) << "an interval this wide finds nothing";
    RecordProperty("significant_of_2000_every_" + std::to_string(every[k]), significant[k]);
  }
}

double mean_frequency_of_shape(double scale, double rate) {
  const auto ratio = [&](double f, double corner) {
    return std::tan(std::numbers::pi * f / rate) / std::tan(std::numbers::pi * corner / rate);
  };
  double power = 0.0, weighted = 0.0;
  for (double f = 20.0; f <= 450.0; f += 1.0) {
    const double l = ratio(f, low_hz * scale), h = ratio(f, high_hz * scale);
    const double p = l * l / (1.0 + l * l) / ((1.0 + h * h) * (1.0 + h * h));
    power += p;
    weighted += f * p;
  }
  return weighted / power;
}

// No unbiased estimate of the mean frequency does better than 2.85 % here at 60 s: the variance of a moment of the
// spectrum, integral of (f - MNF)^2 S^2 over the square of that of S, a second (1.96 standard errors of a line's ends).
TEST(FatigueStatistics, ReadsACompressionOfTheSpectrumWithinThreePercentOfTheBandLimitedTruth) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "thousands of trials: in the release build";
#endif
  constexpr std::size_t rate = 1000, seconds = 60;
  constexpr int trials = 1000;
  const double truth = mean_frequency_of_shape(0.8, rate) / mean_frequency_of_shape(1.0, rate);
  EXPECT_NEAR(truth, 0.838, 0.01);
  Spectrum spectrum(rate, rate, 20.0, 450.0);
  std::vector<double> x(rate * seconds), error;
  double bias = 0.0;
  for (int trial = 0; trial < trials; ++trial) {
    Noise noise(7000 + static_cast<std::uint64_t>(trial));
    double z = 0.0, first = 0.0, second = 0.0, last = 0.0;  // trapezoid one-pole filters whose corners move
    double k_low = 0.0, k_high = 0.0;
    for (std::size_t i = 0; i < x.size() + rate; ++i) {
      if (i % 20 == 0) {
        const double t = i < rate ? 0.0 : static_cast<double>(i - rate) / static_cast<double>(x.size());
        k_low = std::tan(std::numbers::pi * low_hz * (1.0 - 0.2 * t) / rate);
        k_high = std::tan(std::numbers::pi * high_hz * (1.0 - 0.2 * t) / rate);
      }
      const auto lowpass = [](double k, double in, double& state) {
        const double v = (in - state) * k / (1.0 + k), out = v + state;
        state = out + v;
        return out;
      };
      const double in = noise(), high = in - lowpass(k_low, in, z);
      last = lowpass(k_high, lowpass(k_high, high, first), second);
      if (i >= rate) x[i - rate] = last;
    }
    Fatigue fatigue(1.0, 0.5);
    for (std::size_t end = rate; end <= x.size(); end += rate / 2) {
      const double mnf = mean_frequency_hz(spectrum.band(std::span(x).subspan(end - rate, rate)));
      fatigue.window(0.0, static_cast<double>(end) / rate - 0.5, {mnf, mnf, 100.0, 1e-9});
    }
    const TrendLine& line = fatigue.hold().mnf_hz;
    const double begin = line.at_start - 1.25 * line.slope;  // the first point is the mean of four windows
    const double measured = (begin + line.slope * seconds) / begin;
    bias += (measured / truth - 1.0) / trials;
    error.push_back(std::abs(measured / truth - 1.0));
  }
  std::sort(error.begin(), error.end());
  EXPECT_LE(error[static_cast<std::size_t>(0.95 * trials)], 0.03);
  EXPECT_LE(std::abs(bias), 0.005);
  RecordProperty("p95", std::to_string(error[static_cast<std::size_t>(0.95 * trials)]));
  RecordProperty("bias", std::to_string(bias));
}

}  // namespace
}  // namespace myod::dsp
