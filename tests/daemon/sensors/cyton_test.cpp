// OpenBCI Cyton and Daisy against the worked example of their format, and the device side against what the firmware's
// source prints.
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <string>

#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {
namespace {

const SensorRow& row() { return *find_sensor("cyton"); }
const SensorRow& daisy() { return *find_sensor("cyton-daisy"); }

Setup setup_of(const SensorRow& r, std::uint32_t channels = 0, double gain = 0.0) {
  Setup s;
  s.channels = channels;
  s.gain = gain;
  return complete_setup(r, s);
}

std::vector<std::uint8_t> worked_example() {
  std::vector<std::uint8_t> packet(33, 0);
  const std::array<std::uint8_t, 8> first{0xA0, 0x05, 0xFF, 0xFF, 0x9C, 0x00, 0x00, 0x64};
  const std::array<std::uint8_t, 7> last{0x06, 0x40, 0xF9, 0xC0, 0x1F, 0x40, 0xC0};
  std::copy(first.begin(), first.end(), packet.begin());
  std::copy(last.begin(), last.end(), packet.begin() + 26);
  return packet;
}

TEST(Cyton, ReadsTheWorkedExample) {
  const sensors::Setup setup = setup_of(row());
  Frame f;
  ASSERT_EQ(row().parse(setup, worked_example(), f).status, ParseStatus::frame);
  EXPECT_EQ(f.counter, 5U);
  const auto channels = row().channels(setup);
  ASSERT_EQ(f.values, channels.size());
  const auto value = [&](std::size_t c) { return (f.counts[c] - channels[c].offset) * channels[c].scale; };
  EXPECT_NEAR(value(0), -2.23517, 1e-5);
  EXPECT_NEAR(value(1), 2.23517, 1e-5);
  EXPECT_EQ(value(2), 0.0);
  EXPECT_NEAR(value(8), 0.2, 1e-12);
  EXPECT_NEAR(value(9), -0.2, 1e-12);
  EXPECT_NEAR(value(10), 1.0, 1e-12);
  EXPECT_EQ(channels[8].kind, dsp::ChannelKind::accel);
}

TEST(Cyton, HasNoAccelerometerWhereThePacketBringsNothingNew) {
  auto packet = worked_example();
  Frame f;
  std::fill(packet.begin() + 26, packet.begin() + 32, std::uint8_t{0});
  ASSERT_EQ(row().parse(setup_of(row()), packet, f).status, ParseStatus::frame);
  EXPECT_TRUE(std::isnan(f.counts[8]));
  packet = worked_example();
  packet.back() = 0xC1;  // analogue pins
  ASSERT_EQ(row().parse(setup_of(row()), packet, f).status, ParseStatus::frame);
  EXPECT_TRUE(std::isnan(f.counts[8]));
  packet.back() = 0xC7;
  EXPECT_EQ(row().parse(setup_of(row()), packet, f).reason, SkipReason::bad_field);
}

TEST(Cyton, SaturatesWhereItsConverterDoes) {
  const auto channels = row().channels(setup_of(row()));
  EXPECT_NEAR(channels[0].rail_low * channels[0].scale, -187500.02, 0.01);
  EXPECT_NEAR(row().channels(setup_of(row(), 0, 1.0))[0].scale, 0.536442, 1e-6);
}

TEST(Cyton, DaisyPairsAnEvenPacketWithTheOddOneAfterItOnly) {
  const sensors::Setup setup = setup_of(daisy());
  auto even = worked_example(), odd = worked_example();
  even[1] = 4;
  Frame f;
  const auto both = [&](const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
    std::vector<std::uint8_t> bytes(a);
    bytes.insert(bytes.end(), b.begin(), b.end());
    return daisy().parse(setup, bytes, f).status;
  };
  ASSERT_EQ(both(even, odd), ParseStatus::frame);
  EXPECT_EQ(f.counter, 2U);
  EXPECT_EQ(f.counts[0], -100.0);
  EXPECT_EQ(f.counts[8], -100.0) << "channel 9 is the first of the even packet";
  EXPECT_EQ(both(odd, even), ParseStatus::skip);
  odd[1] = 7;
  EXPECT_EQ(both(even, odd), ParseStatus::skip);
}

std::string told(const SensorRow& r, const Setup& setup, DeviceState& state, std::string_view command) {
  std::string answer;
  for (const char c : command) answer += r.device(setup, state, static_cast<std::uint8_t>(c));
  return answer;
}

TEST(Cyton, DeviceAnswersAsTheFirmwareDoes) {
  DeviceState state;
  const sensors::Setup setup = setup_of(row());
  const auto say = [&](std::string_view command) { return told(row(), setup, state, command); };
  EXPECT_EQ(say("v"),
            "OpenBCI V3 8-16 channel\nOn Board ADS1299 Device ID: 0x3E\nLIS3DH Device ID: 0x33\nFirmware: v3.1.2\n$$$");
  EXPECT_EQ(say("d"), "updating channel settings to default$$$");
  EXPECT_EQ(say("x1000000X"), "Success: Channel set for 1$$$");
  EXPECT_EQ(state.gain[0], 1.0);
  EXPECT_EQ(state.gain[1], 24.0);
  EXPECT_EQ(say("x1060100Y"), "Failure: Err: 9th char not X$$$");
  EXPECT_EQ(say("x106X"), "Failure: too few chars$$$");
  EXPECT_EQ(say("z110Z"), "Success: Lead off set for 1$$$");
  EXPECT_EQ(say("~~"), "Success: Sample rate is 250Hz$$$");
  EXPECT_EQ(say("~7"), "Failure: sample value out of bounds$$$");
  EXPECT_EQ(say("c"), "") << "nothing to remove, nothing said";
  EXPECT_EQ(say("C"), "no daisy to attach!8$$$");
  EXPECT_EQ(say("b"), "");
  EXPECT_TRUE(state.streaming);
  EXPECT_EQ(say("x2000000X"), "") << "while streaming it obeys and is silent";
  EXPECT_EQ(state.gain[1], 1.0);
  EXPECT_EQ(say("s"), "");
  EXPECT_FALSE(state.streaming);
  EXPECT_EQ(say("D"), "060110$$$");
  EXPECT_NE(told(daisy(), setup_of(daisy()), state, "v").find("On Daisy ADS1299"), std::string::npos);
}

TEST(Cyton, SessionSetsEveryInputAtTheGainAskedForAndSwitchesTheOthersOff) {
  const sensors::Setup setup = setup_of(row(), 2, 8.0);
  DeviceState state;
  for (const Step& step : row().start(setup))
    if (step.kind == Step::Kind::send) told(row(), setup, state, step.bytes);
  EXPECT_TRUE(state.streaming);
  EXPECT_EQ(state.gain[0], 8.0);
  EXPECT_EQ(state.gain[7], 8.0);
  EXPECT_EQ(state.off_mask, 0b11111100U);
}

TEST(Cyton, SessionLetsTheTestCurrentFlowThroughTheElectrodesInUseWhenAsked) {
  sensors::Setup wished = setup_of(row(), 2, 8.0);
  std::string sent;
  for (const bool asked : {false, true}) {
    wished.lead_off = asked;
    sent.clear();
    for (const Step& step : row().start(complete_setup(row(), wished)))
      if (step.kind == Step::Kind::send) sent += step.bytes;
    EXPECT_EQ(sent.find("z111Z") != std::string::npos, asked) << sent;
    EXPECT_EQ(sent.find("z211Z") != std::string::npos, asked) << sent;
    EXPECT_EQ(sent.find("z311Z"), std::string::npos) << sent;
  }
}

TEST(Cyton, RefusesAGainItsConverterDoesNotHave) {
  try {
    setup_of(row(), 8, 5.0);
    FAIL() << "gain 5 was taken";
  } catch (const std::invalid_argument& e) {
    EXPECT_STREQ(e.what(), "gain = 5: must be 1, 2, 4, 6, 8, 12, 24");
  }
}

}  // namespace
}  // namespace myod::sensors
