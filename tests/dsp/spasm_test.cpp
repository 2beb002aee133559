// Spasm events of the pipeline: which, when, across changes of settings, and not for what a stimulator does.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "recorder.hpp"
#include "tests/support/rt_guard/rt_guard.hpp"

namespace {

using namespace myod;

constexpr std::uint64_t rate = 1000;

/// Rest of 3 uV; from 4 s to 8 s bursts of 60 uV at 6 Hz, half of each period; from 12 s to 14 s a steady effort.
std::vector<double> clonus_and_effort() {
  auto x = test::oracle_noise(18'000, 31);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double t = static_cast<double>(i) / rate;
    const bool burst = t >= 4.0 && t < 8.0 && std::fmod(6.0 * t, 1.0) < 0.5;
    x[i] *= burst || (t >= 12.0 && t < 14.0) ? 60.0 : 3.0;
  }
  return x;
}

dsp::Command expect(double seconds) {
  dsp::Command c;
  c.kind = dsp::CommandKind::expect;
  c.seconds = seconds;
  return c;
}

std::string texts(const test::Recorder& seen) {
  std::string all;
  for (const auto& e : seen.of(dsp::EventKind::spasm)) all.append(e.event.text.view()).append("; ");
  return all;
}

TEST(Spasm, ClonusIsToldWithItsRateWhereItBeganAndOnce) {
  dsp::Pipeline pipeline(test::emg_stream(rate), {});
  test::Recorder seen;
  test::feed(pipeline, seen, clonus_and_effort(), 0, 18'000);
  const auto spasms = seen.of(dsp::EventKind::spasm);
  ASSERT_EQ(spasms.size(), 1U) << texts(seen);
  const auto& e = spasms[0].event;
  EXPECT_EQ(e.text.view().substr(0, 22), "clonus: bursts at 6.0 ");
  EXPECT_NEAR(e.value, 6.0, 0.1);
  EXPECT_NEAR(e.t_event_s, 4.0, 0.3);
  EXPECT_LE(e.t_decision_s, 6.0);
}

TEST(Spasm, ActivityOutsideAnExpectedContractionIsToldAndInsideItIsNot) {
  const auto x = clonus_and_effort();
  const auto said = [&](std::size_t expected_from, double seconds) {
    dsp::Pipeline pipeline(test::emg_stream(rate), {});
    test::Recorder seen;
    test::feed(pipeline, seen, x, 0, 10'000);
    pipeline.apply(expect(0.0), seen);
    test::feed(pipeline, seen, x, 10'000, expected_from);
    pipeline.apply(expect(seconds), seen);
    test::feed(pipeline, seen, x, expected_from, x.size());
    for (const auto& r : seen.results) EXPECT_TRUE(r.done) << r.text.view();
    return texts(seen);
  };
  const std::string clonus = "clonus: bursts at 6.0 Hz; ";
  EXPECT_EQ(said(11'000, 3.0), clonus);
  EXPECT_EQ(said(14'500, 3.0), clonus + "active while no contraction is expected; ");
  EXPECT_EQ(said(11'000, 1.5), clonus + "still active, no contraction is expected any more; ");
}

TEST(Spasm, ASettingsChangeTellsNothingTwiceAndForgetsNoExpectation) {
  const auto x = clonus_and_effort();
  for (const std::size_t at : {4300U, 6100U, 7300U, 8200U, 12'500U}) {
    test::Recorder seen;
    dsp::Pipeline first(test::emg_stream(rate), {}), second(test::emg_stream(rate), {}, 0, 1);
    std::vector<dsp::ChannelSeed> seed(1);
    test::feed(first, seen, x, 0, 3000);
    first.apply(expect(6.0), seen);
    test::feed(first, seen, x, 3000, at);
    first.take_seed(seed);
    second.plant_seed(seed, at);
    test::feed(second, seen, x, at, x.size());
    EXPECT_EQ(texts(seen), "clonus: bursts at 6.0 Hz; active while no contraction is expected; ") << at;
  }
}

TEST(Spasm, TheAnswersToStimulationAreNoClonus) {
  auto x = test::oracle_noise(14'000, 5);
  for (double& v : x) v *= 3.0;
  for (std::size_t at = 4000; at < 14'000; at += 200) {
    x[at] += 3000.0;
    for (std::size_t i = 8; i < 60 && at + i < x.size(); ++i) x[at + i] *= 20.0;  // evoked
  }
  const auto clonus = [&](dsp::Blanking blanking) {
    dsp::Options o;
    o.condition.blanking = blanking;
    dsp::Pipeline pipeline(test::emg_stream(rate), o);
    test::Recorder seen;
    dsp::Command train;
    train.kind = dsp::CommandKind::stimulus;
    train.value = 4.0;
    train.seconds = 0.2;
    train.pulses = 50;
    if (blanking != dsp::Blanking::off) pipeline.apply(train, seen);
    test::feed(pipeline, seen, x, 0, x.size());
    return seen.of(dsp::EventKind::spasm).size();
  };
  EXPECT_EQ(clonus(dsp::Blanking::events), 0U);
  EXPECT_EQ(clonus(dsp::Blanking::off), 1U) << "nobody told of pulses: it bursts at 5 Hz";
}

TEST(Spasm, SwitchedOffItTellsNothingAndRefusesExpectations) {
  dsp::Options o;
  o.spasm.enabled = false;
  dsp::Pipeline pipeline(test::emg_stream(rate), o);
  test::Recorder seen;
  pipeline.apply(expect(1.0), seen);
  test::feed(pipeline, seen, clonus_and_effort(), 0, 18'000);
  EXPECT_TRUE(seen.of(dsp::EventKind::spasm).empty());
  ASSERT_EQ(seen.results.size(), 1U);
  EXPECT_FALSE(seen.results[0].done);
}

TEST(Spasm, RefusesExpectationsWithoutAnEnd) {
  dsp::Pipeline pipeline(test::emg_stream(rate), {});
  test::Recorder seen;
  for (const double seconds : {-1.0, 3601.0, std::nan("")}) pipeline.apply(expect(seconds), seen);
  ASSERT_EQ(seen.results.size(), 3U);
  for (const auto& r : seen.results) EXPECT_FALSE(r.done);
}

TEST(Spasm, AnyCutIntoBlocksGivesTheSameBitsAndNothingIsAllocated) {
  const auto x = clonus_and_effort();
  const auto told = [&](std::size_t size) {
    dsp::Pipeline pipeline(test::emg_stream(rate), {});
    test::Recorder seen;
    test::feed(pipeline, seen, x, 0, 9500, [size] { return size; });
    pipeline.apply(expect(1.0), seen);
    test::feed(pipeline, seen, x, 9500, x.size(), [size] { return size; });
    EXPECT_EQ(seen.of(dsp::EventKind::spasm).size(), 2U);
    return seen.told;
  };
  const std::string whole = told(std::size_t{1} << 20);
  for (const std::size_t size : {1, 7, 64, 1000}) EXPECT_TRUE(told(size) == whole) << size;

  if (!test::rt_guard_sees()) return;
  struct Counter : dsp::Sink {
    int spasms = 0;
    void frame(const dsp::FeatureFrame&) override {}
    void event(const dsp::Event& e, const dsp::Repetition*) override { spasms += e.kind == dsp::EventKind::spasm; }
    void result(const dsp::CommandResult&) override {}
  } seen;
  dsp::Pipeline pipeline(test::emg_stream(rate), {});
  const std::function<std::size_t()> size = [] { return std::size_t{33}; };
  const test::RtGuard guard;
  test::feed(pipeline, seen, x, 0, 9500, size);
  pipeline.apply(expect(1.0), seen);
  test::feed(pipeline, seen, x, 9500, x.size(), size);
  const auto counted = guard.counts();
  EXPECT_EQ(counted.allocations + counted.frees + counted.locks, 0U);
  EXPECT_EQ(seen.spasms, 2);
}

}  // namespace
