// Planned weak efforts and a paretic muscle, on the motor-unit simulator with
// fixed seeds: a session of rest, reference and ten holds through the pipeline,
// counted exactly (clinical.md).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "dsp/synth/pool.hpp"
#include "dsp/synth/random.hpp"
#include "dsp/synth/scenario.hpp"
#include "recorder.hpp"

namespace {

using namespace myod;

constexpr std::uint64_t rate = 1000;
constexpr double noise_uv = 4.0, rest_s = 4.0, reference_end_s = 10.0, pause_s = 4.0;
constexpr int holds = 10;
constexpr std::uint64_t seeds = 5;

constexpr dsp::synth::PoolOptions healthy{};
/// The simulator's paretic muscle, as weak as one whose maximum stands 8 dB above the noise of rest.
dsp::synth::PoolOptions paretic() {
  dsp::synth::PoolOptions pool = dsp::synth::find_scenario("paretic")->pool;
  pool.max_rms_uv = 6.8;
  return pool;
}

/// RMS of the muscle alone at a steady excitation.
double steady_uv(const dsp::synth::PoolOptions& options, double excitation, std::uint64_t seed) {
  dsp::synth::MotorPool pool(rate, options, seed);
  double sum = 0.0;
  constexpr int settle = 500, samples = 10'000;
  for (int i = 0; i < settle + samples; ++i) {
    const double y = pool.step(excitation, 1.0);
    if (i >= settle) sum += y * y;
  }
  return std::sqrt(sum / samples);
}

/// The excitation that gives this share of the muscle's maximum.
double excitation_for(double share, const dsp::synth::PoolOptions& options, std::uint64_t seed) {
  if (share >= 1.0) return 1.0;
  const double wanted = share * steady_uv(options, 1.0, seed);
  double low = 0.0, high = 1.0;
  for (int i = 0; i < 12; ++i) {
    const double middle = 0.5 * (low + high);
    (steady_uv(options, middle, seed) < wanted ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

double trapezoid(double t, double length) { return std::clamp(std::min(t, length - t) / 0.3, 0.0, 1.0); }

struct Session {
  std::uint32_t counted = 0;
  double reference_db = 0.0;  // over rest
  std::vector<double> starts_s;
};

/// Rest, one maximum, then ten holds of hold_s at `share` of the maximum.
Session session(const dsp::synth::PoolOptions& options, double share, double target_pct, double hold_s,
                std::uint64_t seed) {
  dsp::synth::MotorPool pool(rate, options, seed);
  dsp::synth::Random random(seed, 9);
  const double level = excitation_for(share, options, seed), period_s = hold_s + pause_s;
  const auto n = static_cast<std::size_t>((reference_end_s + pause_s + holds * period_s) * rate);
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double t = static_cast<double>(i) / rate, since = t - reference_end_s - pause_s;
    double excitation = trapezoid(t - rest_s - 1.0, reference_end_s - rest_s - 1.0);
    if (since >= 0.0) excitation = level * trapezoid(std::fmod(since, period_s), hold_s);
    x[i] = pool.step(excitation, 1.0) + noise_uv * random.normal();
  }
  dsp::Options o;
  o.repetition.target_pct = target_pct;
  dsp::Pipeline pipeline(test::emg_stream(rate), o);
  test::Recorder seen;
  dsp::Command trial;
  trial.kind = dsp::CommandKind::calibrate_rest;
  trial.seconds = 2.0;
  test::feed(pipeline, seen, x, 0, 2000);
  pipeline.apply(trial, seen);
  test::feed(pipeline, seen, x, 2000, 4500);
  trial.kind = dsp::CommandKind::calibrate_reference;
  trial.reference = dsp::ReferenceKind::mvc;
  trial.seconds = reference_end_s - 4.5;
  pipeline.apply(trial, seen);
  test::feed(pipeline, seen, x, 4500, 13'000);
  const auto told_before = seen.of(dsp::EventKind::repetition).size();  // the maximum itself
  test::feed(pipeline, seen, x, 13'000, n);
  Session s;
  EXPECT_EQ(seen.results.size(), 2U);
  for (const auto& r : seen.results) EXPECT_TRUE(r.done) << r.text.view();
  if (seen.results.size() == 2) s.reference_db = 20.0 * std::log10(seen.results[1].value / seen.results[0].value);
  const auto all = seen.of(dsp::EventKind::repetition);
  s.counted = static_cast<std::uint32_t>(all.size() - told_before);
  for (std::size_t i = told_before; i < all.size(); ++i) s.starts_s.push_back(all[i].event.t_event_s);
  return s;
}

void expect_ten(const Session& s, double hold_s, const std::string& what) {
  ASSERT_EQ(s.counted, 10U) << what;
  for (int i = 0; i < holds; ++i)
    EXPECT_NEAR(s.starts_s.at(static_cast<std::size_t>(i)), reference_end_s + pause_s + i * (hold_s + pause_s), 0.6)
        << what << ", hold " << i;
}

TEST(RepetitionWeak, TenHoldsAtFifteenTwentyAndThirtyPercentAreTen) {
  for (const double percent : {15.0, 20.0, 30.0})
    for (std::uint64_t seed = 1; seed <= seeds; ++seed)
      expect_ten(session(healthy, percent / 100.0, percent, 5.0, seed), 5.0,
                 std::to_string(percent) + " %, seed " + std::to_string(seed));
}

struct Planned {
  double share, target_pct;
};

TEST(RepetitionWeak, TenEffortsOfAPareticMuscleEightDecibelsAboveRestAreTen) {
  for (const Planned p : {Planned{1.0, 0.0}, Planned{0.8, 0.0}, Planned{0.8, 80.0}})
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      const Session s = session(paretic(), p.share, p.target_pct, 5.0, seed);
      EXPECT_NEAR(s.reference_db, 8.0, 0.9) << seed;
      expect_ten(s, 5.0, "share " + std::to_string(p.share) + ", seed " + std::to_string(seed));
    }
}

TEST(RepetitionWeak, AnEffortTooNearToRestHasNoCountRatherThanOneNobodyCanTrust) {
  dsp::Options o;
  o.repetition.target_pct = 60.0;
  dsp::Pipeline pipeline(test::emg_stream(rate), o);
  test::Recorder seen;
  dsp::Command level;
  level.kind = dsp::CommandKind::set_rest;
  level.value = 10.0;
  pipeline.apply(level, seen);
  auto x = test::oracle_noise(4000, 3);
  for (double& v : x) v *= 10.0;
  test::feed(pipeline, seen, x, 0, 2000);
  EXPECT_EQ(seen.of(dsp::FrameKind::amplitude).back().value("repetition_count"), 0.0);
  level.kind = dsp::CommandKind::set_reference;
  level.reference = dsp::ReferenceKind::mvc;
  level.value = 25.0;  // 60 % of it lies 4.6 dB above rest
  pipeline.apply(level, seen);
  test::feed(pipeline, seen, x, 2000, 4000);
  ASSERT_TRUE(seen.results.back().done) << seen.results.back().text.view();
  EXPECT_TRUE(std::isnan(seen.of(dsp::FrameKind::amplitude).back().value("repetition_count")));
}

TEST(RepetitionWeak, WhatIsAThirdOfWhatWasAskedIsNoRepetition) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) EXPECT_EQ(session(healthy, 0.1, 30.0, 5.0, seed).counted, 0U);
}

TEST(RepetitionWeak, TwentyPercentIsNoRepetitionWhenNothingWasPlanned) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) EXPECT_EQ(session(healthy, 0.2, 0.0, 5.0, seed).counted, 0U);
}

}  // namespace
