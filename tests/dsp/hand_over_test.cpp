// A settings change or a recording is passive for what the person does: a contraction goes on across it.
#include <gtest/gtest.h>

#include "recorder.hpp"

namespace {

using namespace myod;

constexpr std::uint64_t rate = 1000;

/// Rest of 3 uV, and efforts of 60 uV from 3 to 6 s and from 9 to 12 s.
std::vector<double> two_efforts() {
  auto x = test::oracle_noise(15'000, 77);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= i / 3000 % 2 == 1 ? 60.0 : 3.0;
  return x;
}

/// What is said over the whole signal when the pipeline changes at each of these samples.
test::Recorder said(const std::vector<double>& x, const std::vector<std::size_t>& at, const dsp::Options& later) {
  test::Recorder seen;
  auto pipeline = std::make_unique<dsp::Pipeline>(test::emg_stream(rate), dsp::Options{});
  dsp::Command rest;
  rest.kind = dsp::CommandKind::set_rest;
  rest.value = 3.5;  // above the truth: no false onset hides what is asked here
  pipeline->apply(rest, seen);
  std::size_t from = 0;
  for (const std::size_t to : at) {
    test::feed(*pipeline, seen, x, from, to);
    std::vector<dsp::ChannelSeed> seed(1);
    pipeline->finish(dsp::taken_over, seen);
    pipeline->take_seed(seed);
    pipeline = std::make_unique<dsp::Pipeline>(test::emg_stream(rate), later, 0, pipeline->epoch() + 1);
    pipeline->plant_seed(seed, to);
    from = to;
  }
  test::feed(*pipeline, seen, x, from, x.size());
  return seen;
}

dsp::Options highpass_30() {
  dsp::Options o;
  o.condition.highpass_hz = 30.0;
  return o;
}

void expect_the_same_efforts(const test::Recorder& seen, const std::string& what) {
  std::string order;
  for (const auto& e : seen.events) {
    if (e.event.kind == dsp::EventKind::onset) order += '+';
    if (e.event.kind == dsp::EventKind::offset) order += '-';
  }
  EXPECT_EQ(order, "+-+-") << what;
  const auto repetitions = seen.of(dsp::EventKind::repetition);
  ASSERT_EQ(repetitions.size(), 2U) << what;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& r = repetitions[i].repetition;
    EXPECT_EQ(r.number, i + 1) << what;
    EXPECT_TRUE(r.complete) << what;
    EXPECT_NEAR(r.start_s, 3.0 + 6.0 * static_cast<double>(i), 0.2) << what;
    EXPECT_NEAR(r.end_s, 6.0 + 6.0 * static_cast<double>(i), 0.2) << what;
    EXPECT_NEAR(r.mean_uv, 57.0, 4.0) << what;
  }
  EXPECT_NEAR(repetitions[1].repetition.rest_before_s, 3.0, 0.3) << what;
  EXPECT_EQ(seen.of(dsp::FrameKind::control).back().value("onset_count"), 2.0) << what;
}

TEST(HandOver, CutsNoContractionWheneverItComes) {
  const auto x = two_efforts();
  for (std::size_t at = 2500; at < 9500; at += 93) {
    expect_the_same_efforts(said(x, {at}, {}), "a recording began at " + std::to_string(at));
    expect_the_same_efforts(said(x, {at}, highpass_30()), "the high-pass changed at " + std::to_string(at));
  }
}

TEST(HandOver, TwoInARowAreBridgedAsOne) {
  expect_the_same_efforts(said(two_efforts(), {4460, 4480, 5000, 5100, 10'000}, {}), "five in all");
}

/// Rest of 3 uV, an effort of 60 uV from 1.1 to 2.5 s.
std::vector<double> early_effort() {
  auto x = test::oracle_noise(6000, 78);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= i >= 1100 && i < 2500 ? 60.0 : 3.0;
  return x;
}

TEST(HandOver, InTheFirstSecondsTakesNothingFromTheLearningOfRest) {
  const auto known_s = [](const test::Recorder& seen) {
    for (const auto& f : seen.of(dsp::FrameKind::control))
      if (!std::isnan(f.values.empty() ? 0.0 : f.value("active")))
        return static_cast<double>(f.head.end_index) / 1000.0;
    return 0.0;
  };
  const auto x = early_effort();
  for (const std::size_t at : {0U, 90U, 310U, 500U, 640U, 810U, 930U}) {
    test::Recorder seen;
    auto pipeline = std::make_unique<dsp::Pipeline>(test::emg_stream(rate), dsp::Options{});
    if (at > 0) {
      test::feed(*pipeline, seen, x, 0, at);
      std::vector<dsp::ChannelSeed> seed(1);
      pipeline->take_seed(seed);
      pipeline = std::make_unique<dsp::Pipeline>(test::emg_stream(rate), dsp::Options{}, 0, 1);
      pipeline->plant_seed(seed, at);
    }
    test::feed(*pipeline, seen, x, at, x.size());
    EXPECT_NEAR(known_s(seen), 2.0, 0.011) << at;
    const auto repetitions = seen.of(dsp::EventKind::repetition);
    ASSERT_EQ(repetitions.size(), 1U) << at;
    EXPECT_NEAR(repetitions[0].repetition.start_s, 1.065, 0.021) << at;
    EXPECT_NEAR(repetitions[0].repetition.end_s, 2.5, 0.1) << at;
  }
}

TEST(HandOver, AnActiveMuscleStaysActiveFromTheFirstNumberOn) {
  const auto seen = said(two_efforts(), {4460}, {});
  for (const auto& f : seen.of(dsp::FrameKind::control)) {
    if (f.head.end_index > 4460 && f.head.end_index < 6000 && f.status[0].grade != dsp::Severity::invalid) {
      EXPECT_EQ(f.value("active"), 1.0) << f.head.end_index;
    }
  }
}

TEST(HandOver, AnActiveMuscleFillsTheFirstWholeWindowAfterIt) {
  const auto seen = said(two_efforts(), {4460}, {});
  for (const auto& f : seen.of(dsp::FrameKind::spectrum)) {
    if (f.head.end_index == 5500) {
      EXPECT_EQ(f.value("active_fraction"), 1.0);
    }
  }
}

TEST(HandOver, AGapBeforeItStillLeavesTheRestUnknown) {
  const auto x = two_efforts();
  test::Recorder seen;
  dsp::Pipeline first(test::emg_stream(rate), {}), next(test::emg_stream(rate), {}, 0, 1);
  std::vector<dsp::ChannelSeed> seed(1);
  test::feed(first, seen, x, 0, 7000);
  test::feed(first, seen, x, 7400, 8000);
  first.take_seed(seed);
  next.plant_seed(seed, 8000);
  test::feed(next, seen, x, 8000, x.size());
  const auto repetitions = seen.of(dsp::EventKind::repetition);
  ASSERT_EQ(repetitions.size(), 2U);
  EXPECT_TRUE(std::isnan(repetitions[1].repetition.rest_before_s));
}

TEST(HandOver, AnOffsetStillFollowsWhenTheDetectorWasOffMeanwhile) {
  const auto x = two_efforts();
  test::Recorder seen;
  dsp::Options off;
  off.onset.enabled = false;
  dsp::Pipeline first(test::emg_stream(rate), {}), without(test::emg_stream(rate), off, 0, 1),
      again(test::emg_stream(rate), {}, 0, 2);
  std::vector<dsp::ChannelSeed> seed(1);
  test::feed(first, seen, x, 0, 4000);
  first.take_seed(seed);
  without.plant_seed(seed, 4000);
  test::feed(without, seen, x, 4000, 7000);
  without.take_seed(seed);
  again.plant_seed(seed, 7000);
  test::feed(again, seen, x, 7000, 9000);
  const auto offsets = seen.of(dsp::EventKind::offset);
  ASSERT_EQ(offsets.size(), 1U);
  EXPECT_NEAR(offsets[0].event.t_event_s, 7.0, 0.02) << "what was not looked at is not dated";
}

}  // namespace
