#include "dsp/features/quality_indices.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace myod::dsp {
namespace {

/// tests/oracles/quality.py wrote them.
double oracle(const std::string& key) {
  static const auto all = [] {
    std::map<std::string, double> values;
    std::ifstream file(MYOD_SOURCE_DIR "/tests/data/features/quality.csv");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line))
      values[line.substr(0, line.find(','))] = std::stod(line.substr(line.find(',') + 1));
    return values;
  }();
  return all.at(key);
}

struct Case {
  const char* name;
  std::size_t samples;
  double rate_hz, smooth, sway, hum;
  std::size_t period;
};
constexpr Case cases[] = {{"white", 1000, 1000.0, 0.0, 0.0, 0.0, 20},
                          {"muscle", 1000, 1000.0, 0.6, 0.0, 0.0, 20},
                          {"moved", 1000, 1000.0, 0.6, 40.0, 0.0, 20},
                          {"humming", 2000, 2000.0, 0.7, 5.0, 12.0, 40},
                          {"odd", 1875, 1926.0, 0.7, 5.0, 1.0, 38}};

std::vector<double> signal(const Case& c, std::uint64_t seed) {
  std::vector<double> x;
  double y = 0.0;
  std::uint64_t z = seed;
  for (std::size_t i = 0; i < c.samples; ++i) {
    double total = 0.0;
    for (int k = 0; k < 12; ++k) {
      z = z * 6364136223846793005ULL + 1442695040888963407ULL;
      total += static_cast<double>(z >> 11U) / 9007199254740992.0;
    }
    y = c.smooth * y + (total - 6.0);
    const double ramp = std::abs(static_cast<double>(i % 250) - 125.0) / 125.0;
    const double tooth = static_cast<double>(i % c.period) / static_cast<double>(c.period);
    x.push_back(1000.0 + y + c.sway * ramp + c.hum * (std::abs(2.0 * tooth - 1.0) - 0.5));
  }
  return x;
}

TEST(QualityIndices, AreWhatSciPysPeriodogramGives) {
  std::uint64_t seed = 0;
  for (const Case& c : cases) {
    Spectrum spectrum(c.samples, c.rate_hz, 0.5 * c.rate_hz / static_cast<double>(c.samples), c.rate_hz);
    ASSERT_EQ(spectrum.samples(), c.samples);
    const Band band = spectrum.band(signal(c, ++seed));
    const QualityIndices q = quality_indices(band);
    const std::string name = c.name;
    EXPECT_NEAR(q.sm_db, oracle(name + "_sm"), 1e-7) << name;
    EXPECT_NEAR(q.sn_db, oracle(name + "_sn"), 1e-7) << name;
    EXPECT_NEAR(q.dp_db, oracle(name + "_dp"), 1e-7) << name;
    EXPECT_NEAR(q.omega, oracle(name + "_omega"), 1e-9) << name;
    const MainsPower mains = mains_power(band, 50.0, power_uv2(band, 20.0, 450.0));
    EXPECT_NEAR(mains.line, oracle(name + "_line"), 1e-9 * std::abs(oracle(name + "_rest"))) << name;
    EXPECT_NEAR(mains.rest, oracle(name + "_rest"), 1e-9 * std::abs(oracle(name + "_rest"))) << name;
  }
}

TEST(QualityIndices, NothingIsSaidOfNothing) {
  Spectrum spectrum(1000, 1000.0, 0.5, 1000.0);
  const QualityIndices q = quality_indices(spectrum.band(std::vector<double>(1000, 7.0)));
  for (const double v : {q.sm_db, q.sn_db, q.dp_db, q.omega}) EXPECT_TRUE(std::isnan(v));
}

TEST(QualityIndices, AMainsLineBeyondTheSpectrumIsNotKnown) {
  Spectrum spectrum(100, 100.0, 0.5, 100.0);
  const Band band = spectrum.band(signal({"", 100, 100.0, 0.5, 0.0, 0.0, 20}, 1));
  const MainsPower mains = mains_power(band, 60.0, power_uv2(band, 20.0, 45.0));
  for (const double v : {mains.line, mains.rest, mains_ratio_db(mains)}) EXPECT_TRUE(std::isnan(v));
}

}  // namespace
}  // namespace myod::dsp
