// Backyard Brains against the worked examples of its stream, with the messages that stand in it.
#include <gtest/gtest.h>

#include <string>

#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {
namespace {

const SensorRow& row() { return *find_sensor("backyardbrains"); }

sensors::Setup with_channels(std::uint32_t n) {
  sensors::Setup s;
  s.channels = n;
  return complete_setup(row(), s);
}

TEST(BackyardBrains, ReadsTheWorkedExamples) {
  const std::vector<std::uint8_t> two{0x84, 0x0D, 0x00, 0x64};
  Frame f;
  ASSERT_EQ(row().parse(with_channels(2), two, f).status, ParseStatus::frame);
  EXPECT_EQ(f.counts[0], 525.0);
  EXPECT_EQ(f.counts[1], 100.0);
  ASSERT_EQ(row().parse(with_channels(1), two, f).size, 2U);
  EXPECT_EQ(f.counts[0], 525.0);
}

TEST(BackyardBrains, SkipsAMessageWholeAndAFrameCutShortUpToTheNext) {
  std::string message =
      "\xFF\xFF\x01\x01\x80\xFF"
      "HWT:MUSCLESS;"
      "\xFF\xFF\x01\x01\x81\xFF";
  const auto parse = [](const std::string& bytes) {
    Frame f;
    return row().parse(with_channels(2), {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, f);
  };
  EXPECT_EQ(parse(message + "\x84").size, message.size());
  EXPECT_EQ(parse(message + "\x84").reason, SkipReason::text);
  EXPECT_EQ(parse(message.substr(0, 20)).status, ParseStatus::need_more);
  EXPECT_EQ(parse("\x84\x0D\x84\x0D").size, 2U);
  EXPECT_EQ(parse("\x84\x0D\x84\x0D").reason, SkipReason::bad_length);
}

TEST(BackyardBrains, SharesItsTenKilohertzAmongItsChannels) {
  EXPECT_EQ(with_channels(1).rate_hz, 10000.0);
  EXPECT_EQ(with_channels(2).rate_hz, 5000.0);
  DeviceState state;
  for (const char c : std::string_view("conf s:10000;c:4;\n"))
    row().device(with_channels(1), state, static_cast<std::uint8_t>(c));
  EXPECT_EQ(state.channel_mask, 0b1111U);
  EXPECT_EQ(state.rate_hz, 2500.0);
}

}  // namespace
}  // namespace myod::sensors
