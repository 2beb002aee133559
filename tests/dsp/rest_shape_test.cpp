// Rest is seldom white: amplifiers and cables give pink noise, filters of a front end a narrow band. Activation must
// not be seen in it more often than in white noise, and an effort as soon as may be.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <vector>

#include "recorder.hpp"
#include "tests/dsp/detect/noise.hpp"

namespace {

using namespace myod;

constexpr std::uint64_t rate = 1000;

/// Noise of 3 uV behind a filter.
std::vector<double> filtered(std::size_t n, std::uint64_t seed, const std::function<double(double)>& filter) {
  test::Gauss gauss(seed);
  std::vector<double> x;
  double squares = 0.0;
  for (std::size_t i = 0; i < n; ++i) x.push_back(filter(gauss())), squares += x.back() * x.back();
  for (double& v : x) v *= 3.0 / std::sqrt(squares / static_cast<double>(n));
  return x;
}

std::vector<double> white(std::size_t n, std::uint64_t seed) {
  return filtered(n, seed, [](double x) { return x; });
}

/// 1/f within 0.05 dB from 10 Hz on (three poles after Kellet), recalled.
std::vector<double> pink(std::size_t n, std::uint64_t seed) {
  return filtered(n, seed, [b = std::array<double, 3>{}](double x) mutable {
    b[0] = 0.99765 * b[0] + x * 0.0990460;
    b[1] = 0.96300 * b[1] + x * 0.2965164;
    b[2] = 0.57000 * b[2] + x * 1.0526913;
    return b[0] + b[1] + b[2] + x * 0.1848;
  });
}

/// 50 to 100 Hz, 24 dB an octave beside.
std::vector<double> narrow(std::size_t n, std::uint64_t seed) {
  using test::Section;
  const double hz = static_cast<double>(rate);
  std::vector<Section> chain{Section::butterworth(true, 50.0, hz), Section::butterworth(true, 50.0, hz),
                             Section::butterworth(false, 100.0, hz), Section::butterworth(false, 100.0, hz)};
  return filtered(n, seed, [chain](double x) mutable {
    for (Section& s : chain) x = s(x);
    return x;
  });
}

test::Recorder played(const std::vector<double>& x) {
  dsp::Options options;
  options.condition.mains = dsp::Mains::off;
  dsp::Pipeline pipeline(test::emg_stream(rate), options);
  test::Recorder seen;
  test::feed(pipeline, seen, x, 0, x.size());
  return seen;
}

TEST(RestShape, FalseOnsetsOfPinkAndOfNarrowNoiseAreRareToo) {
  constexpr std::size_t n = 300 * rate, seeds = 4;
  for (const auto& [name, noise] : {std::pair{"white", &white}, {"pink", &pink}, {"narrow", &narrow}}) {
    std::size_t onsets = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed)
      onsets += played(noise(n, seed)).of(dsp::EventKind::onset).size();
    EXPECT_LE(onsets, seeds * 10) << name << ": 2 a minute; without regard to the shape pink had 14, narrow 110";
  }
}

TEST(RestShape, AnEffortInColouredRestIsStillSeen) {
  for (const auto& noise : {&pink, &narrow}) {
    constexpr std::size_t n = 64 * rate;
    auto x = noise(n, 7);
    const auto muscle = white(n, 8);
    for (std::size_t i = 0; i < n; ++i)
      if (i >= 4 * rate && i / (2 * rate) % 2 == 0) x[i] += 10.0 / 3.0 * muscle[i];
    const auto onsets = played(x).of(dsp::EventKind::onset);
    ASSERT_GE(onsets.size(), 15U);
    double late = 0.0;
    for (std::size_t k = 1; k <= 15; ++k) {
      const double begin = 4.0 * static_cast<double>(k);
      const auto at = std::ranges::find_if(onsets, [&](const auto& e) { return e.event.t_decision_s > begin; });
      ASSERT_TRUE(at != onsets.end());
      late = std::max(late, at->event.t_decision_s - begin);
    }
    EXPECT_LE(late, 0.15);
  }
}

}  // namespace
