// The whole simulated signal: its truth is true, and it depends on scenario, rate, channels and seed alone.
#include "dsp/synth/signal.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "tests/dsp/synth/measure.hpp"

namespace {

using myod::dsp::synth::find_scenario;
using myod::dsp::synth::Scenario;
using myod::dsp::synth::scenario_table;
using myod::dsp::synth::Signal;
using myod::dsp::synth::Truth;

struct Stretch {
  std::vector<double> uv;
  std::vector<Truth> truth;
  std::uint32_t channels;

  std::vector<double> channel(std::uint32_t c, std::size_t from, std::size_t to) const {
    std::vector<double> x;
    for (std::size_t i = from; i < to; ++i) x.push_back(uv[i * channels + c]);
    return x;
  }
};

Stretch run(std::string_view scenario, double seconds, std::uint32_t channels = 2, std::uint64_t seed = 1,
            std::size_t step = 64, double rate_hz = 1000.0) {
  Signal signal(*find_scenario(scenario), rate_hz, channels, seed);
  const auto n = static_cast<std::size_t>(seconds * rate_hz);
  Stretch r{std::vector<double>(n * channels), std::vector<Truth>(n * channels), channels};
  for (std::size_t i = 0; i < n; i += step) {
    const std::size_t m = std::min(step, n - i);
    signal.generate({&r.uv[i * channels], m * channels}, {&r.truth[i * channels], m * channels});
  }
  return r;
}

TEST(Signal, DoesNotDependOnTheStepInWhichSamplesAreAskedFor) {
  for (const Scenario& scenario : scenario_table()) {
    const Stretch whole = run(scenario.name, 8.0, 3, 7, 8000);
    for (const std::size_t step : {1U, 7U, 1000U}) {
      const Stretch cut = run(scenario.name, 8.0, 3, 7, step);
      EXPECT_EQ(whole.uv, cut.uv) << scenario.name << " in steps of " << step;
    }
  }
}

TEST(Signal, IsFixedByItsSeedAndDiffersBetweenSeedsAndChannels) {
  EXPECT_EQ(run("exercise", 4.0, 2, 5).uv, run("exercise", 4.0, 2, 5).uv);
  EXPECT_NE(run("exercise", 4.0, 2, 5).uv, run("exercise", 4.0, 2, 6).uv);
  const Stretch r = run("hold", 4.0, 2, 5);
  EXPECT_NE(r.channel(0, 0, 4000), r.channel(1, 0, 4000));
}

TEST(Signal, AsksForNoTruthAndGivesTheSameSamples) {
  Signal bare(*find_scenario("exercise"), 1000.0, 2, 1);
  std::vector<double> uv(2 * 4000);
  bare.generate(uv, {});
  EXPECT_EQ(uv, run("exercise", 4.0).uv);
  EXPECT_EQ(bare.next_index(), 4000U);
}

TEST(Signal, RestsAtAFewMicrovolt) {
  const Stretch r = run("rest", 10.0);
  std::vector<double> x = r.channel(0, 0, 10000);
  for (std::size_t i = x.size() - 1; i > 0; --i) x[i] = (x[i] - x[i - 1]) / std::sqrt(2.0);  // without offset and drift
  x[0] = 0.0;
  const double level = myod::test::rms(x);
  EXPECT_GT(level, 3.0);
  EXPECT_LT(level, 5.0);
  for (const Truth& t : r.truth) EXPECT_FALSE(t.active);
}

TEST(Signal, KnowsWhereEachContractionBegins) {
  for (const Scenario& scenario : scenario_table()) {
    const Stretch r = run(scenario.name, 20.0, 1, 3);
    std::uint64_t onsets = 0;
    for (std::size_t i = 1; i < r.truth.size(); ++i) {
      if (!r.truth[i].active || r.truth[i - 1].active) continue;
      ++onsets;
      EXPECT_EQ(r.truth[i].onset_index, i);
      EXPECT_EQ(r.truth[i].onsets, onsets);
      if (scenario.effort.tremor_hz > 0.0) continue;  // its bursts follow closely: potentials of the last one linger
      // Silence before, the first potential within its own width after (20 ms covers the widest fresh one).
      for (std::size_t k = 1; k <= 50; ++k) EXPECT_EQ(r.truth[i - k].emg_uv, 0.0) << scenario.name << " at " << i;
      double peak = 0.0;
      for (std::size_t k = 0; k < 20; ++k) peak = std::max(peak, std::abs(r.truth[i + k].emg_uv));
      EXPECT_GT(peak, 0.1) << scenario.name << " at " << i;
    }
    EXPECT_EQ(onsets > 0, scenario.effort.on_s > 0.0) << scenario.name;
  }
}

TEST(Signal, IsQuietWhenItSaysSoOnceThePotentialsUnderWayHavePassed) {
  const Stretch r = run("exercise", 20.0, 2, 2);
  std::size_t quiet_for = 0, checked = 0;
  for (std::size_t i = 0; i < 20000; ++i) {
    const Truth& t = r.truth[2 * i];
    quiet_for = t.active ? 0 : quiet_for + 1;
    if (quiet_for <= 40) continue;
    EXPECT_EQ(t.emg_uv, 0.0) << i;
    ++checked;
  }
  EXPECT_GT(checked, 5000U);
}

TEST(Signal, ScalesItsSpectrumAsItsTruthSays) {
  const Stretch r = run("fatigue", 120.0, 1, 1);
  const double early_scale = r.truth[8000].spectrum_scale, late_scale = r.truth[115000].spectrum_scale;
  EXPECT_LT(late_scale, 0.8);
  const double early_hz = myod::test::median_frequency_hz(r.channel(0, 3500, 12500), 1000);
  const double late_hz = myod::test::median_frequency_hz(r.channel(0, 110500, 119500), 1000);
  EXPECT_NEAR(late_hz / early_hz, late_scale / early_scale, 0.05);
}

TEST(Signal, BeginsItsFirstEffortOnceTheRestLevelCanBeKnown) {
  const Stretch r = run("exercise", 9.0);
  const auto first_active = [&](std::uint32_t c) {
    std::size_t i = 0;
    while (!r.truth[i * 2 + c].active) ++i;
    return static_cast<double>(i) / 1000.0;
  };
  EXPECT_NEAR(first_active(0), 2.5, 0.05);
  EXPECT_NEAR(first_active(1), 5.5, 0.05);
}

TEST(Signal, CarriesTheDisturbanceItsScenarioNames) {
  const auto level_before_effort = [](std::string_view name) {
    std::vector<double> x = run(name, 2.4, 1).channel(0, 0, 2400);
    double mean = 0.0;
    for (const double v : x) mean += v / static_cast<double>(x.size());
    for (double& v : x) v -= mean;
    return myod::test::rms(x);
  };
  EXPECT_NEAR(level_before_effort("mains"), 100.0 / std::sqrt(2.0), 10.0);
  EXPECT_NEAR(level_before_effort("mains60"), 100.0 / std::sqrt(2.0), 10.0);
  EXPECT_GT(level_before_effort("ecg"), 30.0);
  EXPECT_LT(level_before_effort("ecg"), 100.0);
}

TEST(Signal, RefusesARateOrAChannelCountThatCannotBe) {
  EXPECT_THROW(Signal(*find_scenario("rest"), 0.0, 1, 1), std::invalid_argument);
  EXPECT_THROW(Signal(*find_scenario("rest"), 1000.0, 0, 1), std::invalid_argument);
  EXPECT_EQ(find_scenario("no such"), nullptr);
}

}  // namespace
