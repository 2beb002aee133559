// Decision indices against a plain loop of the recursion (tests/oracles/detect/onset_fixture.py), which saw the same
// bits.
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "dsp/detect/onset.hpp"

namespace myod::dsp {
namespace {

constexpr int fixture_samples = 60000;

struct Case {
  std::string name, profile;
  double rate_hz = 0.0, rest_uv = 0.0;
  int invalid_from = 0, invalid_to = 0, gap_at = 0, gap_length = 0;
  std::vector<std::string> decisions;
};

std::vector<Case> read_cases() {
  std::ifstream in(MYOD_SOURCE_DIR "/tests/data/detect/onset_decisions.csv");
  if (!in) throw std::runtime_error("no tests/data/detect/onset_decisions.csv");
  std::vector<Case> cases;
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::vector<std::string> f;
    std::istringstream s(line);
    for (std::string field; std::getline(s, field, ',');) f.push_back(field);
    if (cases.empty() || cases.back().name != f.at(0))
      cases.push_back({f.at(0),
                       f.at(2),
                       std::stod(f.at(1)),
                       std::stod(f.at(3)),
                       std::stoi(f.at(4)),
                       std::stoi(f.at(5)),
                       std::stoi(f.at(6)),
                       std::stoi(f.at(7)),
                       {}});
    cases.back().decisions.push_back(f.at(8) + ' ' + f.at(9) + ' ' + f.at(10) + ' ' + f.at(11));
  }
  return cases;
}

/// The generator's noise: sum of 12 uniforms of a 64-bit linear congruential generator, minus 6.
double noise(std::uint64_t& z) {
  double g = 0.0;
  for (int i = 0; i < 12; ++i) {
    z = z * 6364136223846793005ULL + 1442695040888963407ULL;
    g += static_cast<double>(z >> 11) / 9007199254740992.0;
  }
  return g - 6.0;
}

double amplitude(int i) {
  const int t = i % 10000;
  if ((t >= 4000 && t < 5200) || (t >= 5290 && t < 5600)) return 10.0;
  if (t >= 7000 && t < 7015) return 40.0;
  return t >= 8000 && t < 8600 ? 5.0 : 3.0;
}

std::vector<std::string> run(const Case& c, std::uint64_t seed) {
  OnsetOptions options;
  options.profile = c.profile == "fast" ? OnsetProfile::fast : OnsetProfile::standard;
  OnsetDetector detector(c.rate_hz, options, 20.0, 2);
  if (c.rest_uv > 0.0) detector.set_rest(c.rest_uv);
  std::vector<std::string> told;
  std::uint64_t lost = 0;
  for (int i = 0; i < fixture_samples; ++i) {
    if (c.gap_length > 0 && i == c.gap_at) {
      lost = static_cast<std::uint64_t>(c.gap_length);
      detector.gap(static_cast<std::uint64_t>(i) + lost, lost);
    }
    const bool valid = i < c.invalid_from || i >= c.invalid_to;
    const double y = noise(seed) * amplitude(i);
    if (const auto d = detector.push(static_cast<std::uint64_t>(i) + lost, y, valid))
      told.push_back((d->kind == EventKind::onset ? "onset " : "offset ") + std::to_string(d->event_index) + ' ' +
                     std::to_string(d->decision_index) + ' ' + (d->brief ? '1' : '0'));
  }
  return told;
}

TEST(OnsetOracle, DecidesAtTheVerySamplesOfTheReferenceLoop) {
  const auto cases = read_cases();
  ASSERT_EQ(cases.size(), 9U);
  std::uint64_t seed = 0;
  for (const Case& c : cases) EXPECT_EQ(run(c, ++seed), c.decisions) << c.name;
}

}  // namespace
}  // namespace myod::dsp
