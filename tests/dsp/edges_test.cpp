// Changes of digital channels are told as triggers at their sample.
#include <gtest/gtest.h>

#include <limits>

#include "recorder.hpp"

namespace {

using namespace myod;

constexpr std::uint64_t rate = 1000;
constexpr std::size_t samples = 6000;

/// A muscle and two lines beside it.
dsp::Stream stream() {
  dsp::Stream s = test::emg_stream(rate);
  for (const char* name : {"D", "button"}) {
    dsp::Channel line;
    line.name = name;
    line.kind = dsp::ChannelKind::digital;
    line.unit = "";
    s.channels.push_back(line);
  }
  return s;
}

std::vector<double> interleaved(const std::vector<double>& muscle) {
  std::vector<double> raw;
  for (std::size_t i = 0; i < muscle.size(); ++i)
    raw.insert(raw.end(), {muscle[i], i >= 1234 && i < 1237 ? 8.0 : 1.0, i >= 4999 ? 1.0 : 0.0});
  return raw;
}

void feed(dsp::Pipeline& pipeline, test::Recorder& seen, const std::vector<double>& raw, std::size_t begin,
          std::size_t end, std::size_t size) {
  for (std::size_t i = begin; i < end; i += size) {
    dsp::SampleBlock block;
    block.head.first_index = i;
    block.head.channels = 3;
    block.head.instants = static_cast<std::uint32_t>(std::min(size, end - i));
    block.head.host_time_ns = static_cast<std::int64_t>(i) * 1'000'000;
    block.raw = std::span(raw).subspan(3 * i, 3 * block.head.instants);
    pipeline.process(block, seen);
  }
}

struct Edges : testing::Test {
  std::vector<double> raw = interleaved(test::oracle_signal(samples, rate));
  dsp::Pipeline pipeline{stream(), {}};
  test::Recorder seen;
};

TEST_F(Edges, AreTriggersAtTheirSample) {
  feed(pipeline, seen, raw, 0, samples, 100);
  const auto triggers = seen.of(dsp::EventKind::trigger);
  ASSERT_EQ(triggers.size(), 3U);
  EXPECT_EQ(triggers[0].event.channel, 1);
  EXPECT_EQ(triggers[0].event.t_event_s, 1.234);
  EXPECT_EQ(triggers[0].event.t_decision_s, 1.234);
  EXPECT_EQ(triggers[0].event.host_time_ns, 1'234'000'000);
  EXPECT_EQ(triggers[0].event.value, 8.0);
  EXPECT_EQ(triggers[0].event.text.view(), "1 to 8");
  EXPECT_EQ(triggers[1].event.t_event_s, 1.237);
  EXPECT_EQ(triggers[1].event.text.view(), "8 to 1");
  EXPECT_EQ(triggers[2].event.channel, 2);
  EXPECT_EQ(triggers[2].event.t_event_s, 4.999);
}

TEST_F(Edges, StandAmongTheOtherEventsInTheSamePlaceHoweverTheSamplesAreCut) {
  feed(pipeline, seen, raw, 0, samples, samples);
  for (const std::size_t size : {1, 7, 64, 333}) {
    dsp::Pipeline other{stream(), {}};
    test::Recorder told;
    feed(other, told, raw, 0, samples, size);
    EXPECT_EQ(told.told, seen.told) << "blocks of " << size;
  }
}

TEST_F(Edges, ThatAGapHidesAreToldAfterItAndAsSuch) {
  feed(pipeline, seen, raw, 0, 4900, 100);
  feed(pipeline, seen, raw, 5100, samples, 100);
  const auto triggers = seen.of(dsp::EventKind::trigger);
  ASSERT_EQ(triggers.size(), 3U);
  EXPECT_EQ(triggers[2].event.t_event_s, 5.1);
  EXPECT_EQ(triggers[2].event.text.view(), "0 to 1, within the gap before");
}

TEST_F(Edges, ExactlyWhereAPipelineReplacesAnotherAreTold) {
  for (const std::size_t hand_over : {1234, 1235, 1237, 4999}) {
    dsp::Pipeline before(stream(), {}), after(stream(), {});
    test::Recorder told;
    feed(before, told, raw, 0, hand_over, 100);
    std::vector<dsp::ChannelSeed> seed(3);
    before.take_seed(seed);
    after.plant_seed(seed, hand_over);
    feed(after, told, raw, hand_over, samples, 100);
    const auto triggers = told.of(dsp::EventKind::trigger);
    ASSERT_EQ(triggers.size(), 3U) << "at " << hand_over;
    EXPECT_EQ(triggers[0].event.t_event_s, 1.234);
    EXPECT_EQ(triggers[1].event.t_event_s, 1.237);
    EXPECT_EQ(triggers[2].event.t_event_s, 4.999);
  }
}

TEST_F(Edges, AreNotMadeBySamplesWithoutANumber) {
  for (std::size_t i = 2000; i < 2010; ++i) raw[3 * i + 2] = std::numeric_limits<double>::quiet_NaN();
  feed(pipeline, seen, raw, 0, samples, 100);
  EXPECT_EQ(seen.of(dsp::EventKind::trigger).size(), 3U);
}

}  // namespace
