// Recordings of the real daemon: sensors that start late, errors that end one and not the next, an end in the middle.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/daemon/program/rig.hpp"
#include "tests/daemon/record/journal.hpp"

namespace myod::test {
namespace {

/// Only the journal of one stream.
struct OneStream final : record::JournalHandler {
  explicit OneStream(std::uint32_t index) : stream(index) {}
  void hand_over(const record::HandOver& h) override {
    if (h.stream == stream) ++hand_overs;
  }
  void block(const dsp::SampleBlock& b) override {
    if (b.head.stream != stream) return;
    if (b.head.first_index != next_index) ++jumps;
    next_index = b.head.first_index + b.head.instants;
  }
  void loss(std::uint32_t, const record::Loss&) override { ++losses; }

  std::uint32_t stream;
  std::uint64_t next_index = 0;
  int hand_overs = 0, jumps = 0, losses = 0;
};

TEST(Records, ASensorThatStartsLateIsRecordedFromItsFirstSampleOn) {
  const TemporaryFolder folder;
  Daemon daemon(folder,
                {"--sensor", "sim", "--sensor", "ascii@" + (folder / "tty"), "--set", "sensor.ascii.rate_hz=500"});
  ASSERT_TRUE(daemon.becomes("state", "streaming"));
  Finished recording;
  do recording = daemon.ctl({"record", "start"});  // until the first pipeline is there
  while (recording.code != 0);
  const std::string path = recording.out.substr(0, recording.out.find('\n'));
  Process events(daemon.ctl_words({"watch", "--json", "--channel", "ascii.ch1"}));
  Process sensor(simulator(folder, "ascii", {"--channels", "1", "--rate", "500"}));
  ASSERT_TRUE(events.line_with("\"ascii.ch1\""));
  EXPECT_EQ(daemon.ctl({"configure", "condition.highpass_hz=25"}).code, 0);
  EXPECT_EQ(daemon.ctl({"record", "stop"}).code, 0);

  record::JournalReader journal(path);
  ASSERT_EQ(journal.streams().size(), 2U);
  EXPECT_EQ(journal.streams()[1].description.sensor, "ascii");
  OneStream late(1);
  while (journal.next(late)) {
  }
  EXPECT_FALSE(journal.cut());
  EXPECT_EQ(late.hand_overs, 2);
  EXPECT_EQ(late.jumps, 0) << "from sample 0 on, none missing";
  EXPECT_GT(late.next_index, 0U);
  EXPECT_EQ(late.losses, 0);
  const Finished processed = run({program("myoctl"), "process", path, "--out", folder / "out"});
  EXPECT_EQ(processed.code, 0) << processed.err;
  EXPECT_EQ(processed.err, "");
  const auto rows = read_fields(folder / "out/amplitude.csv");
  EXPECT_TRUE(std::ranges::any_of(rows, [](const auto& row) { return row.at(1) == "ascii.ch1"; }));
}

TEST(Records, ANewRecordingKnowsNothingOfTheErrorThatEndedTheOneBefore) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "data/subjects");
  std::ofstream(folder / "data/subjects/blocked") << "a file where a folder should be";
  Daemon daemon(folder, {"--sensor", "sim"});
  ASSERT_TRUE(daemon.becomes("state", "streaming"));
  for (int i = 0; i < 3; ++i) {
    const Finished refused = daemon.ctl({"record", "start", "--subject", "blocked"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_NE(refused.err.find("subjects/blocked"), std::string::npos) << refused.err;
    const std::string label = "good" + std::to_string(i);
    const Finished started = daemon.ctl({"record", "start", "--subject", "S01", "--label", label});
    EXPECT_EQ(started.code, 0) << started.err;
    EXPECT_NE(started.out.find(label), std::string::npos);
    EXPECT_EQ(daemon.ctl({"record", "stop"}).code, 0);
  }
}

TEST(Records, AFullDiskEndsTheRecordingLoudlyAndNotTheNextOne) {
  const TemporaryFolder folder;
  Daemon daemon(folder, {"--sensor", "sim"});
  ASSERT_TRUE(daemon.becomes("state", "streaming"));
  rlimit before{};
  ASSERT_EQ(prlimit(daemon.process().pid(), RLIMIT_FSIZE, nullptr, &before), 0);
  const rlimit full{100'000, before.rlim_max};
  ASSERT_EQ(prlimit(daemon.process().pid(), RLIMIT_FSIZE, &full, nullptr), 0);
  ASSERT_EQ(daemon.ctl({"record", "start", "--label", "full"}).code, 0);
  const auto said = daemon.process().error_with("the recording ended");
  ASSERT_TRUE(said);
  EXPECT_NE(said->find("ulimit -f"), std::string::npos) << *said;
  EXPECT_NE(daemon.field("recording_failure").find("ulimit -f"), std::string::npos);
  EXPECT_NE(daemon.ctl({"status"}).out.find("THE LAST RECORDING FAILED: "), std::string::npos);
  Finished asked;
  do asked = daemon.ctl({"record", "stop"});  // while it is being closed, busy
  while (asked.err.find("ending") != std::string::npos);
  EXPECT_EQ(asked.code, 1);
  EXPECT_NE(asked.err.find("ulimit -f"), std::string::npos) << asked.err;
  ASSERT_EQ(prlimit(daemon.process().pid(), RLIMIT_FSIZE, &before, nullptr), 0);
  Finished next;
  do next = daemon.ctl({"record", "start", "--label", "next"});  // while the first is being closed, busy
  while (next.err.find("is running") != std::string::npos);
  EXPECT_EQ(next.code, 0) << next.err;
  EXPECT_EQ(daemon.field("recording_failure"), "") << "the next start has forgotten it";
  const Finished stopped = daemon.ctl({"record", "stop"});
  EXPECT_EQ(stopped.code, 0) << stopped.err;
  EXPECT_FALSE(read_all(next.out.substr(0, next.out.find('\n'))).heads.empty());
}

TEST(Records, AnEndOfMyodIsAWholeEndOfTheRecording) {
  for (const int number : {SIGTERM, SIGINT}) {
    const TemporaryFolder folder;
    Daemon daemon(folder, {"--sensor", "sim"});
    ASSERT_TRUE(daemon.becomes("state", "streaming"));
    Process watch(daemon.ctl_words({"watch", "--json"}));
    ASSERT_TRUE(watch.line_with("\"features\""));
    const Finished started = daemon.ctl({"record", "start"});
    ASSERT_EQ(started.code, 0) << started.err;
    const std::string path = started.out.substr(0, started.out.find('\n'));
    ASSERT_TRUE(watch.line_with("\"epoch\":2"));
    daemon.process().signal(number);
    EXPECT_EQ(daemon.process().wait(), 0);
    EXPECT_NE(daemon.process().errors().find("recorded " + path), std::string::npos) << daemon.process().errors();
    record::JournalReader journal(path);
    Kept kept;
    while (journal.next(kept)) {
    }
    EXPECT_FALSE(journal.cut());
    EXPECT_TRUE(kept.losses.empty());
    EXPECT_FALSE(kept.frames.empty());
    const Finished processed = run({program("myoctl"), "process", path, "--out", folder / "out"});
    EXPECT_EQ(processed.code, 0);
    EXPECT_EQ(processed.err, "");
    EXPECT_EQ(read_fields(folder / "out/amplitude.csv").size(),
              1 + 2 * static_cast<std::size_t>(
                          std::ranges::count(kept.frames, dsp::FrameKind::amplitude, &dsp::FrameHead::kind)));
  }
}

}  // namespace
}  // namespace myod::test
