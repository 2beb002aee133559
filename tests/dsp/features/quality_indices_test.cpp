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

/// Of lane 0 of a tile whose others are silent.
struct Read {
  Spectrum spectrum;
  QualityReader reader;
  Read(const std::vector<double>& x, double rate_hz, double high_hz = 450.0)
      : spectrum(x.size(), rate_hz, 0.5 * rate_hz / static_cast<double>(x.size()), rate_hz),
        reader(spectrum, 20.0, high_hz, {50.0, 60.0}) {
    spectrum.band(x);
    for (std::size_t i = 0; i < reader.pieces(); ++i) reader.piece(i, spectrum);
  }
};

TEST(QualityIndices, AreWhatSciPysPeriodogramGives) {
  std::uint64_t seed = 0;
  for (const Case& c : cases) {
    const Read of(signal(c, ++seed), c.rate_hz);
    ASSERT_EQ(of.spectrum.samples(), c.samples);
    const QualityIndices q = of.reader.indices(0);
    const std::string name = c.name;
    EXPECT_NEAR(q.sm_db, oracle(name + "_sm"), 1e-7) << name;
    EXPECT_NEAR(q.sn_db, oracle(name + "_sn"), 1e-7) << name;
    EXPECT_NEAR(q.dp_db, oracle(name + "_dp"), 1e-7) << name;
    EXPECT_NEAR(q.omega, oracle(name + "_omega"), 1e-9) << name;
    const MainsPower mains = of.reader.mains(0, 0);
    EXPECT_NEAR(mains.line, oracle(name + "_line"), 1e-9 * std::abs(oracle(name + "_rest"))) << name;
    EXPECT_NEAR(mains.rest, oracle(name + "_rest"), 1e-9 * std::abs(oracle(name + "_rest"))) << name;
  }
}

TEST(QualityIndices, NothingIsSaidOfNothing) {
  const QualityIndices q = Read(std::vector<double>(1000, 7.0), 1000.0).reader.indices(0);
  for (const double v : {q.sm_db, q.sn_db, q.dp_db, q.omega}) EXPECT_TRUE(std::isnan(v));
}

TEST(QualityIndices, AMainsLineBeyondTheSpectrumIsNotKnown) {
  const Read of(signal({"", 100, 100.0, 0.5, 0.0, 0.0, 20}, 1), 100.0, 45.0);
  EXPECT_TRUE(std::isnan(mains_ratio_db(of.reader.mains(0, 1))));
}

}  // namespace
}  // namespace myod::dsp
