// Stimulus pulses from the line of the stimulator's trigger.
#include "dsp/condition/marker.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "dsp/condition/blanking.hpp"
#include "tests/dsp/condition/lane.hpp"

namespace myod::dsp {
namespace {

constexpr std::uint64_t rate = 2000;
constexpr std::size_t first_pulse = 2000, period = 66, last_pulse = 6000, instants = 10'000, width = 4;

Stream stream(ChannelKind kind = ChannelKind::stimulus) {
  Stream s = test::emg_stream(rate, 2);
  s.channels[1].name = "trigger";
  s.channels[1].kind = kind;
  s.channels[1].rail_low = 0.0;
  s.channels[1].rail_high = 1023.0;
  return s;
}

Options marked() {
  Options o;
  o.condition.blanking = Blanking::marker;
  o.condition.marker = Text<64>("trigger");
  return o;
}

bool is_high(std::size_t i) {
  return i >= first_pulse && i <= last_pulse + width && (i - first_pulse) % period < width;
}

/// Muscle with an artefact of 5 mV at each pulse, beside the line: 20 counts low, 900 high.
std::vector<double> stimulated() {
  const auto noise = test::oracle_noise(instants, 12);
  std::vector<double> x(2 * instants);
  for (std::size_t i = 0; i < instants; ++i) {
    x[2 * i] = 20.0 * noise[i];
    if (i >= first_pulse && i <= last_pulse + width)
      x[2 * i] += 5000.0 * std::exp(-0.5 * static_cast<double>((i - first_pulse) % period));
    x[2 * i + 1] = is_high(i) ? 900.0 : 20.0;
  }
  return x;
}

test::Recorder play(const std::vector<double>& x, std::size_t block = 64) {
  Pipeline pipeline(stream(), marked());
  test::Recorder seen;
  test::feed(pipeline, seen, x, 0, instants, [block] { return block; });
  return seen;
}

TEST(Marker, EveryRisingEdgeBlanksTheMuscleFromBeforeItOn) {
  const auto seen = play(stimulated());
  ConditionOptions o = marked().condition;
  const std::size_t line = BlankingStage::delay_samples(o, static_cast<double>(rate));
  double largest = 0.0;
  for (std::size_t i = first_pulse - 10; i < last_pulse; ++i) {
    const std::size_t since = (i + period - first_pulse) % period;
    const bool blanked = since <= 10 || since >= period - 2;
    EXPECT_EQ(seen.valid[2 * (i + line)], blanked && i + 2 >= first_pulse ? 0 : 1) << i;
    largest = std::max(largest, std::abs(seen.uv[2 * (i + line)]));
  }
  EXPECT_LT(largest, 120.0) << "the artefact of 5 mV is gone";
}

TEST(Marker, TheTrainIsToldOnItsChannelWithItsFirstPulseAndTheirCount) {
  const auto told = play(stimulated()).of(EventKind::stimulus);
  ASSERT_EQ(told.size(), 2U);
  for (const auto& e : told) {
    EXPECT_EQ(e.event.channel, 1);
    EXPECT_EQ(e.event.t_event_s, 1.0);
  }
  EXPECT_EQ(told[0].event.text.view(), "pulses begin");
  EXPECT_EQ(told[0].event.t_decision_s, 1.0);
  EXPECT_TRUE(std::isnan(told[0].event.value)) << "one pulse has no rate";
  EXPECT_EQ(told[1].event.text.view(), "61 pulses, ended");
  EXPECT_EQ(told[1].event.value, 61.0);
}

TEST(Marker, AnyCutIntoBlocksGivesTheSameBits) {
  const auto x = stimulated();
  const std::string whole = play(x, instants).told;
  for (const std::size_t size : {1, 7, 64}) EXPECT_TRUE(play(x, size).told == whole) << size;
}

TEST(Marker, NobodySawALineRiseThatIsHighFromTheBeginningOrAfterALoss) {
  MarkerDetector line({0, 0.4, 0.6}, 1000.0);
  EXPECT_FALSE(line.push(1.0, 0));
  EXPECT_FALSE(line.push(0.0, 1));
  EXPECT_TRUE(line.push(1.0, 2));
  EXPECT_FALSE(line.push(0.5, 3)) << "between the levels it stays what it was";
  EXPECT_FALSE(line.push(1.0, 4));
  EXPECT_FALSE(line.push(0.0, 5));
  line.lose();
  EXPECT_FALSE(line.push(1.0, 100));
  EXPECT_FALSE(line.push(0.0, 101));
  EXPECT_TRUE(line.push(1.0, 102));
  EXPECT_EQ(line.pulses(), 2U);
  EXPECT_EQ(line.hz(), 10.0);
  EXPECT_FALSE(line.over(1102));
  EXPECT_TRUE(line.over(1103));
}

TEST(Marker, TheRateIsThatOfItsNewestTwoPulsesAndOneTellsNone) {
  MarkerDetector line({0, 0.4, 0.6}, 1000.0);
  line.push(0.0, 0);
  std::vector<double> told;
  for (const std::uint64_t pulse : {10U, 60U, 80U}) {
    line.push(1.0, pulse);
    told.push_back(line.hz());
    line.push(0.0, pulse + 1);
  }
  EXPECT_EQ(told, (std::vector<double>{0.0, 20.0, 50.0}));
}

TEST(Marker, OnlySomeChannelsMayBeBlankedByIt) {
  Stream s = test::emg_stream(rate, 3);
  s.channels[1] = stream().channels[1];
  s.channels[2].condition = marked().condition;
  const auto two = stimulated();
  std::vector<double> x(3 * instants);
  for (std::size_t i = 0; i < instants; ++i) {
    x[3 * i] = x[3 * i + 2] = two[2 * i];
    x[3 * i + 1] = two[2 * i + 1];
  }
  Pipeline pipeline(s, {});
  test::Recorder seen;
  test::feed(pipeline, seen, x, 0, instants);
  EXPECT_EQ(seen.of(EventKind::stimulus).size(), 2U);
  const std::size_t line = BlankingStage::delay_samples(marked().condition, static_cast<double>(rate));
  EXPECT_EQ(seen.valid[3 * (first_pulse + line)], 1);
  EXPECT_EQ(seen.valid[3 * (first_pulse + line) + 2], 0);
}

std::string why(const Stream& s, const Options& o) {
  try {
    const Pipeline pipeline(s, o);
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "nothing is wrong";
}

TEST(Marker, WhatIsNoTriggersLineIsRefused) {
  EXPECT_EQ(why(stream(), marked()), "nothing is wrong");
  EXPECT_EQ(why(stream(ChannelKind::digital), marked()), "nothing is wrong");
  EXPECT_EQ(why(stream(ChannelKind::force), marked()),
            "condition.marker = \"trigger\": must be a channel of kind stimulus or digital");
  Stream open = stream();
  open.channels[1].rail_high = std::numeric_limits<double>::infinity();
  EXPECT_EQ(why(open, marked()),
            "condition.marker = \"trigger\": its range is not known, so nobody can say what an edge is: give the "
            "sensor's bits");
  Options nobody = marked();
  nobody.condition.marker = Text<64>("trigge");
  EXPECT_EQ(why(stream(), nobody), "condition.marker = \"trigge\": must be a channel of sensor test: m0, trigger");
}

}  // namespace
}  // namespace myod::dsp
