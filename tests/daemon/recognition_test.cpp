// Telling a kind of sensor from its bytes: every row's own frames, and what is nobody's.
#include "daemon/recognition.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace myod::daemon {
namespace {

using Bytes = std::vector<std::uint8_t>;

sensors::Setup setup_of(const sensors::SensorRow& row, std::uint32_t channels) {
  sensors::Setup wished;
  wished.channels = channels;
  return sensors::complete_setup(row, wished);
}

Bytes frames_of(const sensors::SensorRow& row, std::uint32_t channels, std::uint64_t n) {
  const sensors::Setup setup = setup_of(row, channels);
  Bytes all, bytes(row.max_frame_bytes);
  std::mt19937 random(1);
  for (std::uint64_t k = 0; k < n; ++k) {
    sensors::Frame f;
    f.values = static_cast<std::uint32_t>(row.channels(setup).size());
    for (std::uint32_t i = 0; i < f.values; ++i) f.counts[i] = static_cast<double>(random() % 16);
    f.counter = row.counter_modulus == 0 ? 0 : k % row.counter_modulus;
    all.insert(all.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(row.format(setup, f, bytes)));
  }
  return all;
}

bool is_among(const std::vector<Recognised>& kinds, const sensors::SensorRow& row) {
  return std::any_of(kinds.begin(), kinds.end(), [&row](const Recognised& kind) { return kind.row == &row; });
}

TEST(Recognition, KnowsEveryKindByItsOwnFramesAlsoFromTheMiddleOfOne) {
  for (const sensors::SensorRow* row : sensors::sensor_table()) {
    const Bytes all = frames_of(*row, row->max_channels, 60);
    for (const std::size_t cut : {0, 1, 2}) {
      const auto kinds = recognise(std::span(all).subspan(cut));
      EXPECT_TRUE(is_among(kinds, *row)) << row->name << " cut by " << cut << ": " << words(kinds);
    }
  }
}

TEST(Recognition, TakesLinesOfNumbersForNothingElseAndOthersNotForLines) {
  const sensors::SensorRow& ascii = *sensors::find_sensor("ascii");
  EXPECT_EQ(words(recognise(frames_of(ascii, 3, 100))), "an ascii");
  for (const sensors::SensorRow* row : sensors::sensor_table())
    if (!row->text_lines) {
      EXPECT_FALSE(is_among(recognise(frames_of(*row, row->max_channels, 60)), ascii)) << row->name;
    }
}

TEST(Recognition, CountsTheChannelsWhereTheFramesTell) {
  const sensors::SensorRow& bitalino = *sensors::find_sensor("bitalino");
  EXPECT_EQ(words(recognise(frames_of(bitalino, 1, 200))), "a bitalino with 1 channel");
  EXPECT_EQ(words(recognise(frames_of(bitalino, 3, 200))), "a bitalino with 3 channels");
}

TEST(Recognition, KnowsASensorThoughAFrameInTwentyIsLost) {
  const sensors::SensorRow& bitalino = *sensors::find_sensor("bitalino");
  const Bytes all = frames_of(bitalino, 4, 400);
  const std::size_t size = sensors::frame_size(bitalino, setup_of(bitalino, 4));
  Bytes lossy;
  for (std::size_t at = 0; at < all.size(); at += size)
    if (at / size % 20 != 7)
      lossy.insert(lossy.end(), all.begin() + static_cast<std::ptrdiff_t>(at),
                   all.begin() + static_cast<std::ptrdiff_t>(at + size));
  EXPECT_EQ(words(recognise(lossy)), "a bitalino with 4 channels");
}

TEST(Recognition, KnowsNobodyInNoiseInSilenceAndInAFewFrames) {
  EXPECT_TRUE(recognise({}).empty());
  EXPECT_TRUE(recognise(frames_of(*sensors::find_sensor("ascii"), 1, 15)).empty());
  std::mt19937 random(2);
  for (int times = 0; times < 20; ++times) {
    Bytes noise(4096);
    for (auto& byte : noise) byte = static_cast<std::uint8_t>(random());
    EXPECT_EQ(words(recognise(noise)), "");
  }
}

TEST(Recognition, KnowsNobodyInFramesBetweenMuchThatIsNone) {
  const Bytes frames = frames_of(*sensors::find_sensor("bitalino"), 6, 40);
  Bytes half(frames.size(), 0xA5);
  half.insert(half.end(), frames.begin(), frames.end());
  EXPECT_EQ(words(recognise(half)), "");
}

TEST(UnreadBytes, AreNamedOnlyWhenAnotherSensorSendsThem) {
  const sensors::SensorRow& bitalino = *sensors::find_sensor("bitalino");
  const sensors::SensorRow& ascii = *sensors::find_sensor("ascii");
  UnreadBytes unread;
  for (int times = 0; times < 50; ++times) unread.add(std::vector<std::uint8_t>(999, 0xA5));
  unread.add(frames_of(bitalino, 2, 1500));  // the newest 4096 bytes count
  EXPECT_EQ(unread.from_another(ascii, setup_of(ascii, 1)), "a bitalino with 2 channels");
  EXPECT_EQ(unread.from_another(bitalino, setup_of(bitalino, 3)), "a bitalino with 2 channels");
  EXPECT_EQ(unread.from_another(bitalino, setup_of(bitalino, 2)), "");
  unread.clear();
  unread.add(frames_of(bitalino, 6, 500));
  EXPECT_EQ(unread.from_another(bitalino, setup_of(bitalino, 6)), "") << "five make frames of the same size";
  unread.clear();
  unread.add(frames_of(ascii, 3, 100));
  EXPECT_EQ(unread.from_another(ascii, setup_of(ascii, 1)), "") << "the wrong columns are told otherwise";
  unread.clear();
  EXPECT_EQ(unread.from_another(ascii, setup_of(ascii, 1)), "");
}

}  // namespace
}  // namespace myod::daemon
