// uMyo against the worked example its vendor's parser decodes, and with several units on one receiver.
#include <gtest/gtest.h>

#include <cmath>

#include "daemon/assembler.hpp"
#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {
namespace {

const SensorRow& row() { return *find_sensor("umyo"); }

sensors::Setup setup_of() {
  sensors::Setup s;
  s.rate_hz = 1150.0;
  return complete_setup(row(), s);
}

std::vector<std::uint8_t> worked_example() {
  return {0x4F, 0xD5, 0x3C, 0x01, 0x3E, 0x11, 0x22, 0x33, 0x44, 0x58, 0x00, 0xBE, 0x65, 0x00, 0x05, 0x00, 0x64,
          0xFF, 0x9C, 0x00, 0xC8, 0xFF, 0x38, 0x01, 0x2C, 0xFE, 0xD4, 0x01, 0x90, 0xFE, 0x70, 0x00, 0x0A, 0x00,
          0x14, 0x00, 0x1E, 0x00, 0x28, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x02,
          0x00, 0x03, 0x00, 0x04, 0x00, 0x05, 0x00, 0x06, 0x00, 0x07, 0x00, 0x08, 0x00, 0x09};
}

TEST(Umyo, ReadsTheWorkedExample) {
  Frame f;
  const auto result = row().parse(setup_of(), worked_example(), f);
  ASSERT_EQ(result.status, ParseStatus::frame);
  EXPECT_EQ(result.size, 65U);
  EXPECT_EQ(f.counter, 40U) << "packet 5 of 8 instants";
  EXPECT_EQ(f.unit, 0x11223344U);
  const auto channels = row().channels(setup_of());
  const std::array<double, 8> samples{100, -100, 200, -200, 300, -300, 400, -400};
  for (std::size_t i = 0; i < samples.size(); ++i) EXPECT_EQ(f.counts[i * channels.size()], samples[i]);
  EXPECT_EQ(f.counts[3], 3.0) << "acceleration";
  EXPECT_EQ(f.counts[4] * channels[4].scale, 3900.0) << "battery";
  EXPECT_TRUE(std::isnan(f.counts[channels.size() + 4])) << "once a packet";
}

/// Ten packets each of the unit of the worked example and of another, in turns.
std::vector<std::uint8_t> two_units() {
  std::vector<std::uint8_t> bytes;
  for (std::uint8_t k = 0; k < 10; ++k) {
    auto packet = worked_example();
    packet[14] = k;
    bytes.insert(bytes.end(), packet.begin(), packet.end());
    packet[5] = 0x99;
    bytes.insert(bytes.end(), packet.begin(), packet.end());
  }
  return bytes;
}

TEST(Umyo, ListensToTheUnitItHeardFirstAndCountsThePacketsOfOthers) {
  std::uint64_t instants = 0;
  daemon::Assembler assembler(row(), setup_of(), [&](const daemon::PlacedFrame& p) {
    EXPECT_EQ(p.frame->unit, 0x11223344U);
    EXPECT_EQ(p.index, instants);
    instants += p.instants;
  });
  assembler.feed(two_units(), 0);
  EXPECT_EQ(instants, 80U);
  EXPECT_EQ(assembler.counts().lost, 0U);
  EXPECT_EQ(assembler.counts().skips[static_cast<std::size_t>(SkipReason::other_unit)], 10U);
}

TEST(Umyo, ListensToTheUnitThatIsAskedForAndToNoOther) {
  sensors::Setup second = setup_of();
  second.unit = 0x99223344;
  std::uint64_t instants = 0;
  daemon::Assembler assembler(row(), second, [&](const daemon::PlacedFrame& p) {
    EXPECT_EQ(p.frame->unit, 0x99223344U);
    instants += p.instants;
  });
  assembler.feed(two_units(), 0);
  EXPECT_EQ(instants, 80U);
}

TEST(Umyo, AloneHasUnits) {
  sensors::Setup wished;
  wished.unit = 1;
  EXPECT_NO_THROW(complete_setup(row(), wished));
  EXPECT_THROW(complete_setup(*find_sensor("cyton"), wished), std::invalid_argument);
}

}  // namespace
}  // namespace myod::sensors
