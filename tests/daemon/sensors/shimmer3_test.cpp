// Shimmer3 against the worked example of its packets and the bytes its own driver exchanges.
#include <gtest/gtest.h>

#include <string>

#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {
namespace {

using namespace std::string_view_literals;

const SensorRow& row() { return *find_sensor("shimmer3"); }

sensors::Setup at_rate(double hz, double gain = 0.0) {
  sensors::Setup s;
  s.rate_hz = hz;
  s.gain = gain;
  return complete_setup(row(), s);
}

TEST(Shimmer3, ReadsTheWorkedExample) {
  const std::vector<std::uint8_t> bytes{0x00, 0x40, 0x00, 0x00, 0x80, 0x00, 0x0F, 0xA0, 0xFF, 0xF0, 0x60};
  const sensors::Setup setup = at_rate(512.0);
  Frame f;
  ASSERT_EQ(row().parse(setup, bytes, f).status, ParseStatus::frame);
  EXPECT_EQ(f.counter, 1U) << "64 ticks of the clock are a sample";
  const auto channels = row().channels(setup);
  EXPECT_NEAR(f.counts[0] * channels[0].scale, 96.16, 0.01);
  EXPECT_NEAR(f.counts[1] * channels[1].scale, -96.16, 0.01);
  EXPECT_EQ(f.counts[2], 128.0);
}

TEST(Shimmer3, CountsInTicksOfItsClockWhateverTheRate) {
  EXPECT_EQ(counter_modulus(row(), at_rate(512.0)), (1U << 24U) / 64U);
  EXPECT_EQ(counter_modulus(row(), at_rate(1024.0)), (1U << 24U) / 32U);
}

std::string say(DeviceState& state, std::string_view bytes) {
  std::string answer;
  for (const char c : bytes) answer += row().device(at_rate(512.0), state, static_cast<std::uint8_t>(c));
  return answer;
}

TEST(Shimmer3, DeviceAcknowledgesAndAnswersEveryCommand) {
  DeviceState state;
  EXPECT_EQ(say(state, "\x08\x10\x00\x00"sv), "\xFF");
  EXPECT_EQ(say(state, "\x01"), std::string("\xFF\x02\x40\x00\x01\xFF\x01\x09\x03\x01\x1D\x1E\x1F"sv));
  EXPECT_EQ(say(state, "\x05\x20\x00"sv), "\xFF");
  EXPECT_EQ(state.rate_hz, 1024.0);
  EXPECT_EQ(say(state, "\x03"), std::string("\xFF\x04\x20\x00"sv));
  EXPECT_EQ(say(state, "\x61\x00\x00\x0A\x03\xA0\x10\x69\x40\x20\x00\x00\x02\x03"sv), "\xFF");
  EXPECT_EQ(state.gain[0], 12.0);
  EXPECT_EQ(state.gain[1], 4.0);
  EXPECT_EQ(say(state, "\x63\x00\x03\x02"sv), "\xFF\x62\x02\x69\x40");
  EXPECT_EQ(say(state, "\x63\x00\xFF\x05"sv), "\xFF") << "there are no such registers";
  EXPECT_EQ(say(state, "\x07"), "\xFF");
  EXPECT_TRUE(state.streaming);
  EXPECT_EQ(say(state, "\x20"), "\xFF");
  EXPECT_FALSE(state.streaming);
}

TEST(Shimmer3, SessionSetsGainAndTheConvertersOwnRate) {
  DeviceState state;
  for (const Step& step : row().start(at_rate(1024.0, 4.0)))
    if (step.kind == Step::Kind::send) say(state, step.bytes);
  EXPECT_TRUE(state.streaming);
  EXPECT_EQ(state.rate_hz, 1024.0);
  EXPECT_EQ(state.gain[1], 4.0);
  EXPECT_EQ(state.memory[0], 4) << "2000 Hz: 1000 were too slow";
  EXPECT_EQ(state.memory[3], 0x49) << "the inputs for EMG";
}

}  // namespace
}  // namespace myod::sensors
