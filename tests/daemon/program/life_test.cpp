// Start and end: signals at any moment, wrong configuration, a sensor that comes and goes.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/daemon/program/rig.hpp"

namespace myod::test {
namespace {

TEST(Life, EndsCleanlyOnSigintAndSigtermWhileServing) {
  for (const int number : {SIGINT, SIGTERM}) {
    const TemporaryFolder folder;
    Daemon daemon(folder, {"--sensor", "sim"});
    daemon.process().signal(number);
    EXPECT_EQ(daemon.process().wait(), 0);
    EXPECT_FALSE(std::filesystem::exists(folder / "myod.sock"));
  }
}

TEST(Life, EndsCleanlyOnTwoSignalsInARow) {
  const TemporaryFolder folder;
  Daemon daemon(folder, {"--sensor", "sim"});
  daemon.process().signal(SIGTERM);
  daemon.process().signal(SIGINT);
  EXPECT_EQ(daemon.process().wait(), 0);
}

/// Whether the process catches SIGTERM by now: before main() nobody can.
bool catches_sigterm(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("SigCgt:")) return (std::stoull(line.substr(7), nullptr, 16) >> (SIGTERM - 1) & 1U) != 0;
  return false;
}

// The signals come after ever more of the start-up; the delay only chooses the moment, nothing waits for it.
TEST(Life, EndsCleanlyOnSignalsAtAnyMomentOfTheStart) {
  int clean = 0;
  for (int i = 0; i < 80; ++i) {
    const TemporaryFolder folder;
    Process myod(
        {program("myod"), "--sensor", "sim", "--listen", "unix:" + (folder / "s"), "--data-dir", folder.path()});
    std::this_thread::sleep_for(std::chrono::microseconds(500 * i));
    const bool in_time = catches_sigterm(myod.pid());
    myod.signal(SIGTERM);
    myod.signal(SIGINT);
    const auto code = myod.wait();
    ASSERT_TRUE(code == 0 || !in_time) << "after " << i * 0.5 << " ms: " << code.value_or(-1) << myod.errors();
    if (in_time) ++clean;
    EXPECT_FALSE(std::filesystem::exists(folder / "s"));
  }
  EXPECT_GT(clean, 0);
}

TEST(Life, NeverStartsWithAWrongConfigurationAndSaysWhere) {
  const TemporaryFolder folder;
  const std::string file = folder / "wrong.toml";
  std::ofstream(file) << "[condition]\nhighpass_hz = 20\nlowpass_hz = -3\n";
  const Finished finished = run({program("myod"), "--sensor", "sim", "--config", file});
  EXPECT_EQ(finished.code, 78);
  EXPECT_NE(finished.err.find(file + ":3: "), std::string::npos) << finished.err;
  EXPECT_NE(finished.err.find("lowpass_hz"), std::string::npos);
  EXPECT_NE(finished.err.find("must be"), std::string::npos);
}

TEST(Life, RefusesWrongSyntaxUnknownKindsAndNoSensorEachWithItsCode) {
  EXPECT_EQ(run({program("myod"), "--no-such-flag"}).code, 2);
  EXPECT_EQ(run({program("myod"), "--sensor", "nonsense@/dev/null"}).code, 78);
  EXPECT_EQ(run({program("myod"), "--sensor", "bitalino"}).code, 78);
  EXPECT_EQ(run({program("myod")}).code, 78);
  EXPECT_EQ(run({program("myod"), "--sensor", "sim", "--set", "condition.nonsense=1"}).code, 78);
  EXPECT_EQ(run({program("myod"), "--sensor", "sim", "--listen", "tcp:0.0.0.0:0"}).code, 1);
  EXPECT_EQ(run({program("myod"), "--help"}).code, 0);
  EXPECT_NE(run({program("myod"), "--version"}).out.find("Not a medical device"), std::string::npos);
}

TEST(Life, WaitsForItsSensorSaysSoAndRecoversWhenItAppears) {
  const TemporaryFolder folder;
  Daemon daemon(folder, {"--sensor", "sim@" + (folder / "tty")});
  ASSERT_TRUE(daemon.becomes("state", "waiting"));
  EXPECT_NE(daemon.field("detail").find(folder / "tty"), std::string::npos) << daemon.field("detail");
  Process sensor(simulator(folder, "sim", {}));
  EXPECT_TRUE(daemon.becomes("state", "streaming"));
}

TEST(Life, ResumesByItselfAfterUnpluggingAndStatesTheGap) {
  const TemporaryFolder folder;
  auto sensor = std::make_unique<Process>(simulator(folder, "sim", {}));
  ASSERT_TRUE(sensor->line());
  Daemon daemon(folder, {"--sensor", "sim@" + (folder / "tty")});
  ASSERT_TRUE(daemon.becomes("state", "streaming"));
  Process events(daemon.ctl_words({"events", "--json"}));
  sensor.reset();
  ASSERT_TRUE(daemon.becomes("state", "waiting"));
  const Finished refused = daemon.ctl({"calibrate", "rest", "left"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("left cannot be calibrated: sim sends nothing: waiting for "), std::string::npos)
      << refused.err << "what was felt last is no measurement";
  sensor = std::make_unique<Process>(simulator(folder, "sim", {}));
  ASSERT_TRUE(daemon.becomes("state", "streaming"));
  const auto gap = events.line_with("\"gap\"");
  ASSERT_TRUE(gap);
  EXPECT_GT(std::stod(json_field(*gap, "value")), 0.0);
  EXPECT_NE(daemon.field("lost"), "0");
}

}  // namespace
}  // namespace myod::test
