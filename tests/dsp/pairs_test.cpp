#include "dsp/pairs/pairs.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "dsp/features/table.hpp"
#include "recorder.hpp"

namespace {

using namespace myod;

struct Collected : dsp::PairSink {
  std::vector<dsp::PairFrame> frames;
  void pair(const dsp::PairFrame& f) override { frames.push_back(f); }
};

struct PairsOfTwoSensors : testing::Test {
  std::vector<dsp::Stream> streams{test::emg_stream(1000), test::emg_stream(500)};
  std::unique_ptr<dsp::Pairs> pairs;
  Collected seen;

  void SetUp() override {
    streams[0].channels[0].name = "left";
    streams[1].channels[0].name = "right";
    const dsp::PairNames names[] = {{"left", "right"}};
    pairs = std::make_unique<dsp::Pairs>(names, streams);
  }
  void frame(std::uint32_t stream, std::int64_t ms, double rms_uv) {
    std::vector<double> values(dsp::feature_rows(dsp::FrameKind::amplitude).size(), 0.0);
    values[0] = rms_uv;
    const dsp::ChannelStatus status{1.0, 0, dsp::Severity::ok};
    dsp::FeatureFrame f;
    f.head.stream = stream;
    f.head.channels = 1;
    f.head.features = static_cast<std::uint32_t>(values.size());
    f.head.host_time_ns = ms * 1'000'000;
    f.values = values;
    f.status = {&status, 1};
    pairs->push(f, seen);
  }
};

TEST_F(PairsOfTwoSensors, LeaveTogetherOnTheGridWithWhatStoodThere) {
  for (std::int64_t ms = 1010; ms <= 1310; ms += 20) {
    frame(0, ms, static_cast<double>(ms));
    frame(1, ms + 5, static_cast<double>(-ms));
  }
  ASSERT_EQ(seen.frames.size(), 3U);
  EXPECT_EQ(seen.frames[0].time_ns, 1'100'000'000);
  EXPECT_EQ(seen.frames[0].first_uv, 1090.0);
  EXPECT_EQ(seen.frames[0].second_uv, -1090.0);
  EXPECT_TRUE(seen.frames[0].valid);
  EXPECT_EQ(seen.frames[2].time_ns, 1'300'000'000);
}

TEST_F(PairsOfTwoSensors, TheOrderOfArrivalDoesNotMatterWithinTheirPatience) {
  for (std::int64_t ms = 1010; ms <= 1410; ms += 20) frame(0, ms, static_cast<double>(ms));
  EXPECT_TRUE(seen.frames.empty());
  for (std::int64_t ms = 1015; ms <= 1415; ms += 20) frame(1, ms, static_cast<double>(ms));
  ASSERT_EQ(seen.frames.size(), 4U);
  for (const auto& f : seen.frames) EXPECT_TRUE(f.valid);
  EXPECT_EQ(seen.frames[1].first_uv, 1190.0);
  EXPECT_EQ(seen.frames[1].second_uv, 1195.0);
}

TEST_F(PairsOfTwoSensors, APartnerIsMissingWhenTheOtherIsHalfASecondPast) {
  for (std::int64_t ms = 1010; ms <= 1890; ms += 20) {
    frame(0, ms, 5.0);
    if (ms < 1150) frame(1, ms, 6.0);
  }
  ASSERT_EQ(seen.frames.size(), 3U);  // 1100 together; 1200 and 1300 when left passed 1700 and 1800
  EXPECT_TRUE(seen.frames[0].valid);
  EXPECT_FALSE(seen.frames[1].valid);
  EXPECT_EQ(seen.frames[1].first_uv, 5.0);
  EXPECT_TRUE(std::isnan(seen.frames[1].second_uv));
}

TEST_F(PairsOfTwoSensors, AnInvalidAmplitudeIsNotReplacedByAnOlderOne) {
  for (std::int64_t ms = 1010; ms <= 1310; ms += 20) {
    frame(0, ms, ms >= 1180 ? std::nan("") : 5.0);
    frame(1, ms, 6.0);
  }
  ASSERT_EQ(seen.frames.size(), 3U);
  EXPECT_TRUE(seen.frames[0].valid);
  EXPECT_FALSE(seen.frames[1].valid);
  EXPECT_TRUE(std::isnan(seen.frames[1].first_uv));
}

TEST_F(PairsOfTwoSensors, AnAmplitudeOlderThanAStepOfTheGridIsMissing) {
  for (std::int64_t ms = 1010; ms <= 1610; ms += 20) {
    if (ms <= 1150 || ms >= 1450) frame(0, ms, 5.0);
    frame(1, ms, 6.0);
  }
  ASSERT_EQ(seen.frames.size(), 6U);
  const bool valid[] = {true, true, false, false, true, true};  // 1200: 50 ms old; 1300 and 1400: silent
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(seen.frames[i].valid, valid[i]) << i;
}

TEST_F(PairsOfTwoSensors, ALeapOfHoursTellsNoFlood) {
  frame(0, 1010, 5.0);
  frame(1, 1010, 5.0);
  frame(0, 36'000'000, 5.0);
  EXPECT_LE(seen.frames.size(), 16U);
  frame(1, 36'000'000, 5.0);
  EXPECT_LE(seen.frames.size(), 32U);
}

TEST(PairNames, OneThatNoSensorHasIsRefused) {
  const std::vector<dsp::Stream> streams{test::emg_stream(1000)};
  const dsp::PairNames names[] = {{"m0", "nobody"}};
  EXPECT_THROW(dsp::Pairs(names, streams), std::invalid_argument);
}

}  // namespace
