// Chords against the worked example of its format, and what is odd about its sketches.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {
namespace {

const SensorRow& row() { return *find_sensor("chords"); }

sensors::Setup board(std::uint32_t channels, std::int64_t bits) {
  sensors::Setup s;
  s.channels = channels;
  s.bits = bits;
  return complete_setup(row(), s);
}

TEST(Chords, ReadsTheWorkedExample) {
  const std::vector<std::uint8_t> bytes{0xC7, 0x7C, 5, 2, 0x0D, 2, 0, 2, 0, 2, 0, 2, 0, 2, 0, 1};
  Frame f;
  const auto result = row().parse(board(6, 10), bytes, f);
  ASSERT_EQ(result.status, ParseStatus::frame);
  EXPECT_EQ(result.size, 16U);
  EXPECT_EQ(f.counter, 5U);
  EXPECT_EQ(f.counts[0], 525.0);
  EXPECT_EQ(f.counts[5], 512.0);
}

TEST(Chords, BelievesNoCountBeyondTheBoardsConverter) {
  const std::vector<std::uint8_t> bytes{0xC7, 0x7C, 5, 4, 0, 1};
  Frame f;
  EXPECT_EQ(row().parse(board(1, 10), bytes, f).reason, SkipReason::bad_field);
  EXPECT_EQ(row().parse(board(1, 14), bytes, f).status, ParseStatus::frame);
}

TEST(Chords, DeviceSaysWhichBoardItIsAndStopsAtAnyByte) {
  DeviceState state;
  const auto say = [&](std::string_view text, const sensors::Setup& setup) {
    std::string answer;
    for (const char c : text) answer += row().device(setup, state, static_cast<std::uint8_t>(c));
    return answer;
  };
  EXPECT_EQ(say("WHORU\n", board(6, 10)), "UNO-R3\r\n");
  EXPECT_EQ(say("WHORU\n", board(6, 14)), "UNO-R4\r\n");
  EXPECT_EQ(say("START\n", board(6, 10)), "");
  EXPECT_TRUE(state.streaming);
  EXPECT_EQ(say("?", board(6, 10)), "");
  EXPECT_FALSE(state.streaming);
}

TEST(Chords, ABoardThatSendsOtherFramesEndsTheSessionAndSaysWhatToSet) {
  const auto meaning = [](const sensors::Setup& setup, std::string_view board) -> std::string {
    for (const Refusal& r : row().refusals(setup))
      if (r.answer == std::string(board) + "\r\n") return r.meaning;
    return "";
  };
  EXPECT_EQ(meaning(board(6, 10), "UNO-R4"), "the board says it is UNO-R4: set channels = 6, bits = 14, rate_hz = 500");
  for (const char* same : {"UNO-R3", "UNO-CLONE", "GENUINO-UNO"}) EXPECT_EQ(meaning(board(6, 10), same), "");
}

TEST(Chords, RefusesMoreBitsThanItsWireHas) {
  EXPECT_NO_THROW(board(6, 16));
  EXPECT_THROW(board(6, 17), std::invalid_argument);
}

}  // namespace
}  // namespace myod::sensors
