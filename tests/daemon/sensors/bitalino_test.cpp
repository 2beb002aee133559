// BITalino against bytes that the vendor's own client accepted.
#include <gtest/gtest.h>

#include <string>

#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {
namespace {

const SensorRow& row() { return *find_sensor("bitalino"); }

sensors::Setup with_channels(std::uint32_t n) {
  sensors::Setup s;
  s.channels = n;
  return complete_setup(row(), s);
}

struct Example {
  std::uint32_t channels;
  std::vector<std::uint8_t> bytes;
};

const std::vector<Example> examples{
    {1, {0x34, 0xA8, 0x35}},
    {2, {0x17, 0x36, 0xA8, 0x3F}},
    {3, {0x40, 0x88, 0x17, 0x36, 0xA8, 0x31}},
    {4, {0xB0, 0x62, 0x88, 0x17, 0x36, 0xA8, 0x37}},
    {5, {0xC0, 0xB5, 0x62, 0x88, 0x17, 0x36, 0xA8, 0x35}},
    {6, {0xD7, 0xB5, 0x62, 0x88, 0x17, 0x36, 0xA8, 0x38}},
};
constexpr std::array<double, 6> inputs{525, 535, 545, 555, 23, 23};

TEST(Bitalino, ReadsTheWorkedExamplesOfOneToSixChannels) {
  for (const Example& e : examples) {
    Frame f;
    const auto result = row().parse(with_channels(e.channels), e.bytes, f);
    ASSERT_EQ(result.status, ParseStatus::frame) << e.channels << " channels";
    EXPECT_EQ(result.size, e.bytes.size());
    EXPECT_EQ(f.counter, 3U);
    ASSERT_EQ(f.values, e.channels + 1);
    for (std::uint32_t c = 0; c < e.channels; ++c) EXPECT_EQ(f.counts[c], inputs[c]);
    EXPECT_EQ(f.counts[e.channels], 10.0);  // I1 and O1
  }
}

TEST(Bitalino, WritesTheWorkedExamples) {
  for (const Example& e : examples) {
    Frame f;
    f.values = e.channels + 1;
    std::copy_n(inputs.begin(), e.channels, f.counts.begin());
    f.counts[e.channels] = 10.0;
    f.counter = 3;
    std::vector<std::uint8_t> out(8);
    out.resize(row().format(with_channels(e.channels), f, out));
    EXPECT_EQ(out, e.bytes) << e.channels << " channels";
  }
}

TEST(Bitalino, DetectsEveryFlippedBit) {
  for (const Example& e : examples)
    for (std::size_t bit = 0; bit < 8 * e.bytes.size(); ++bit) {
      auto bytes = e.bytes;
      bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
      Frame f;
      const auto result = row().parse(with_channels(e.channels), bytes, f);
      EXPECT_EQ(result.status, ParseStatus::skip) << e.channels << " channels, bit " << bit;
      EXPECT_EQ(result.reason, SkipReason::bad_crc);
    }
}

TEST(Bitalino, ScalesToMicrovoltAtTheElectrode) {
  const auto channels = row().channels(with_channels(6));
  EXPECT_NEAR((525 - channels[0].offset) * channels[0].scale, 41.521, 0.001);
  EXPECT_EQ(channels[4].offset, 32.0);
  EXPECT_EQ(channels[4].rail_high, 63.0);
  EXPECT_EQ(channels[6].kind, dsp::ChannelKind::digital);
  sensors::Setup first_block;
  first_block.gain = 1000;
  EXPECT_NEAR((525 - 512) * row().channels(complete_setup(row(), first_block))[0].scale, 41.8945, 0.001);
}

std::string sent_by(const std::vector<Step>& steps) {
  std::string all;
  for (const Step& s : steps)
    if (s.kind == Step::Kind::send) all += s.bytes;
  return all;
}

TEST(Bitalino, AsksVersionThenRateThenStartsAndWaitsBeforeEveryCommand) {
  const auto steps = row().start(with_channels(6));
  EXPECT_EQ(sent_by(steps), std::string("\x00\x07\xC3\xFD", 4));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].kind != Step::Kind::send) continue;
    ASSERT_GT(i, 0U);
    EXPECT_EQ(steps[i - 1].kind, Step::Kind::wait_ms);
    EXPECT_GE(steps[i - 1].milliseconds, 100);
  }
  sensors::Setup slow;
  slow.channels = 1;
  slow.rate_hz = 100;
  EXPECT_EQ(sent_by(row().start(complete_setup(row(), slow))), std::string("\x00\x07\x83\x05", 4));
  EXPECT_EQ(sent_by(row().stop(slow)), std::string("\x00", 1));
}

TEST(Bitalino, DeviceServesTheVendorsClient) {
  DeviceState state;
  const auto host = [&](std::uint8_t byte) { return row().device(with_channels(6), state, byte); };
  EXPECT_EQ(host(0x07), "BITalino_v5.1\n");
  EXPECT_EQ(host(0xC3), "");
  EXPECT_EQ(state.rate_hz, 1000.0);
  EXPECT_EQ(host(0xFD), "");
  EXPECT_TRUE(state.streaming);
  EXPECT_EQ(state.channel_mask, 63U);
  EXPECT_EQ(host(0x07), "") << "in live mode it sets outputs";
  EXPECT_EQ(host(0x00), "");
  EXPECT_FALSE(state.streaming);
  EXPECT_EQ(host(0x0B).size(), 16U);
  host(0xA3);
  host(0x05);  // the PWM value, no start
  EXPECT_FALSE(state.streaming);
}

TEST(Bitalino, RefusesWhatItCannotDo) {
  const auto refusal = [](sensors::Setup s) -> std::string {
    try {
      complete_setup(row(), s);
    } catch (const std::invalid_argument& e) {
      return e.what();
    }
    return "";
  };
  sensors::Setup s;
  s.rate_hz = 500;
  EXPECT_EQ(refusal(s), "rate_hz = 500: must be 1, 10, 100, 1000 Hz");
  s = {};
  s.channels = 7;
  EXPECT_EQ(refusal(s), "channels = 7: must be 1..6");
  s = {};
  s.gain = -1;
  EXPECT_EQ(refusal(s), "gain = -1: must be above 0 and at most 1e9");
  s = {};
  s.bits = 12;
  EXPECT_EQ(refusal(s), "bits = 12: means nothing to kind bitalino: leave it out");
  s = {};
  s.counter_column = 1;
  EXPECT_EQ(refusal(s), "counter_column = 1: means nothing to kind bitalino: leave it out");
}

}  // namespace
}  // namespace myod::sensors
