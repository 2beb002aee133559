// The simulated sensor's own wire: the drawn layout byte for byte, and what its check is worth.
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "daemon/sensors/counts.hpp"
#include "daemon/sensors/sensor.hpp"

namespace {

using myod::sensors::complete_setup;
using myod::sensors::find_sensor;
using myod::sensors::Frame;
using myod::sensors::ParseStatus;
using myod::sensors::SensorRow;
using myod::sensors::Setup;

struct Sim {
  const SensorRow& row = *find_sensor("sim");
  Setup setup = complete_setup(row, {});
  std::array<std::uint8_t, 256> buffer{};

  std::span<const std::uint8_t> format(const Frame& frame) {
    return std::span(buffer).first(row.format(setup, frame, buffer));
  }
};

Frame example() {
  Frame frame;
  frame.values = 2;
  frame.counter = 0x1234;
  frame.counts[0] = -2.0;
  frame.counts[1] = 0x012345;
  return frame;
}

TEST(SimRow, WritesTheLayoutItsHeadCommentDraws) {
  Sim sim;
  const auto bytes = sim.format(example());
  // The check is CRC-16/CCITT-FALSE, computed apart from the program.
  const std::vector<std::uint8_t> expected{0xA5, 0x5A, 0x34, 0x12, 0xFE, 0xFF, 0xFF, 0x45, 0x23, 0x01, 0x3C, 0xB6};
  EXPECT_EQ(std::vector<std::uint8_t>(bytes.begin(), bytes.end()), expected);
}

TEST(SimRow, ReadsBackBothRails) {
  Sim sim;
  const auto channels = sim.row.channels(sim.setup);
  Frame sent = example(), read;
  sent.counts[0] = channels[0].rail_low;
  sent.counts[1] = channels[1].rail_high;
  ASSERT_EQ(sim.row.parse(sim.setup, sim.format(sent), read).status, ParseStatus::frame);
  EXPECT_EQ(read.counts[0], -8388608.0);
  EXPECT_EQ(read.counts[1], 8388607.0);
  EXPECT_EQ(read.counter, 0x1234U);
}

TEST(SimRow, RefusesAFrameWithAnyOneBitFlipped) {
  Sim sim;
  const auto bytes = sim.format(example());
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    sim.buffer[bit / 8] = static_cast<std::uint8_t>(sim.buffer[bit / 8] ^ (1U << bit % 8));
    Frame frame;
    EXPECT_EQ(sim.row.parse(sim.setup, bytes, frame).status, ParseStatus::skip) << bit;
    sim.buffer[bit / 8] = static_cast<std::uint8_t>(sim.buffer[bit / 8] ^ (1U << bit % 8));
  }
}

TEST(Counts, AreTheNearestOnesAndStopAtTheRails) {
  const auto channel = find_sensor("sim")->channels(complete_setup(*find_sensor("sim"), {})).front();
  EXPECT_EQ(myod::sensors::to_count(channel, 1.01), 20.0);
  EXPECT_EQ(myod::sensors::to_count(channel, -1.04), -21.0);
  EXPECT_EQ(myod::sensors::to_count(channel, 1e9), channel.rail_high);
  EXPECT_EQ(myod::sensors::to_count(channel, -1e9), channel.rail_low);
}

}  // namespace
