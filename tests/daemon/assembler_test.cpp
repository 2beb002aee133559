// The assembler against truth: what was dropped and what was corrupted is known, so every count must be exact.
#include "daemon/assembler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

namespace myod::daemon {
namespace {

using sensors::Frame;

constexpr std::int64_t ms = 1'000'000;

const sensors::SensorRow& row(std::string_view name) { return *sensors::find_sensor(name); }

sensors::Setup bitalino(std::uint32_t channels) {
  sensors::Setup s;
  s.channels = channels;
  return sensors::complete_setup(row("bitalino"), s);
}

// The device's frame number k; its first channel tells which it was.
std::vector<std::uint8_t> packet(const sensors::SensorRow& r, const sensors::Setup& setup, std::uint64_t k) {
  Frame f;
  f.values = static_cast<std::uint32_t>(r.channels(setup).size());
  for (std::uint32_t c = 0; c < f.values; ++c) f.counts[c] = static_cast<double>((k * (c + 3)) % 61);
  f.counts[0] = static_cast<double>(k % 1021);
  f.counts[f.values - 1] = static_cast<double>(k % 13);
  f.counter = k % sensors::counter_modulus(r, setup);
  std::vector<std::uint8_t> bytes(r.max_frame_bytes);
  bytes.resize(r.format(setup, f, bytes));
  return bytes;
}

struct Placed {
  std::uint64_t index;
  double value;
  bool uncertain, by_clock, restarted;
};

struct Trial {
  explicit Trial(const sensors::Setup& setup, std::string_view name = "bitalino")
      : assembler(row(name), setup, [this](const PlacedFrame& p) {
          placed.push_back({p.index, p.frame->counts[0], p.uncertain_gap, p.gap_by_clock, p.restarted});
        }) {}
  void feed(const std::vector<std::uint8_t>& bytes, std::int64_t at_ns) { assembler.feed(bytes, at_ns); }
  /// Every sample stands where it was sent.
  void expect_no_shift(std::uint64_t first = 0) const {
    for (const Placed& p : placed)
      ASSERT_EQ(p.value, static_cast<double>((p.index + first) % 1021)) << "at index " << p.index;
  }
  std::vector<Placed> placed;
  Assembler assembler;
};

struct Impairment {
  std::uint32_t channels;
  unsigned seed;
  double drop, corrupt;
};

class AssemblerTruth : public testing::TestWithParam<Impairment> {};

TEST_P(AssemblerTruth, CountsDropsAndOneBitCorruptionsExactlyAndNeverShiftsTime) {
  const auto [channels, seed, drop, corrupt] = GetParam();
  const auto setup = bitalino(channels);
  Trial run(setup);
  run.assembler.started();
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> chance;
  constexpr std::uint64_t frames = 20'000, quiet = 6;  // the last ones are good, so everything before is decided
  std::uint64_t sent = 0, corrupted = 0;
  for (std::uint64_t k = 0; k < frames; ++k) {
    auto bytes = packet(row("bitalino"), setup, k);
    const bool last = k + quiet >= frames;
    const auto at = static_cast<std::int64_t>(k) * ms + static_cast<std::int64_t>(chance(random) * 300'000);
    if (!last && chance(random) < drop) continue;
    if (!last && chance(random) < corrupt) {
      const auto bit = static_cast<unsigned>(random() % (8 * bytes.size()));
      bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
      ++corrupted;
    } else {
      ++sent;
    }
    run.feed(bytes, at);
  }
  const AssemblerCounts& counts = run.assembler.counts();
  run.expect_no_shift();
  EXPECT_EQ(run.placed.size(), sent);
  EXPECT_EQ(run.placed.back().index, frames - 1);
  EXPECT_EQ(counts.frames, sent);
  EXPECT_EQ(counts.lost, frames - sent);
  EXPECT_EQ(counts.corrupted, corrupted);
  EXPECT_EQ(counts.resyncs, 0U);
}

std::vector<Impairment> impairments() {
  std::vector<Impairment> list;
  for (std::uint32_t channels = 1; channels <= 6; ++channels)
    for (unsigned seed = 1; seed <= 5; ++seed) {
      list.push_back({channels, seed, 0.01, 0.01});
      list.push_back({channels, seed + 50, 0.05, 0.05});
      list.push_back({channels, seed + 100, 0.0, 0.2});
      list.push_back({channels, seed + 150, 0.2, 0.0});
    }
  return list;
}
INSTANTIATE_TEST_SUITE_P(Bitalino, AssemblerTruth, testing::ValuesIn(impairments()), [](const auto& p) {
  return std::to_string(p.param.channels) + "ch_seed" + std::to_string(p.param.seed);
});

TEST(Assembler, LocksWithoutLosingTheFramesItLockedOn) {
  const auto setup = bitalino(2);
  Trial run(setup);
  for (std::uint64_t k = 0; k < 3; ++k) run.feed(packet(row("bitalino"), setup, k), static_cast<std::int64_t>(k) * ms);
  EXPECT_TRUE(run.placed.empty());
  run.feed(packet(row("bitalino"), setup, 3), 3 * ms);
  ASSERT_EQ(run.placed.size(), 4U);
  run.expect_no_shift();
}

TEST(Assembler, KeepsTheGoodFramesBeforeACorruptionInTheLockPhase) {
  const auto setup = bitalino(1);
  Trial run(setup);
  run.assembler.started();
  for (std::uint64_t k = 0; k < 8; ++k) {
    auto bytes = packet(row("bitalino"), setup, k);
    if (k == 2) bytes[1] ^= 0x10;
    run.feed(bytes, static_cast<std::int64_t>(k) * ms);
  }
  run.expect_no_shift();
  EXPECT_EQ(run.placed.size(), 7U);
  EXPECT_EQ(run.assembler.counts().corrupted, 1U);
  EXPECT_EQ(run.assembler.counts().lost, 1U);
}

TEST(Assembler, ReachesBackForGoodFramesWhenItJoinsAStreamMidway) {
  const auto setup = bitalino(1);
  Trial run(setup);
  run.feed({0x5A}, 0);  // the end of a frame nobody saw begin
  for (std::uint64_t k = 100; k < 110; ++k) {
    auto bytes = packet(row("bitalino"), setup, k);
    if (k == 102) bytes[1] ^= 0x10;
    run.feed(bytes, static_cast<std::int64_t>(k) * ms);
  }
  run.expect_no_shift(100);
  EXPECT_EQ(run.placed.size(), 9U);
  EXPECT_EQ(run.assembler.counts().skipped_bytes, 1U);
}

TEST(Assembler, StatesAFirstFrameThatNeverCame) {
  const auto setup = bitalino(1);
  Trial run(setup);
  run.assembler.started();
  for (std::uint64_t k = 2; k < 8; ++k) run.feed(packet(row("bitalino"), setup, k), static_cast<std::int64_t>(k) * ms);
  run.expect_no_shift();
  EXPECT_EQ(run.placed.front().index, 2U);
  EXPECT_EQ(run.assembler.counts().lost, 2U);
}

TEST(Assembler, ResynchronisesAfterLostBytesWithinAFewFrames) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    const std::uint32_t channels = 1 + seed % 6;
    const auto setup = bitalino(channels);
    Trial run(setup);
    std::mt19937 random(seed);
    for (std::uint64_t k = 0; k < 200; ++k) {
      auto bytes = packet(row("bitalino"), setup, k);
      if (k == 100) bytes.resize(1 + random() % (bytes.size() - 1));
      run.feed(bytes, static_cast<std::int64_t>(k) * ms);
    }
    ASSERT_FALSE(run.placed.empty());
    EXPECT_EQ(run.placed.back().index, 199U) << "seed " << seed;
    EXPECT_EQ(run.placed.back().value, 199.0);
    EXPECT_GE(run.placed.size(), 195U) << "seed " << seed;
  }
}

TEST(Assembler, DoesNotTakeRandomBytesForASensor) {
  const auto setup = bitalino(1);
  Trial run(setup);
  std::mt19937 random(7);
  std::vector<std::uint8_t> noise(200'000);
  for (auto& b : noise) b = static_cast<std::uint8_t>(random());
  run.feed(noise, 0);
  EXPECT_LT(run.placed.size(), 20U);
}

class AssemblerGap : public testing::TestWithParam<std::uint64_t> {};

TEST_P(AssemblerGap, OfAnyLengthIsStatedExactlyWhereTheHostClockIsGood) {
  const std::uint64_t missing = GetParam();
  const auto setup = bitalino(1);
  Trial run(setup);
  for (std::uint64_t k = 0; k < 4000; ++k) {
    if (k >= 2000 && k < 2000 + missing) continue;
    run.feed(packet(row("bitalino"), setup, k),
             static_cast<std::int64_t>(k) * ms + static_cast<std::int64_t>(k % 3) * ms / 2);
  }
  run.expect_no_shift();
  EXPECT_EQ(run.assembler.counts().lost, missing);
  EXPECT_EQ(run.placed.back().index, 3999U);
  const auto after =
      std::find_if(run.placed.begin(), run.placed.end(), [](const Placed& p) { return p.index >= 2000; });
  EXPECT_EQ(after->index, 2000 + missing);
  EXPECT_EQ(after->by_clock, missing > 15);
  EXPECT_FALSE(after->uncertain);
}
INSTANTIATE_TEST_SUITE_P(Bitalino, AssemblerGap,
                         testing::Values(1, 2, 7, 14, 15, 16, 17, 20, 31, 32, 33, 100, 256, 1000));

/// A stream of four seconds whose bytes queue for a mean of `queue_ms`, and from the loss of 37 samples in its middle
/// on for `slower_ms` more.
std::vector<Placed> queued(double queue_ms, double slower_ms, unsigned seed) {
  const auto setup = bitalino(1);
  Trial run(setup);
  std::mt19937 random(seed);
  std::exponential_distribution<double> queue(1.0 / queue_ms);
  double at = 0.0;
  for (std::uint64_t k = 0; k < 4000; ++k) {
    if (k >= 2000 && k < 2037) continue;
    at = std::max(at, static_cast<double>(k) + queue(random) + (k < 2000 ? 0.0 : slower_ms));
    run.feed(packet(row("bitalino"), setup, k), static_cast<std::int64_t>(at * static_cast<double>(ms)));
  }
  return run.placed;
}

TEST(Assembler, AGapHalfWayBetweenTwoTurnsOfTheCounterIsFlaggedAsAGuess) {
  for (const double slower_ms : {0.0, 7.0}) {
    const auto placed = queued(0.3, slower_ms, 11);
    const auto after = std::find_if(placed.begin(), placed.end(), [](const Placed& p) { return p.index >= 2000; });
    EXPECT_EQ(after->uncertain, slower_ms != 0.0);
    EXPECT_EQ(after->by_clock, slower_ms == 0.0);
  }
}

TEST(Assembler, WhereQueuesBlurTheClockNoSampleIsMisplacedWithoutSayingSo) {
  for (const double queue_ms : {0.3, 1.0, 5.0})
    for (unsigned seed = 1; seed <= 50; ++seed) {
      double shift = 0.0;
      for (const Placed& p : queued(queue_ms, 0.0, seed)) {
        const double now = std::fmod(static_cast<double>(p.index) - p.value + 10210.0, 1021.0);
        ASSERT_TRUE(now == shift || p.uncertain) << queue_ms << " ms, seed " << seed << ", index " << p.index;
        shift = now;
      }
    }
}

/// Three samples are lost of a stream that is read every so many milliseconds.
Placed after_three_lost(std::uint64_t burst) {
  const auto setup = bitalino(1);
  Trial run(setup);
  std::vector<std::uint8_t> read;
  for (std::uint64_t k = 0; k < 8000; ++k) {
    if (k < 4000 || k >= 4003) {
      const auto bytes = packet(row("bitalino"), setup, k);
      read.insert(read.end(), bytes.begin(), bytes.end());
    }
    if (k % burst != burst - 1) continue;
    run.feed(read, static_cast<std::int64_t>(k + 1) * ms);
    read.clear();
  }
  run.assembler.tick(9000 * ms);
  EXPECT_EQ(run.assembler.counts().lost, 3U);
  const auto after =
      std::find_if(run.placed.begin(), run.placed.end(), [](const Placed& p) { return p.index >= 4000; });
  EXPECT_EQ(after->index, 4003U);
  return *after;
}

TEST(Assembler, AGapBelowTheModulusIsExactInBurstsToo) {
  for (const std::uint64_t burst : {1, 10, 200}) EXPECT_FALSE(after_three_lost(burst).uncertain) << burst;
}

TEST(Assembler, ALateBurstIsNoGap) {
  const auto setup = bitalino(1);
  for (const std::uint64_t pause : {20, 64, 300, 1000}) {
    Trial run(setup);
    for (std::uint64_t k = 0; k < 4000; ++k) {
      const std::uint64_t at = k >= 2000 && k < 2000 + pause ? 2000 + pause : k;
      run.feed(packet(row("bitalino"), setup, k), static_cast<std::int64_t>(at) * ms);
    }
    run.expect_no_shift();
    EXPECT_EQ(run.assembler.counts().lost, 0U) << "pause of " << pause << " ms";
    EXPECT_EQ(run.placed.size(), 4000U);
  }
}

TEST(Assembler, ABurstThatCatchesUpSlowlyIsNoGap) {
  const auto setup = bitalino(1);
  Trial run(setup);
  for (std::uint64_t k = 0; k < 4000; ++k) {
    const double caught_up =
        2300.0 + (static_cast<double>(k) - 2000.0) / 2.0;  // twice the rate after 300 ms of nothing
    const double at = k < 2000 ? static_cast<double>(k) : std::max(static_cast<double>(k), caught_up);
    run.feed(packet(row("bitalino"), setup, k), static_cast<std::int64_t>(at * static_cast<double>(ms)));
  }
  run.expect_no_shift();
  EXPECT_EQ(run.assembler.counts().lost, 0U);
}

TEST(Assembler, FramesThatWaitForABurstAreReleasedByTime) {
  const auto setup = bitalino(1);
  Trial run(setup);
  for (std::uint64_t k = 0; k < 100; ++k)
    run.feed(packet(row("bitalino"), setup, k), static_cast<std::int64_t>(k) * ms);
  run.feed(packet(row("bitalino"), setup, 200), 200 * ms);
  run.feed(packet(row("bitalino"), setup, 201), 201 * ms);
  run.assembler.tick(500 * ms);
  run.expect_no_shift();
  EXPECT_EQ(run.placed.size(), 102U);
}

TEST(Assembler, ReopeningContinuesTheAxisByTheHostClock) {
  const auto setup = bitalino(1);
  Trial run(setup);
  for (std::uint64_t k = 0; k < 1000; ++k)
    run.feed(packet(row("bitalino"), setup, k), static_cast<std::int64_t>(k) * ms);
  run.assembler.reopened();
  run.assembler.started();
  for (std::uint64_t k = 0; k < 10; ++k)
    run.feed(packet(row("bitalino"), setup, k), static_cast<std::int64_t>(3500 + k) * ms);
  const Placed& first = run.placed[1000];
  EXPECT_TRUE(first.restarted);
  EXPECT_TRUE(first.uncertain);
  EXPECT_NEAR(static_cast<double>(first.index), 3503.0, 5.0);  // the fourth frame made the lock
  EXPECT_EQ(run.placed.back().index, first.index + 9);
  EXPECT_EQ(run.assembler.counts().gaps, 1U);
}

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

TEST(Assembler, DiscardsTheFirstPartialLine) {
  Trial run(sensors::complete_setup(row("ascii"), {}), "ascii");
  run.feed(bytes_of("23\r\n100\r\n200\r\n"), 0);
  ASSERT_EQ(run.placed.size(), 2U);
  EXPECT_EQ(run.placed[0].value, 100.0);
}

TEST(Assembler, ADamagedLineKeepsItsPlaceOnTheAxisAndAWordDoesNot) {
  Trial run(sensors::complete_setup(row("ascii"), {}), "ascii");
  run.assembler.begins_whole();
  run.feed(bytes_of("1\n2\n# note\n3x\n4\n"), 0);
  ASSERT_EQ(run.placed.size(), 3U);
  EXPECT_EQ(run.placed[2].index, 3U);
  EXPECT_EQ(run.assembler.counts().corrupted, 1U);
  EXPECT_EQ(run.assembler.counts().lost, 1U);
}

TEST(Assembler, DropsTheRestOfALineThatIsTooLong) {
  Trial run(sensors::complete_setup(row("ascii"), {}), "ascii");
  run.assembler.begins_whole();
  run.feed(bytes_of("1\n" + std::string(300, '7') + "\n2\n"), 0);
  ASSERT_EQ(run.placed.size(), 2U);
  EXPECT_EQ(run.placed[1].value, 2.0);
}

sensors::Setup counted_lines() {
  sensors::Setup s;
  s.channels = 1;
  s.rate_hz = 1000;
  s.counter_column = 1;
  return sensors::complete_setup(row("ascii"), s);
}

TEST(Assembler, ACounterColumnStatesWhatIsMissing) {
  Trial run(counted_lines(), "ascii");
  run.assembler.begins_whole();
  for (int k : {0, 1, 2, 3, 7, 8}) run.feed(bytes_of(std::to_string(k) + "," + std::to_string(k) + "\n"), k * ms);
  EXPECT_EQ(run.placed.back().index, 8U);
  EXPECT_EQ(run.assembler.counts().lost, 3U);
}

TEST(Assembler, OneCounterThatCannotBeIsDamageAndTwoAreARestart) {
  Trial run(counted_lines(), "ascii");
  run.assembler.begins_whole();
  const auto line = [&](std::int64_t counter, std::int64_t at) {
    run.feed(bytes_of(std::to_string(counter) + "," + std::to_string(at) + "\n"), at * ms);
  };
  for (std::int64_t k = 0; k < 100; ++k) line(k, k);
  line(4'000'100, 100);  // a bit was hit
  line(101, 101);
  EXPECT_EQ(run.placed.back().index, 101U);
  EXPECT_EQ(run.assembler.counts().corrupted, 1U);
  line(0, 200);  // reset
  line(1, 201);
  line(2, 202);
  EXPECT_EQ(run.placed.back().index, 202U);
  EXPECT_TRUE(run.placed[run.placed.size() - 3].restarted);
}

}  // namespace
}  // namespace myod::daemon
