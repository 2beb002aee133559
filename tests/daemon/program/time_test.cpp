// Time, end to end: what the simulator says its samples' times were against the times in the daemon's recording. The
// machine may be busy; by how much is in the data: how late every read came after the sample it ended with.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>

#include "tests/daemon/program/rig.hpp"
#include "tests/daemon/record/journal.hpp"

namespace myod::test {
namespace {

struct Blocks final : record::JournalHandler {
  void block(const dsp::SampleBlock& b) override { heads.push_back(b.head); }
  std::vector<dsp::BlockHead> heads;
};

std::vector<double> true_ms(const std::string& file) {
  std::vector<double> times;
  const auto rows = read_fields(file);
  for (std::size_t i = 1; i < rows.size(); ++i) times.push_back(std::stod(rows[i].at(2)) * 1e-6);
  return times;
}

TEST(Time, InARecordingIsTheDevicesOwnThroughDriftBurstsAndLosses) {
  constexpr double settled_ms = 10'000.0, window_ms = 1000.0;
  const TemporaryFolder folder;
  Daemon daemon(folder, {"--sensor", "sim@" + (folder / "tty")});
  Process sensor(simulator(folder, "sim",
                           {"--rate", "1000", "--burst", "16", "--drift", "100", "--drop", "0.05", "--duration", "20",
                            "--truth", folder / "truth.csv"}));
  ASSERT_TRUE(sensor.line());
  ASSERT_TRUE(daemon.becomes("state", "streaming"));
  const Finished started = daemon.ctl({"record", "start"});
  ASSERT_EQ(started.code, 0) << started.err;
  const std::string path = started.out.substr(0, started.out.find('\n'));
  ASSERT_EQ(sensor.wait(std::chrono::seconds(60)), 0);
  EXPECT_EQ(daemon.ctl({"record", "stop"}).code, 0);

  const std::vector<double> truth = true_ms(folder / "truth.csv");
  record::JournalReader journal(path);
  Blocks blocks;
  while (journal.next(blocks)) {
  }
  std::map<int, double> floor_ms;  // by window: the least any read was late
  for (const dsp::BlockHead& b : blocks.heads) {
    const double last_ms = truth.at(b.first_index + b.instants - 1);
    const double late_ms = static_cast<double>(b.arrival_ns) * 1e-6 - last_ms;
    auto& least = floor_ms.try_emplace(static_cast<int>(last_ms / window_ms), late_ms).first->second;
    least = std::min(least, late_ms);
  }
  const auto by_floor = [](const auto& a, const auto& b) { return a.second < b.second; };
  const double least_ms = std::min_element(floor_ms.begin(), floor_ms.end(), by_floor)->second;
  const double most_ms = std::max_element(floor_ms.begin(), floor_ms.end(), by_floor)->second;
  std::size_t compared = 0, off = 0;
  for (const dsp::BlockHead& b : blocks.heads) {
    if (truth.at(b.first_index) < truth.front() + settled_ms) continue;
    const double error_ms = static_cast<double>(b.host_time_ns) * 1e-6 - truth.at(b.first_index);
    ++compared;
    if (error_ms < least_ms - 1.0 || error_ms > most_ms + 1.0) ++off;
  }
  EXPECT_GT(compared, 100U);
  EXPECT_LE(off, compared / 100);
}

}  // namespace
}  // namespace myod::test
