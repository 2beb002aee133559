// Commands, calibration trials, percentages and the seed hand-over.
#include <gtest/gtest.h>

#include "dsp/detect/calibration.hpp"
#include "recorder.hpp"

namespace {

using namespace myod;

constexpr std::uint64_t rate = 1000;

dsp::Command command(dsp::CommandKind kind, std::int32_t channel = dsp::all_channels) {
  dsp::Command c;
  c.kind = kind;
  c.id = 77;
  c.channel = channel;
  c.seconds = 1.0;
  return c;
}

/// 2 s of rest (3 uV), then contractions of 60 uV for 1 s every 3 s.
std::vector<double> efforts(std::size_t n, std::size_t channels = 1) {
  std::vector<double> x;
  for (std::size_t c = 0; c < channels; ++c) {
    const auto one = test::oracle_noise(n, 21 + c);
    x.resize(n * channels);
    for (std::size_t i = 0; i < n; ++i) x[i * channels + c] = one[i] * (i % 3000 >= 2000 ? 60.0 : 3.0) + 1000.0;
  }
  return x;
}

struct Commands : testing::Test {
  std::vector<double> x = efforts(20000, 2);
  dsp::Pipeline pipeline{test::emg_stream(rate, 2), {}};
  test::Recorder seen;
};

TEST_F(Commands, ATrialOnAllChannelsIsAnsweredOnceWhenTheLastHasEnded) {
  test::feed(pipeline, seen, x, 0, 500);
  pipeline.apply(command(dsp::CommandKind::calibrate_rest), seen);
  test::feed(pipeline, seen, x, 500, 1499);
  EXPECT_TRUE(seen.results.empty());
  test::feed(pipeline, seen, x, 1499, 1500);
  ASSERT_EQ(seen.results.size(), 1U);
  EXPECT_TRUE(seen.results[0].done);
  EXPECT_EQ(seen.results[0].id, 77U);
  EXPECT_EQ(seen.results[0].at_index, 500U);
  EXPECT_EQ(seen.results[0].text.view(), "2 channels measured");
  std::vector<dsp::ChannelSeed> seeds(2);
  pipeline.take_seed(seeds);
  for (const auto& s : seeds) EXPECT_NEAR(s.calibrated_rest_uv, 2.9, 0.4);
}

TEST_F(Commands, AReferenceGivesNoiseCorrectedPercentagesOfItsKind) {
  dsp::Command c = command(dsp::CommandKind::calibrate_rest, 1);
  pipeline.apply(c, seen);
  test::feed(pipeline, seen, x, 0, 2000);
  c = command(dsp::CommandKind::calibrate_reference, 1);
  c.percent = 50.0;
  c.reference = dsp::ReferenceKind::submax;
  pipeline.apply(c, seen);
  test::feed(pipeline, seen, x, 2000, 6000);
  ASSERT_EQ(seen.results.size(), 2U);
  EXPECT_TRUE(seen.results[1].done) << seen.results[1].text.view();
  EXPECT_NEAR(seen.results[1].value, 58.0, 6.0);
  std::vector<dsp::ChannelSeed> seeds(2);
  pipeline.take_seed(seeds);
  EXPECT_EQ(seeds[1].reference_kind, dsp::ReferenceKind::submax);
  EXPECT_EQ(seeds[1].reference_uv, seen.results[1].value);
  const auto last = seen.of(dsp::FrameKind::amplitude).back();
  EXPECT_TRUE(std::isnan(last.value("ref_pct", 0)));
  EXPECT_EQ(last.value("ref_pct", 1), dsp::percent_of_reference(last.value("rms_uv", 1), seeds[1].calibrated_rest_uv,
                                                                seeds[1].reference_uv, 50.0));
  EXPECT_NEAR(last.value("ref_pct", 1), 50.0, 5.0);
}

TEST_F(Commands, WhatCannotBeIsRefusedWithAReason) {
  const auto refused = [&](dsp::Command c) {
    test::Recorder reply;
    pipeline.apply(c, reply);
    EXPECT_EQ(reply.results.size(), 1U);
    EXPECT_FALSE(reply.results.at(0).done);
    return std::string(reply.results.at(0).text.view());
  };
  EXPECT_NE(refused(command(dsp::CommandKind::calibrate_rest, 9)).find("no such EMG channel"), std::string::npos);
  dsp::Command c = command(dsp::CommandKind::set_rest, 0);
  c.value = -1.0;
  EXPECT_NE(refused(c).find("above 0 uV"), std::string::npos);
  c = command(dsp::CommandKind::calibrate_reference, 0);
  c.percent = 0.0;
  EXPECT_NE(refused(c).find("percent"), std::string::npos);
  pipeline.apply(command(dsp::CommandKind::calibrate_rest, 0), seen);
  EXPECT_NE(refused(command(dsp::CommandKind::calibrate_rest)).find("running on m0"), std::string::npos);
}

std::string refused(dsp::Pipeline& pipeline, const dsp::Command& c) {
  test::Recorder reply;
  pipeline.apply(c, reply);
  EXPECT_EQ(reply.results.size(), 1U);
  return reply.results.empty() || reply.results[0].done ? "" : std::string(reply.results[0].text.view());
}

TEST_F(Commands, AReferenceNotTwiceTheRestLevelIsRefusedBecauseNothingCanBeCountedOnIt) {
  dsp::Command rest = command(dsp::CommandKind::set_rest);
  rest.value = 3.0;
  pipeline.apply(rest, seen);
  test::feed(pipeline, seen, x, 0, 3100);
  pipeline.apply(command(dsp::CommandKind::calibrate_reference, 1), seen);  // 1 s of rest
  test::feed(pipeline, seen, x, 3100, 4100);
  ASSERT_EQ(seen.results.size(), 2U);
  EXPECT_FALSE(seen.results[1].done);
  EXPECT_NE(seen.results[1].text.view().find("is not twice the rest level"), std::string::npos);
  EXPECT_NE(seen.results[1].text.view().find("or repeat calibrate rest"), std::string::npos)
      << "a contraction may have been taken for the rest";
  dsp::Command reference = command(dsp::CommandKind::set_reference, 1);
  reference.value = 5.9;
  EXPECT_NE(refused(pipeline, reference).find("is not twice the rest level"), std::string::npos);
  std::vector<dsp::ChannelSeed> seeds(2);
  pipeline.take_seed(seeds);
  EXPECT_TRUE(std::isnan(seeds[1].reference_uv));
}

TEST_F(Commands, AReferenceIsRefusedWhileTheRestLevelIsNotKnown) {
  test::feed(pipeline, seen, x, 0, 1000);
  EXPECT_NE(refused(pipeline, command(dsp::CommandKind::calibrate_reference)).find("m0: the rest level is not known"),
            std::string::npos);
}

TEST_F(Commands, RestIsRefusedDuringAContraction) {
  test::feed(pipeline, seen, x, 0, 2500);
  EXPECT_NE(refused(pipeline, command(dsp::CommandKind::calibrate_rest)).find("m0: the muscle is contracting"),
            std::string::npos);
  test::feed(pipeline, seen, x, 2500, 4500);
  dsp::Command longer = command(dsp::CommandKind::calibrate_rest, 1);  // at rest, but a contraction follows
  longer.seconds = 2.0;
  pipeline.apply(longer, seen);
  test::feed(pipeline, seen, x, 4500, 6500);
  ASSERT_EQ(seen.results.size(), 1U);
  EXPECT_FALSE(seen.results[0].done);
  EXPECT_NE(seen.results[0].text.view().find("m1: a contraction lies in it"), std::string::npos)
      << seen.results[0].text.view();
}

TEST_F(Commands, AContractionThatBeginsWithTheTrialOrLiesInItIsNoRest) {
  dsp::Command rest = command(dsp::CommandKind::calibrate_rest);
  rest.seconds = 2.0;
  for (const auto& [from, to] :
       {std::pair{3900U, 6000U}, {4020U, 6000U}, {4100U, 6000U}, {4600U, 4850U}, {5700U, 6000U}}) {
    test::Recorder said;
    dsp::Pipeline fresh(test::emg_stream(rate), {});
    auto signal = test::oracle_noise(6000, 9);
    for (std::size_t i = 0; i < signal.size(); ++i) signal[i] *= i >= from && i < to ? 60.0 : 3.0;
    test::feed(fresh, said, signal, 0, 4000);
    fresh.apply(rest, said);
    test::feed(fresh, said, signal, 4000, 6000);
    ASSERT_EQ(said.results.size(), 1U);
    EXPECT_FALSE(said.results[0].done) << from;
  }
}

TEST_F(Commands, ARestThatIsNotHalfOfTheReferenceInForceIsRefused) {
  dsp::Command c = command(dsp::CommandKind::set_reference);
  c.value = 5.0;
  pipeline.apply(c, seen);
  pipeline.apply(command(dsp::CommandKind::calibrate_rest), seen);
  test::feed(pipeline, seen, x, 0, 1500);
  EXPECT_NE(seen.results.back().text.view().find("is not half of the reference of 5.0 uV"), std::string::npos);
}

TEST_F(Commands, AContractionOfTwoMinutesIsARestThatChanged) {
  const auto noise = test::oracle_noise(130'000, 5);
  std::vector<double> moved;
  for (std::size_t i = 0; i < noise.size(); ++i) moved.insert(moved.end(), 2, noise[i] * (i < 3000 ? 3.0 : 30.0));
  test::feed(pipeline, seen, moved, 0, 110'000);
  EXPECT_NE(refused(pipeline, command(dsp::CommandKind::calibrate_rest)).find("contracting"), std::string::npos);
  test::feed(pipeline, seen, moved, 110'000, 123'100);
  pipeline.apply(command(dsp::CommandKind::calibrate_rest), seen);
  test::feed(pipeline, seen, moved, 123'100, 124'100);
  ASSERT_EQ(seen.results.size(), 1U);
  EXPECT_TRUE(seen.results[0].done) << seen.results[0].text.view();
}

TEST_F(Commands, TheLargestTrialOfAKindHoldsUntilAnotherKindOrAWishBeginsAnew) {
  dsp::Command rest = command(dsp::CommandKind::set_rest);
  rest.value = 3.0;
  pipeline.apply(rest, seen);
  std::vector<double> levels;
  const auto trial = [&](std::uint64_t from, double gain, bool anew, dsp::ReferenceKind kind) {
    std::vector<double> effort = x;
    for (std::size_t i = from * 2; i < (from + 1000) * 2; ++i) effort[i] = 1000.0 + gain * (x[i] - 1000.0);
    dsp::Command c = command(dsp::CommandKind::calibrate_reference, 0);
    c.reference = kind;
    c.anew = anew;
    pipeline.apply(c, seen);
    test::feed(pipeline, seen, effort, from, from + 1000);
    std::vector<dsp::ChannelSeed> seeds(2);
    pipeline.take_seed(seeds);
    levels.push_back(seeds[0].reference_uv);
    EXPECT_TRUE(seen.results.back().done) << seen.results.back().text.view();
    if (from + 3000 < 20000) test::feed(pipeline, seen, x, from + 1000, from + 3000);
  };
  test::feed(pipeline, seen, x, 0, 2000);
  trial(2000, 1.0, false, dsp::ReferenceKind::mvc);
  trial(5000, 0.5, false, dsp::ReferenceKind::mvc);
  trial(8000, 2.0, false, dsp::ReferenceKind::mvc);
  trial(11000, 1.0, true, dsp::ReferenceKind::mvc);
  trial(14000, 0.5, false, dsp::ReferenceKind::submax);
  EXPECT_EQ(levels[1], levels[0]);
  EXPECT_GT(levels[2], 1.5 * levels[0]);
  EXPECT_LT(levels[3], 0.7 * levels[2]);
  EXPECT_LT(levels[4], 0.7 * levels[3]);
}

TEST_F(Commands, AGivenReferenceIsCalledEarlierUntilATrialReplacesItAlsoAcrossASwap) {
  dsp::Command c = command(dsp::CommandKind::set_rest);
  c.value = 3.0;
  pipeline.apply(c, seen);
  c = command(dsp::CommandKind::set_reference, 0);
  c.value = 500.0;
  c.reference = dsp::ReferenceKind::mvc;
  pipeline.apply(c, seen);
  const auto earlier = [&] {
    return seen.of(dsp::FrameKind::amplitude).back().status[0].reasons & dsp::reason_earlier_reference;
  };
  test::feed(pipeline, seen, x, 0, 2000);
  EXPECT_NE(earlier(), 0U);
  std::vector<dsp::ChannelSeed> seeds(2);
  pipeline.take_seed(seeds);
  EXPECT_TRUE(seeds[0].reference_earlier);
  EXPECT_FALSE(seeds[1].reference_earlier);
  dsp::Pipeline next(test::emg_stream(rate, 2), {}, 0, 2);
  next.plant_seed(seeds, 2000);
  c = command(dsp::CommandKind::calibrate_reference, 0);
  c.reference = dsp::ReferenceKind::mvc;
  next.apply(c, seen);
  test::feed(next, seen, x, 2000, 4000);
  ASSERT_TRUE(seen.results.back().done) << seen.results.back().text.view();
  EXPECT_EQ(earlier(), 0U);
  next.take_seed(seeds);
  EXPECT_LT(seeds[0].reference_uv, 100.0);
}

TEST_F(Commands, AGivenLevelHoldsFromTheNextFrameOn) {
  test::feed(pipeline, seen, x, 0, 2500);  // in the middle of a contraction, rest is known
  dsp::Command c = command(dsp::CommandKind::set_rest);
  c.value = 20.0;
  pipeline.apply(c, seen);
  test::feed(pipeline, seen, x, 2500, 2520);
  const auto rested = seen.of(dsp::FrameKind::amplitude).back();
  const double rms_uv = rested.value("rms_uv");
  ASSERT_GT(rms_uv, 20.0);
  EXPECT_DOUBLE_EQ(rested.value("net_uv"), std::sqrt(rms_uv * rms_uv - 400.0));
  EXPECT_TRUE(std::isnan(rested.value("ref_pct")));
  c = command(dsp::CommandKind::set_reference);
  c.value = 100.0;
  pipeline.apply(c, seen);
  test::feed(pipeline, seen, x, 2520, 2540);
  for (const auto kind : {dsp::FrameKind::amplitude, dsp::FrameKind::control}) {
    EXPECT_GT(seen.of(kind).back().value("ref_pct"), 0.0);
    EXPECT_NE(seen.of(kind).back().status[0].reasons & dsp::reason_earlier_reference, 0U);
  }
}

TEST_F(Commands, ARunningTrialIsAnsweredWhenNoSampleFollows) {
  test::feed(pipeline, seen, x, 0, 500);
  pipeline.apply(command(dsp::CommandKind::calibrate_rest), seen);
  test::feed(pipeline, seen, x, 500, 900);
  pipeline.finish(dsp::taken_over, seen);
  ASSERT_EQ(seen.results.size(), 1U);
  EXPECT_FALSE(seen.results[0].done);
  EXPECT_EQ(seen.results[0].id, 77U);
  EXPECT_EQ(seen.results[0].text.view(), "m0: interrupted, the settings changed or a recording began: repeat");
  pipeline.finish(dsp::taken_over, seen);
  EXPECT_EQ(seen.results.size(), 1U);
}

TEST_F(Commands, AStoppedTrialEndsNotDoneChangesNothingAndIsToldToAll) {
  test::feed(pipeline, seen, x, 0, 500);
  pipeline.apply(command(dsp::CommandKind::calibrate_rest, 1), seen);
  test::feed(pipeline, seen, x, 500, 900);
  dsp::Command stop = command(dsp::CommandKind::stop_trial);
  stop.text = dsp::Text<120>("given up");
  stop.id = 78;  // of no trial
  pipeline.apply(stop, seen);
  EXPECT_TRUE(seen.results.empty());
  stop.id = 77;
  pipeline.apply(stop, seen);
  pipeline.apply(stop, seen);  // there is none any more
  ASSERT_EQ(seen.results.size(), 1U);
  EXPECT_FALSE(seen.results[0].done);
  EXPECT_EQ(seen.results[0].id, 77U);
  EXPECT_EQ(seen.results[0].text.view(), "m1: given up");
  const auto marks = seen.of(dsp::EventKind::mark);
  ASSERT_EQ(marks.size(), 1U);
  EXPECT_EQ(marks[0].event.channel, 1);
  EXPECT_EQ(marks[0].event.t_event_s, 0.9);
  EXPECT_EQ(marks[0].event.text.view(), "calibrate rest: given up");
  test::feed(pipeline, seen, x, 900, 3000);
  std::vector<dsp::ChannelSeed> seeds(2);
  pipeline.take_seed(seeds);
  EXPECT_TRUE(std::isnan(seeds[1].calibrated_rest_uv));
}

TEST_F(Commands, AMarkIsAnEventAtItsSample) {
  test::feed(pipeline, seen, x, 0, 1234);
  dsp::Command c = command(dsp::CommandKind::mark);
  c.text = dsp::Text<120>("left leg");
  pipeline.apply(c, seen);
  const auto marks = seen.of(dsp::EventKind::mark);
  ASSERT_EQ(marks.size(), 1U);
  EXPECT_EQ(marks[0].event.t_event_s, 1.234);
  EXPECT_EQ(marks[0].event.text.view(), "left leg");
  EXPECT_EQ(marks[0].event.host_time_ns, 1'234'000'000);
  EXPECT_TRUE(seen.results.at(0).done);
}

TEST_F(Commands, RepetitionsAreToldWithWhatTheyWere) {
  test::feed(pipeline, seen, x, 0, 20000);
  std::vector<test::KeptEvent> one;
  for (const auto& e : seen.of(dsp::EventKind::repetition))
    if (e.event.channel == 0) one.push_back(e);
  ASSERT_EQ(one.size(), 6U);
  for (std::size_t i = 0; i < one.size(); ++i) {
    const auto& r = one[i].repetition;
    EXPECT_EQ(r.number, i + 1);
    EXPECT_NEAR(r.start_s, 2.0 + 3.0 * static_cast<double>(i), 0.06);
    EXPECT_NEAR(r.end_s, 3.0 + 3.0 * static_cast<double>(i), 0.09);  // 75 ms of window and a hop
    EXPECT_EQ(one[i].event.value, r.peak_uv);
    EXPECT_GT(one[i].event.t_decision_s, r.end_s);
    EXPECT_GT(r.mdf_hz, 180.0);  // noise that is white from 20 to 450 Hz
    EXPECT_LT(r.mdf_hz, 270.0);
    EXPECT_EQ(std::isnan(r.rest_before_s), i == 0);
  }
  EXPECT_NE(one[1].event.text.view().find(" s after 1.8"), std::string::npos) << one[1].event.text.view();
  EXPECT_GE(seen.of(dsp::EventKind::onset).size(), 12U);
  for (const auto& f : seen.of(dsp::FrameKind::amplitude)) {
    if (f.status[0].grade == dsp::Severity::invalid) continue;
    const double t_s = static_cast<double>(f.head.end_index) / static_cast<double>(rate);
    EXPECT_EQ(f.value("repetition_count"),
              std::count_if(one.begin(), one.end(), [&](const auto& e) { return e.event.t_decision_s <= t_s; }))
        << t_s;
  }
  EXPECT_GE(seen.of(dsp::FrameKind::control).back().value("onset_count"), 6.0);
}

TEST_F(Commands, TheHopOfTheFramesChangesNoRepetition) {
  const auto count = [&](double hop_ms) {
    dsp::Options options;
    options.features.hop_ms = hop_ms;
    dsp::Pipeline other(test::emg_stream(rate, 2), options);
    test::Recorder said;
    test::feed(other, said, x, 0, 20000);
    std::vector<double> ends;
    for (const auto& e : said.of(dsp::EventKind::repetition))
      ends.insert(ends.end(), {e.repetition.start_s, e.repetition.end_s, e.repetition.peak_uv, e.event.t_decision_s});
    return ends;
  };
  const auto usual = count(20.0);
  EXPECT_EQ(usual.size(), 4U * 12U);
  EXPECT_EQ(count(5.0), usual);
  EXPECT_EQ(count(130.0), usual);
}

TEST_F(Commands, ASeedCarriesThePersonAcrossASwap) {
  dsp::Command c = command(dsp::CommandKind::calibrate_rest);
  pipeline.apply(c, seen);
  test::feed(pipeline, seen, x, 0, 2000);
  c = command(dsp::CommandKind::calibrate_reference);
  pipeline.apply(c, seen);
  test::feed(pipeline, seen, x, 2000, 10003);
  std::vector<dsp::ChannelSeed> seeds(2), again(2);
  pipeline.take_seed(seeds);
  EXPECT_EQ(seeds[0].repetitions, 3U);

  dsp::Pipeline next(test::emg_stream(rate, 2), {}, 0, 1);
  next.plant_seed(seeds, pipeline.next_index());
  EXPECT_EQ(next.next_index(), 10003U);
  next.take_seed(again);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(again[i].calibrated_rest_uv, seeds[i].calibrated_rest_uv);
    EXPECT_EQ(again[i].rest_uv, seeds[i].rest_uv);
    EXPECT_EQ(again[i].reference_uv, seeds[i].reference_uv);
    EXPECT_EQ(again[i].repetitions, seeds[i].repetitions);
    EXPECT_EQ(again[i].last_repetition_end_s, seeds[i].last_repetition_end_s);
  }
  test::Recorder later;
  test::feed(next, later, x, 10003, 20000);
  EXPECT_TRUE(later.of(dsp::EventKind::gap).empty());
  EXPECT_EQ(later.of(dsp::EventKind::repetition).front().repetition.number, 4U);
  const auto first = later.of(dsp::FrameKind::amplitude).front();
  EXPECT_EQ(first.head.end_index, 10020U);
  EXPECT_EQ(first.head.epoch, 1U);
  EXPECT_NE(first.status[0].reasons & dsp::reason_settling, 0U);
  EXPECT_EQ(first.status[0].reasons & dsp::reason_uncalibrated, 0U);
  EXPECT_TRUE(std::isfinite(later.of(dsp::FrameKind::amplitude).back().value("ref_pct", 0)));
}

}  // namespace
