// What is no effort: an electrode that is plugged in, knocked or off. It counts nothing, and hides none of what
// follows.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "dsp/detect/repetition.hpp"
#include "tests/dsp/detect/noise.hpp"

namespace myod::dsp {
namespace {

constexpr double rate_hz = 1000.0, hop_s = 0.02, rest_uv = 3.0, hold_uv = 60.0;

/// Rest, the artefact at 4 s, ten holds of 2 s with 2 s of rest between, behind the default chain.
template <typename Artefact>
std::vector<double> session(Artefact artefact) {
  test::Gauss noise(3), muscle(4);
  test::MuscleShape shape(rate_hz);
  const double gain = hold_uv / test::noise_gain([s = test::MuscleShape(rate_hz)](double x) mutable { return s(x); });
  test::DefaultChain chain(rate_hz);
  std::vector<double> y;
  for (int i = 0; i < 48'000; ++i) {
    const double t = static_cast<double>(i) / rate_hz, since = t - 8.0;
    const bool holds = since >= 0.0 && std::fmod(since, 4.0) < 2.0;
    const double emg = gain * shape(muscle());
    y.push_back(chain(rest_uv * noise() + (holds ? emg : 0.0) + artefact(t - 4.0)));
  }
  return y;
}

std::vector<RepetitionEnd> count(const std::vector<double>& y) {
  RepetitionCounter counter(hop_s, {});
  std::vector<RepetitionEnd> told;
  const auto rms = [&](std::size_t end, std::size_t n) {
    double squares = 0.0;
    for (std::size_t i = end - n; i < end; ++i) squares += y[i] * y[i];
    return std::sqrt(squares / static_cast<double>(n));
  };
  for (std::size_t end = 150; end <= y.size(); end += 20)
    if (const auto r = counter.push(static_cast<double>(end) / rate_hz, rms(end, 150), rms(end, 20), true))
      told.push_back(*r);
  return told;
}

TEST(RepetitionArtefacts, AnElectrodeThatIsPluggedInOrKnockedIsNoEffortAndHidesNone) {
  const auto step = [](double t) { return t < 0.0 ? 0.0 : 5000.0; };
  const auto knock = [](double t) { return std::abs(t) < 0.005 ? 8000.0 : 0.0; };
  const auto twice = [](double t) { return std::abs(t) < 0.002 || std::abs(t - 1.0) < 0.002 ? -20'000.0 : 0.0; };
  for (const auto& y : {session(step), session(knock), session(twice)}) {
    const auto told = count(y);
    ASSERT_EQ(told.size(), 10U);
    for (std::size_t i = 0; i < told.size(); ++i) EXPECT_NEAR(told[i].start_s, 8.0 + 4.0 * static_cast<double>(i), 0.1);
  }
}

TEST(RepetitionArtefacts, ALongOneMayCountOnceButHidesNoneAndStartsStay) {
  const auto hum = [](double t) { return t < 0.0 || t > 1.5 ? 0.0 : 9000.0 * std::sin(2.0 * 3.14159 * 50.0 * t); };
  const auto told = count(session(hum));
  ASSERT_EQ(told.size(), 11U);
  for (std::size_t i = 1; i < told.size(); ++i)
    EXPECT_NEAR(told[i].start_s, 4.0 + 4.0 * static_cast<double>(i), 0.1) << i;
}

TEST(RepetitionArtefacts, AnElectrodeThatIsOffTakesBackWhatItDid) {
  RepetitionCounter counter(hop_s, {});
  double t_s = 0.0;
  std::size_t told = 0;
  const auto play = [&](double uv, double seconds) {
    for (int i = 0; i < static_cast<int>(seconds / hop_s + 0.5); ++i)
      told += counter.push(t_s += hop_s, uv, uv, true) ? 1 : 0;
  };
  play(3.0, 2.0);
  play(300.0, 1.0);  // off, and soon known to be
  EXPECT_TRUE(counter.running());
  counter.discard();
  EXPECT_FALSE(counter.running());
  play(3.0, 1.0);
  for (int i = 0; i < 10; ++i) play(40.0, 2.0), play(3.0, 2.0);  // under the 30 % that would hide them
  EXPECT_EQ(told, 10U);
}

TEST(RepetitionArtefacts, FewMotorUnitsFarAboveTheNoiseAreAnEffort) {
  test::Gauss noise(5);
  std::vector<double> y;
  for (int i = 0; i < 60'000; ++i) {  // a unit of 16 ms that fires 8 times a second, in ten holds of 3 s
    const bool fires = i >= 4000 && i % 5600 < 3000 && i % 125 < 16 && i < 59'000;
    y.push_back(3.0 * noise() + (fires ? 300.0 * std::sin(2.0 * 3.14159 * (i % 125) / 16.0) : 0.0));
  }
  EXPECT_EQ(count(y).size(), 10U);
}

}  // namespace
}  // namespace myod::dsp
