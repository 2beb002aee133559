#include "daemon/ring.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include "daemon/records.hpp"

namespace myod::daemon {
namespace {

TEST(Ring, GivesRecordsOfEverySizeBackInOrderAcrossTheWrap) {
  Ring ring(1024);
  std::mt19937 random(7);
  std::uint32_t written = 0, read = 0;
  const auto size_of = [](std::uint32_t n) { return 4 + n * 37 % 200; };
  while (read < 20000) {
    for (int i = static_cast<int>(random() % 5); i > 0; --i) {
      auto room = ring.claim(size_of(written));
      if (room.empty()) break;
      ASSERT_EQ(reinterpret_cast<std::uintptr_t>(room.data()) % 8, 0U);
      std::memset(room.data(), static_cast<int>(written & 0xFF), room.size());
      std::memcpy(room.data(), &written, 4);
      ring.publish();
      ++written;
    }
    for (int i = static_cast<int>(random() % 5); i > 0; --i) {
      const auto record = ring.front();
      if (record.empty()) break;
      std::uint32_t number = 0;
      std::memcpy(&number, record.data(), 4);
      ASSERT_EQ(number, read);
      ASSERT_EQ(record.size(), size_of(read));
      if (record.size() > 4) {
        ASSERT_EQ(std::to_integer<std::uint32_t>(record.back()), read & 0xFF);
      }
      ring.release();
      ++read;
    }
  }
  EXPECT_GE(written, read);
}

TEST(Ring, RefusesWhenFullAndTakesAgainAfterARelease) {
  Ring ring(128);
  int pushed = 0;
  while (ring.push(std::uint64_t{1})) ++pushed;
  EXPECT_EQ(pushed, 8);  // 16 bytes each with its header
  std::uint64_t value = 0;
  ASSERT_TRUE(ring.pop(value));
  EXPECT_TRUE(ring.push(std::uint64_t{2}));
  EXPECT_FALSE(ring.push(std::uint64_t{3}));
}

TEST(Ring, RefusesARecordThatCouldNeverFit) {
  Ring ring(256);
  EXPECT_TRUE(ring.claim(1000).empty());
  EXPECT_TRUE(ring.push(1));
}

TEST(Ring, IsEmptyAfterTheLastRelease) {
  Ring ring(256);
  ring.push(5);
  EXPECT_FALSE(ring.front().empty());
  ring.release();
  EXPECT_TRUE(ring.front().empty());
  EXPECT_EQ(ring.used(), 0U);
}

TEST(Ring, LosesAndReordersNothingBetweenTwoThreads) {
  Ring ring(4096);
  constexpr std::uint64_t count = 200'000;
  std::thread producer([&] {
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::size_t words = 1 + i % 9;
      std::span<std::byte> room;
      while ((room = ring.claim(words * 8)).empty()) std::this_thread::yield();
      for (std::size_t w = 0; w < words; ++w) std::memcpy(room.data() + 8 * w, &i, 8);
      ring.publish();
    }
  });
  std::uint64_t wrong = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::span<const std::byte> record;
    while ((record = ring.front()).empty()) std::this_thread::yield();
    wrong += record.size() != (1 + i % 9) * 8 ? 1 : 0;
    for (std::size_t at = 0; at < record.size(); at += 8) {
      std::uint64_t value = 0;
      std::memcpy(&value, record.data() + at, 8);
      wrong += value != i ? 1 : 0;
    }
    ring.release();
  }
  producer.join();
  EXPECT_EQ(wrong, 0U);
}

TEST(Records, GiveBackBlockAndFrameAsTheyWereWritten) {
  Ring ring(1 << 16);
  dsp::BlockHead block_head;
  block_head.instants = 3;
  block_head.channels = 2;
  block_head.first_index = 77;
  std::vector<double> raw(6);
  std::iota(raw.begin(), raw.end(), 0.5);
  ASSERT_TRUE(
      write_record(ring, RecordHead{RecordKind::block, 4, 0, 9}, one(block_head), std::span<const double>(raw)));
  dsp::FrameHead frame_head;
  frame_head.channels = 2;
  frame_head.features = 3;
  const std::vector<dsp::ChannelStatus> status{{0.5, 1, dsp::Severity::degraded}, {1.0, 0, dsp::Severity::ok}};
  ASSERT_TRUE(write_record(ring, RecordHead{RecordKind::frame, 4, 11, 9}, one(frame_head), std::span<const double>(raw),
                           std::span<const dsp::ChannelStatus>(status)));

  const RecordView first = view(ring.front());
  EXPECT_EQ(first.head.kind, RecordKind::block);
  EXPECT_EQ(first.block().head.first_index, 77U);
  EXPECT_TRUE(std::ranges::equal(first.block().raw, raw));
  ring.release();
  const RecordView second = view(ring.front());
  EXPECT_EQ(second.head.sequence, 11U);
  EXPECT_TRUE(std::ranges::equal(second.frame().values, raw));
  EXPECT_EQ(second.frame().status[0].grade, dsp::Severity::degraded);
  EXPECT_EQ(second.frame().status[1].valid_fraction, 1.0);
}

}  // namespace
}  // namespace myod::daemon
