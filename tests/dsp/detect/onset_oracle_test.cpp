// Decision indices against a plain loop of the recursion (tests/oracles/onset_decisions.py), which saw the same
// bits.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/dsp/detect/fixture.hpp"

namespace myod::dsp {
namespace {

struct Case {
  std::string name, profile;
  double rate_hz = 0.0, rest_uv = 0.0;
  fixture::Holes holes;
  std::vector<std::string> decisions;
};

std::vector<Case> read_cases() {
  std::vector<Case> cases;
  for (const auto& f : fixture::rows_of("onset_decisions.csv")) {
    if (cases.empty() || cases.back().name != f.at(0))
      cases.push_back({f.at(0),
                       f.at(2),
                       std::stod(f.at(1)),
                       std::stod(f.at(3)),
                       {std::stoi(f.at(4)), std::stoi(f.at(5)), std::stoi(f.at(6)), std::stoi(f.at(7))},
                       {}});
    cases.back().decisions.push_back(f.at(8) + ' ' + f.at(9) + ' ' + f.at(10) + ' ' + f.at(11));
  }
  return cases;
}

std::vector<std::string> run(const Case& c, std::uint64_t seed) {
  OnsetOptions options;
  options.profile = c.profile == "fast" ? OnsetProfile::fast : OnsetProfile::standard;
  OnsetDetector detector(c.rate_hz, options, 20.0, 2);
  if (c.rest_uv > 0.0) detector.set_rest(c.rest_uv);
  return fixture::decisions(detector, c.holes, [&](int i) { return fixture::noise(seed) * fixture::amplitude(i); });
}

TEST(OnsetOracle, DecidesAtTheVerySamplesOfTheReferenceLoop) {
  const auto cases = read_cases();
  ASSERT_EQ(cases.size(), 9U);
  std::uint64_t seed = 0;
  for (const Case& c : cases) EXPECT_EQ(run(c, ++seed), c.decisions) << c.name;
}

}  // namespace
}  // namespace myod::dsp
