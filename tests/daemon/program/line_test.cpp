// The line, end to end: what the simulator sent is what the daemon counted, and what a client was told.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "daemon/sensors/sensor.hpp"
#include "tests/daemon/program/rig.hpp"
#include "tests/support/recordings.hpp"

namespace myod::test {
namespace {

struct Truth {
  std::uint64_t sent = 0, dropped = 0, corrupted = 0;
  std::uint64_t first = 0, last = 0;  ///< sent
  std::uint64_t span() const { return last - first + 1; }
};

Truth read_truth(const std::string& file) {
  std::ifstream in(file);
  Truth t;
  std::string line;
  std::getline(in, line);
  for (std::uint64_t row = 0; std::getline(in, line); ++row) {
    if (line.find("dropped") != std::string::npos) ++t.dropped;
    if (line.find("corrupted") != std::string::npos) ++t.corrupted;
    if (line.find("sent") == std::string::npos) continue;
    if (t.sent++ == 0) t.first = row;
    t.last = row;
  }
  return t;
}

/// Every frame has a checksum: what was damaged is always seen.
bool is_checked(const std::string& kind) { return kind == "sim" || kind == "bitalino"; }

std::vector<std::string> kinds_with_a_counter() {
  std::vector<std::string> kinds;
  for (const sensors::SensorRow* row : sensors::sensor_table())
    if (row->counter_modulus != 0) kinds.emplace_back(row->name);
  return kinds;
}

class Losses : public testing::TestWithParam<std::string> {};

TEST_P(Losses, AreCountedExactlyAgainstTheSimulatorsTruthAndNeverShiftTime) {
  const TemporaryFolder folder;
  const std::string kind = GetParam();
  const sensors::SensorRow& row = *sensors::find_sensor(kind);
#ifndef MYOD_REAL_TIME_TESTS
  if (kind == "bitalino") GTEST_SKIP() << "SKIPPED: its counter turns every 16 ms, a simulator kept waiting is a gap";
#endif
  Process sensor(simulator(
      folder, kind,
      {"--drop", "0.04", "--corrupt", "0.03", "--seed", "5", "--duration", "10", "--truth", folder / "truth.csv"}));
  ASSERT_TRUE(sensor.line());
  Words arguments{"--sensor", kind + "@" + (folder / "tty")};
  if (row.default_rate_hz == 0.0) arguments.insert(arguments.end(), {"--set", "sensor." + kind + ".rate_hz=1000"});
  Daemon daemon(folder, arguments);
  ASSERT_EQ(sensor.wait(std::chrono::seconds(60)), 0);
  ASSERT_TRUE(daemon.becomes("state", "waiting"));
  const Truth truth = read_truth(folder / "truth.csv");
  const std::uint64_t samples = std::stoull(daemon.field("samples"));
  const std::uint64_t lost = std::stoull(daemon.field("lost"));
  EXPECT_GT(truth.corrupted, 10U);
  EXPECT_GT(truth.dropped, 10U);
  EXPECT_TRUE(!is_checked(kind) || samples == truth.sent) << samples << " of " << truth.sent;
  EXPECT_LE(samples, truth.sent + truth.corrupted);
  // Losses before the first and after the last good frame cannot be known; everything between is exact.
  EXPECT_LE(samples + lost, truth.span() + row.instants * (is_checked(kind) ? 0U : 3U));
  EXPECT_GE(samples + lost + 10 * row.instants, truth.span());
}
INSTANTIATE_TEST_SUITE_P(WithACounter, Losses, testing::ValuesIn(kinds_with_a_counter()), [](const auto& p) {
  std::string name = p.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(RealTimeRule, TheDspThreadAllocatesNothingAndLocksNothingInTheRealDaemon) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "SKIPPED: the sanitizer owns malloc";
#else
  const TemporaryFolder folder;
  Daemon daemon(folder, {"--sensor", "sim", "--sensor", "sim"},
                {{"LD_PRELOAD", MYOD_RT_GUARD}, {"RT_GUARD_REPORT", folder / "report"}});
  ASSERT_TRUE(daemon.becomes("state", "streaming"));
  Process watch(daemon.ctl_words({"watch", "--json"}));
  Process events(daemon.ctl_words({"events", "--json"}));
  ASSERT_TRUE(watch.line());
  EXPECT_EQ(daemon.ctl({"mark", "hello"}).code, 0);
  EXPECT_EQ(daemon.ctl({"record", "start"}).code, 0);
  EXPECT_EQ(daemon.ctl({"configure", "condition.highpass_hz=30"}).code, 0);
  (void)daemon.ctl({"calibrate", "rest", "sim.left"});
  EXPECT_TRUE(events.line_with("onset"));
  EXPECT_EQ(daemon.ctl({"record", "stop"}).code, 0);
  daemon.process().signal(SIGTERM);
  ASSERT_EQ(daemon.process().wait(), 0) << daemon.process().errors();
  std::ifstream report(folder / "report");
  std::uint64_t allocations = 1, frees = 1, locks = 1;
  ASSERT_TRUE(report >> allocations >> frees >> locks);
  EXPECT_EQ(allocations, 0U);
  EXPECT_EQ(locks, 0U);
  EXPECT_EQ(frees, 0U);
#endif
}

#ifdef MYOD_REAL_TIME_TESTS

struct Played {
  std::vector<std::string> repetitions;
};

Played play(const std::filesystem::path& recording, std::size_t expected, const TemporaryFolder& folder) {
  Process sensor(simulator(folder, "bitalino",
                           {"--channels", "1", "--csv", recording.string(), "--csv-rate", "1000", "--csv-unit", "mV"}));
  EXPECT_TRUE(sensor.line());
  Daemon daemon(folder, {"--sensor", "bitalino@" + (folder / "tty"), "--set", "sensor.bitalino.channels=1"});
  Process events(daemon.ctl_words({"events", "--json"}));
  Played played;
  while (played.repetitions.size() < expected + 1) {
    const bool all = played.repetitions.size() == expected;
    auto line = events.line_with("\"repetition\"", all ? std::chrono::seconds(15) : std::chrono::seconds(60));
    if (!line) break;
    played.repetitions.push_back(*line);
  }
  return played;
}

TEST(RealRecording, NineBurstsThroughAPtyAreNineRepetitionsAndTheSameOffline) {
  RECORDINGS_OR_SKIP(recordings);
  const TemporaryFolder folder;
  const auto file = recordings / "emg_bursts_biceps_1k.csv";
  const Played live = play(file, 9, folder);
  ASSERT_EQ(live.repetitions.size(), 9U);
  ASSERT_EQ(
      run({program("myoctl"), "process", file.string(), "--rate", "1000", "--unit", "mV", "--out", folder / "out"})
          .code,
      0);
  const auto offline = read_fields(folder / "out/repetitions.csv");
  ASSERT_EQ(offline.size(), 10U);
  const double shift = std::stod(json_field(live.repetitions[0], "t_event_s")) - std::stod(offline[1].at(2));
  EXPECT_LE(std::abs(shift), 0.0201) << "sample 0 of the stream is sample 0 of the file";
  for (std::size_t i = 0; i < 9; ++i)
    EXPECT_NEAR(std::stod(json_field(live.repetitions[i], "t_event_s")), std::stod(offline[i + 1].at(2)), 0.0201) << i;
}

TEST(RealRecording, ThirtyFlexionsToFatigueAreThirtyRepetitionsWithAFallingMedianFrequency) {
  RECORDINGS_OR_SKIP(recordings);
  const TemporaryFolder folder;
  const Played live = play(recordings / "emg_fatigue_biceps_1k.csv", 30, folder);
  ASSERT_EQ(live.repetitions.size(), 30U);
  const auto mdf = [&](std::size_t i) { return std::stod(json_field(live.repetitions[i], "mdf_hz")); };
  double first = 0.0, last = 0.0;
  for (std::size_t i = 0; i < 5; ++i) first += mdf(i) / 5.0, last += mdf(25 + i) / 5.0;
  EXPECT_GT(first, 68.0);
  EXPECT_LT(last, 64.0);
  EXPECT_GT(first - last, 8.0);
}

#endif

}  // namespace
}  // namespace myod::test
