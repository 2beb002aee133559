#include "tools/myoctl/watch_model.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "dsp/results.hpp"
#include "tests/tools/myoctl/messages.hpp"
#include "tools/myoctl/watch_lines.hpp"

namespace myod::myoctl {
namespace {

using test::frame_message;
using test::nan_f;

constexpr std::int64_t ms = 1'000'000;

WatchModel streaming(std::vector<std::string> wanted = {}) {
  WatchModel model(std::move(wanted));
  model.connected(test::hello(), 0);
  model.take(test::stream_message(), 0);
  return model;
}

const ChannelView& biceps(const WatchModel& model) { return model.view().sensors.at(0).channels.at(0); }

TEST(WatchModel, APairSaysWhatItIsOfAndWhyItSaysNothing) {
  v1::PairFrame pair = test::pair_message().pair();
  pair.set_kind("symmetry");
  pair.set_basis("load");
  pair.set_symmetry_pct(50.2);
  EXPECT_EQ(pair_text(pair), "symmetry +50 % (uV, same load): biceps 121 uV, triceps 40.0 uV");
  pair.set_symmetry_pct(std::nan(""));
  EXPECT_EQ(pair_text(pair), "symmetry – % (uV, same load): biceps 121 uV, triceps 40.0 uV, both rest");
  v1::PairFrame against = test::pair_message().pair();
  against.set_cci_pct(std::nan(""));
  EXPECT_EQ(pair_text(against), "co-contraction – % (own references): biceps 30.0 %, triceps 10.0 %, both rest");
  against.set_second_pct(std::nan(""));
  EXPECT_EQ(pair_text(against),
            "co-contraction – % (own references): biceps 30.0 %, triceps – %, no reference: myoctl calibrate reference "
            "triceps");
  pair.set_valid(false);
  pair.set_second_uv(std::nan(""));
  EXPECT_EQ(pair_text(pair), "symmetry – % (uV, same load): biceps 121 uV, triceps – uV, a side is missing");
  EXPECT_EQ(json_line(test::pair_message().pair()),
            R"({"kind":"pairs","pair":"elbow","pair_kind":"co_contraction","basis":"reference","first":"biceps",)"
            R"("second":"triceps","t_s":12.3,"time_ns":100,"sequence":5,"cci_pct":50,"rudolph_pct":13.25,)"
            R"("symmetry_pct":null,"first_uv":121,"second_uv":40,"first_pct":30,"second_pct":10,"valid":true})");
}

TEST(WatchModel, KeepsThePairsInTheirOrderAndOnlyThoseOfWantedChannels) {
  auto second = test::pair_message(), first = test::pair_message();
  second.mutable_pair()->set_pair(1);
  first.mutable_pair()->set_first("calf");
  WatchModel model = streaming();
  for (const auto& message : {second, first, second}) model.take(message, ms);
  ASSERT_EQ(model.view().pairs.size(), 2U);
  EXPECT_EQ(model.view().pairs[0].frame.first(), "calf");
  WatchModel picky = streaming({"biceps"});
  for (const auto& message : {second, first}) picky.take(message, ms);
  ASSERT_EQ(picky.view().pairs.size(), 1U);
  EXPECT_EQ(picky.view().pairs[0].frame.pair(), 1U);
}

TEST(WatchModel, ShowsTheMusclesByTheNamesOfTheFeatureTable) {
  WatchModel model = streaming();
  model.take(frame_message(v1::KIND_FEATURES, {120, 41, 1, nan_f, nan_f, nan_f, 8, nan_f, 0}), ms);
  model.take(frame_message(v1::KIND_SPECTRUM, {90, 78, 1, nan_f, nan_f, nan_f, 70, 60, 0.9F}), ms);
  const auto& channels = model.view().sensors.at(0).channels;
  ASSERT_EQ(channels.size(), 2U) << "force is no muscle";
  EXPECT_EQ(channels[0].name, "biceps");
  EXPECT_EQ(channels[0].uv, 120);
  EXPECT_EQ(channels[0].percent, 41);
  EXPECT_TRUE(channels[0].has_reference);
  EXPECT_EQ(channels[0].activity, Activity::active);
  EXPECT_EQ(channels[0].mdf_hz, 78);
  EXPECT_EQ(channels[1].uv, 8);
  EXPECT_FALSE(channels[1].has_reference);
  EXPECT_EQ(channels[1].activity, Activity::rest);
  EXPECT_EQ(channels[1].mdf_hz, 60);
}

TEST(WatchModel, TellsLearningTheRestLevelFromNotKnowing) {
  WatchModel model = streaming();
  model.take(frame_message(v1::KIND_FEATURES, {5, nan_f, nan_f, 0, 0, 0, 0, 0, 0}, dsp::reason_uncalibrated), ms);
  EXPECT_EQ(biceps(model).activity, Activity::learning_rest);
  model.take(frame_message(v1::KIND_FEATURES, {5, nan_f, nan_f, 0, 0, 0, 0, 0, 0}, dsp::reason_gap), ms);
  EXPECT_EQ(biceps(model).activity, Activity::unknown);
}

TEST(WatchModel, ShowsTheMedianFrequencyOfTheEffortAndNeverOfTheNoiseBetween) {
  WatchModel model = streaming();
  model.take(frame_message(v1::KIND_SPECTRUM, {90, 224, 0, 0, 0, 0, 0, 0, 0}), ms);
  model.take(frame_message(v1::KIND_FEATURES, {4, nan_f, 0, 0, 0, 0, 0, 0, 0}), ms);
  EXPECT_TRUE(std::isnan(effort_mdf_hz(biceps(model)))) << "rest, and no repetition yet";
  model.take(test::repetition_message("biceps", 1), ms);
  EXPECT_EQ(effort_mdf_hz(biceps(model)), 82);
  model.take(frame_message(v1::KIND_FEATURES, {100, nan_f, 1, 0, 0, 0, 0, 0, 0}), ms);
  EXPECT_TRUE(std::isnan(effort_mdf_hz(biceps(model)))) << "the window that ended last is that of the noise";
  model.take(frame_message(v1::KIND_SPECTRUM, {90, 150, 0.89F, 0, 0, 0, 0, 0, 0}), ms);
  EXPECT_TRUE(std::isnan(effort_mdf_hz(biceps(model)))) << "and this one holds some of it";
  model.take(frame_message(v1::KIND_SPECTRUM, {90, 78, 0.9F, 0, 0, 0, 0, 0, 0}), ms);
  EXPECT_EQ(effort_mdf_hz(biceps(model)), 78);
}

TEST(WatchModel, ScalesTheBarToTheRecentPeakAndForgetsItSlowly) {
  WatchModel model = streaming();
  const auto show = [&](float uv, std::int64_t now) {
    model.take(frame_message(v1::KIND_FEATURES, {uv, nan_f, 0, 0, 0, 0, 0, 0, 0}), now);
    return biceps(model).scale_uv;
  };
  EXPECT_EQ(show(3, 0), 50) << "noise does not fill the bar";
  EXPECT_EQ(show(320, 20 * ms), 500);
  EXPECT_EQ(show(10, 40 * ms), 500);
  double scale = 500;
  for (std::int64_t t = 60; t < 60'000; t += 20) scale = show(10, t * ms);
  EXPECT_EQ(scale, 50) << "a minute later";
}

TEST(WatchModel, CallsASensorStaleThreeHundredMillisecondsAfterItsLastFrame) {
  WatchModel model = streaming();
  EXPECT_TRUE(stale(model.view(), model.view().sensors[0], 0)) << "no frame yet";
  model.take(frame_message(v1::KIND_FEATURES, {1, 1, 1, 1, 1, 1, 1, 1, 1}), 1000 * ms);
  EXPECT_FALSE(stale(model.view(), model.view().sensors[0], 1300 * ms));
  EXPECT_TRUE(stale(model.view(), model.view().sensors[0], 1301 * ms));
  model.disconnected("closed", 1001 * ms);
  EXPECT_TRUE(stale(model.view(), model.view().sensors[0], 1002 * ms));
}

TEST(WatchModel, KeepsRepetitionsAcrossANewEpochAndALostConnectionButNotAcrossAnotherRunOfTheDaemon) {
  WatchModel model = streaming();
  model.take(test::repetition_message("biceps", 4), 0);
  model.take(test::stream_message(2), 0);
  EXPECT_EQ(biceps(model).last_repetition->number(), 4U);
  model.disconnected("closed", ms);
  model.connected(test::hello("boot-1"), 2 * ms);
  model.take(test::stream_message(2), 2 * ms);
  EXPECT_EQ(biceps(model).last_repetition->number(), 4U);
  EXPECT_EQ(biceps(model).last_repetition->peak_uv(), 310.5);
  model.connected(test::hello("boot-2"), 3 * ms);
  model.take(test::stream_message(), 3 * ms);
  EXPECT_FALSE(biceps(model).last_repetition);
}

TEST(WatchModel, CountsTheRepetitionsOfTheStreamNotThoseSeenHere) {
  WatchModel model({});
  model.connected(test::hello(), 0);
  auto stream = test::stream_message();
  stream.mutable_stream()->add_features()->set_name("repetition_count");
  model.take(stream, 0);
  model.take(frame_message(v1::KIND_FEATURES, {1, 1, 1, 7, 1, 1, 1, 0, 1, 1, 1, 0}), ms);
  EXPECT_EQ(biceps(model).repetitions, 7U);
  EXPECT_FALSE(biceps(model).last_repetition);
  model.take(test::repetition_message("biceps", 8), ms);
  EXPECT_EQ(biceps(model).repetitions, 8U);
  model.take(frame_message(v1::KIND_FEATURES, {1, 1, 1, nan_f, 1, 1, 1, 0, 1, 1, 1, 0}), ms);
  EXPECT_EQ(biceps(model).repetitions, 8U) << "a frame without numbers takes nothing back";
}

TEST(WatchModel, IgnoresFramesOfAnotherEpochOrAnotherShape) {
  WatchModel model = streaming();
  model.take(frame_message(v1::KIND_FEATURES, {1, 1, 1, 1, 1, 1, 1, 1, 1}, 0, "ok", 2), ms);
  model.take(frame_message(v1::KIND_FEATURES, {1, 1}), ms);
  model.take(frame_message(v1::KIND_SAMPLES, {1}), ms);
  EXPECT_TRUE(std::isnan(biceps(model).uv));
}

TEST(WatchModel, CountsFramesMissedButNotThoseThinnedOnRequest) {
  WatchModel model = streaming();
  for (const char* reason : {"rate", "slow"}) {
    v1::ServerMessage message;
    message.mutable_loss()->set_stream(1);
    message.mutable_loss()->set_frames(5);
    message.mutable_loss()->set_reason(reason);
    model.take(message, ms);
  }
  EXPECT_EQ(model.view().sensors[0].frames_missed, 5U);
}

TEST(WatchModel, GivesReadingsOfTheWantedChannelsOnly) {
  WatchModel model = streaming({"triceps"});
  const auto message = frame_message(v1::KIND_FEATURES, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  model.take(message, ms);
  const auto readings = model.readings(message.frame());
  ASSERT_EQ(readings.size(), 1U);
  EXPECT_EQ(readings[0].view.name, "triceps");
  EXPECT_EQ(readings[0].value(0), 7);
  EXPECT_DOUBLE_EQ(readings[0].t_s, 12.34);
}

TEST(WatchModel, NamesTheChannelsThereAreWhenOneIsUnknown) {
  WatchModel model = streaming({"bicesp"});
  EXPECT_EQ(model.unknown_channel(), "") << "nobody has said yet which there are";
  model.take(test::status_message(), 0);
  EXPECT_EQ(model.unknown_channel(), "no channel is named bicesp; there is biceps, grip, triceps");
  WatchModel force = streaming({"grip"});
  force.take(test::status_message(), 0);
  EXPECT_EQ(force.unknown_channel(), "grip is a channel of kind force; only emg channels can be watched");
  WatchModel good = streaming({"triceps"});
  good.take(test::status_message(), 0);
  EXPECT_EQ(good.unknown_channel(), "");
}

TEST(WatchModel, WaitsForASensorThatHasNotToldItsChannelsBeforeCallingANameUnknown) {
  WatchModel model({"later"});
  model.connected(test::hello(), 0);
  auto message = test::status_message("waiting", "plug it in");
  message.mutable_status()->mutable_sensors(0)->clear_channels();
  model.take(message, 0);
  EXPECT_EQ(model.unknown_channel(), "");
  ASSERT_EQ(model.view().sensors.size(), 1U);
  EXPECT_EQ(model.view().sensors[0].detail, "plug it in");
}

}  // namespace
}  // namespace myod::myoctl
