// Channels of one sensor that are conditioned in different ways: each as if all were so, and all at one instant.
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "dsp/condition/stages.hpp"
#include "tests/dsp/condition/lane.hpp"

namespace myod::dsp {
namespace {

constexpr std::uint64_t rate = 1000;
constexpr std::size_t channels = 11, instants = 9000;  // more than a tile

/// Rest and efforts on different offsets, with hum and a few samples that are none.
std::vector<double> signals() {
  std::vector<double> x(instants * channels);
  const auto line = test::hum(instants, static_cast<double>(rate), 50.1, 40.0);
  for (std::size_t c = 0; c < channels; ++c) {
    const auto noise = test::oracle_noise(instants, 40 + c);
    for (std::size_t i = 0; i < instants; ++i)
      x[i * channels + c] = noise[i] * (i / 1500 % 2 == 1 ? 60.0 : 4.0) + line[i] + 100.0 * static_cast<double>(c);
  }
  x[4123 * channels + 1] = std::nan("");
  return x;
}

ConditionOptions without_mains() {
  ConditionOptions o;
  o.mains = Mains::off;
  return o;
}

ConditionOptions other() {
  ConditionOptions o = without_mains();
  o.mains = Mains::notch;
  o.mains_hz = 50.0;
  o.highpass_hz = 30.0;
  o.highpass_poles = 4;
  o.lowpass = false;
  return o;
}

ConditionOptions with_beats() {
  ConditionOptions o = without_mains();
  o.ecg = Ecg::highpass;
  return o;
}

test::Recorder play(const Stream& stream, const ConditionOptions& all) {
  Options options;
  options.condition = all;
  Pipeline pipeline(stream, options);
  test::Recorder seen;
  test::feed(pipeline, seen, signals(), 0, instants);
  return seen;
}

TEST(OwnOptions, AChannelReadsTheSameBitsAsWhereAllAreConditionedItsWay) {
  Stream stream = test::emg_stream(rate, channels);
  for (const std::size_t c : {0U, 4U, 10U}) stream.channels[c].condition = other();
  const auto mixed = play(stream, without_mains());
  const auto all_so = play(test::emg_stream(rate, channels), other());
  const auto none_so = play(test::emg_stream(rate, channels), without_mains());
  ASSERT_EQ(mixed.uv.size(), instants * channels);
  for (std::size_t i = 0; i < mixed.uv.size(); ++i) {
    const bool own = stream.channels[i % channels].condition.has_value();
    ASSERT_EQ(mixed.uv[i], (own ? all_so : none_so).uv[i]) << i;
    ASSERT_EQ(mixed.valid[i], (own ? all_so : none_so).valid[i]) << i;
  }
}

TEST(OwnOptions, AChannelWithoutADelayLineWaitsForThoseWithOne) {
  Stream stream = test::emg_stream(rate, channels);
  stream.channels[3].condition = with_beats();
  const auto mixed = play(stream, without_mains());
  const auto alone = play(test::emg_stream(rate, channels), without_mains());
  const std::size_t line = line_samples(with_beats(), static_cast<double>(rate));
  ASSERT_EQ(line, 150U);
  for (std::size_t i = line; i < instants; ++i)
    ASSERT_EQ(mixed.uv[i * channels], alone.uv[(i - line) * channels]) << "an instant of all channels in a row";
  EXPECT_EQ(mixed.valid[(line - 1) * channels], 0) << "while the line fills nothing is known";
  EXPECT_EQ(mixed.valid[line * channels], 1);
}

TEST(OwnOptions, EveryChannelTellsTheGroupDelayOfItsOwnChain) {
  Stream stream = test::emg_stream(rate, 3);
  stream.channels[1].condition = with_beats();
  ConditionOptions bare = without_mains();
  bare.highpass = bare.lowpass = false;
  stream.channels[2].condition = bare;
  const auto delay_s = [&](std::size_t c) {
    return conditioning_delay_s(stream, without_mains(), condition_of(stream.channels[c], without_mains()));
  };
  EXPECT_EQ(delay_s(2), 0.150) << "no filter, but it waits";
  EXPECT_NEAR(delay_s(0), 0.150 + conditioning_delay_s(without_mains(), static_cast<double>(rate)), 1e-12);
  EXPECT_NEAR(delay_s(1), conditioning_delay_s(with_beats(), static_cast<double>(rate)), 1e-12);
  EXPECT_GT(delay_s(1), delay_s(0)) << "its high-pass has 4 poles";
}

TEST(OwnOptions, AnOnsetIsDatedAlikeInEveryWayOfConditioning) {
  Stream stream = test::emg_stream(rate, 3);
  stream.channels[1].condition = with_beats();
  stream.channels[2].condition = other();
  std::vector<double> x(3 * 6000);
  const auto noise = test::oracle_noise(6000, 8);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = noise[i / 3] * (i / 3 >= 4000 ? 60.0 : 3.0);
  Options options;
  options.condition = without_mains();
  Pipeline pipeline(stream, options);
  test::Recorder seen;
  test::feed(pipeline, seen, x, 0, 6000);
  std::size_t onsets = 0;
  for (const auto& e : seen.of(EventKind::onset)) {
    if (e.event.t_event_s < 3.5) continue;
    EXPECT_NEAR(e.event.t_event_s, 4.0, 0.01) << e.event.channel;
    ++onsets;
  }
  EXPECT_EQ(onsets, 3U);
}

TEST(OwnOptions, AChangeOfOneChannelKeepsWhatIsKnownOfAll) {
  Options options;
  options.condition.mains = Mains::automatic;
  Pipeline before(test::emg_stream(rate, 3), options);
  test::Recorder seen;
  std::vector<double> x(3 * 20'000);
  const auto line = test::hum(20'000, static_cast<double>(rate), 50.1, 400.0);
  const auto noise = test::oracle_noise(20'000, 3);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 4.0 * noise[i / 3] + line[i / 3];
  for (const int c : {0, 1, 2}) {
    Command rest;
    rest.kind = CommandKind::set_rest;
    rest.channel = c;
    rest.value = 3.0 + c;
    before.apply(rest, seen);
  }
  test::feed(before, seen, x, 0, 20'000);
  std::vector<ChannelSeed> taken(3), kept(3);
  before.take_seed(taken);
  Stream stream = test::emg_stream(rate, 3);
  stream.channels[0].condition = other();
  Pipeline after(stream, options, 0, 1);
  after.plant_seed(taken, 20'000);
  after.take_seed(kept);
  for (const std::size_t c : {0U, 1U, 2U}) EXPECT_EQ(kept[c].calibrated_rest_uv, 3.0 + static_cast<double>(c));
  for (const std::size_t c : {1U, 2U}) {
    EXPECT_NEAR(taken[c].mains_hz, 50.1, 0.1);
    EXPECT_EQ(kept[c].mains_hz, taken[c].mains_hz) << "the lock on the hum";
  }
  EXPECT_EQ(kept[0].mains_hz, 0.0) << "a notch knows of none";
}

TEST(OwnOptions, WhatTheRateCannotCarryIsRefusedForOneChannelToo) {
  Stream stream = test::emg_stream(rate, 2);
  ConditionOptions o;
  o.lowpass_hz = 600.0;
  stream.channels[1].condition = o;
  EXPECT_THROW(Pipeline(stream, {}), std::invalid_argument);
}

}  // namespace
}  // namespace myod::dsp
