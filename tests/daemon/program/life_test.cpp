// Start and end: signals at any moment, wrong configuration, a sensor that comes and goes.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/daemon/program/rig.hpp"
#include "tests/support/http.hpp"

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

/// Whether SIGTERM waits or is caught by now: before the first instruction of the program nobody can.
bool awaits_sigterm(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("SigBlk:") || line.starts_with("SigCgt:"))
      if ((std::stoull(line.substr(7), nullptr, 16) >> (SIGTERM - 1) & 1U) != 0) return true;
  return false;
}

// The signals come after ever more of the start-up, as long as one takes here and now; the delay only chooses the
// moment, nothing waits for it.
TEST(Life, EndsCleanlyOnSignalsAtAnyMomentOfTheStart) {
  const auto begin = std::chrono::steady_clock::now();
  {
    const TemporaryFolder folder;
    const Daemon ready(folder, {"--sensor", "sim"});
  }
  const auto start_up = std::chrono::steady_clock::now() - begin;
  constexpr int moments = 40;
  int clean = 0;
  for (int i = 0; i < moments; ++i) {
    const TemporaryFolder folder;
    Process myod({program("myod"), "--sensor", "sim", "--listen", "unix:" + (folder / "s"), "--http", "off",
                  "--data-dir", folder.path()});
    std::this_thread::sleep_for(start_up * i / moments);
    const bool in_time = awaits_sigterm(myod.pid());
    myod.signal(SIGTERM);
    myod.signal(SIGINT);
    const auto code = myod.wait();
    ASSERT_TRUE(code == 0 || !in_time) << "moment " << i << ": " << code.value_or(-1) << myod.errors();
    if (in_time) ++clean;
    EXPECT_FALSE(std::filesystem::exists(folder / "s"));
  }
  EXPECT_GT(clean, 0);
}

// Held back by the mask it inherits until it listens, a signal that comes before its first instruction is still
// heard.
TEST(Life, EndsCleanlyOnASignalFromBeforeItsFirstInstruction) {
  for (const int number : {SIGINT, SIGTERM}) {
    const TemporaryFolder folder;
    sigset_t held, before;
    sigemptyset(&held);
    sigaddset(&held, number);
    pthread_sigmask(SIG_BLOCK, &held, &before);
    Process myod({program("myod"), "--sensor", "sim", "--listen", "unix:" + (folder / "s"), "--http", "off"});
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    myod.signal(number);
    EXPECT_EQ(myod.wait(), 0);
  }
}

TEST(Life, EndsCleanlyOnASignalWhileItsLibrariesAreSetUp) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "SKIPPED: the sanitizer wants to be the first library";
#else
  const TemporaryFolder folder;
  Process myod({program("myod"), "--sensor", "sim", "--listen", "unix:" + (folder / "s"), "--http", "off", "--data-dir",
                folder.path()},
               {{"LD_PRELOAD", MYOD_EARLY_SIGNAL}});
  EXPECT_EQ(myod.wait(), 0);
#endif
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
  EXPECT_EQ(run({program("myod"), "--sensor", "sim", "--listen", "tcp:0.0.0.0:0"}).code, 78);
  EXPECT_EQ(run({program("myod"), "--help"}).code, 0);
  for (const char* name : {"myod", "myoctl", "myosim"})
    EXPECT_NE(run({program(name), "--version"}).out.find("Not a medical device"), std::string::npos) << name;
}

/// What follows [[sensor]] in a file, or a word for the command line; the key that must be named.
struct Wrong {
  std::string text, key;
};

void refuses(Words words, const std::string& place, const std::string& key) {
  words.insert(words.begin(), program("myod"));
  for (const bool check : {true, false}) {
    if (check) words.emplace_back("--check");
    const Finished finished = run(words);
    EXPECT_EQ(finished.code, 78) << words.back() << ": " << finished.out << finished.err;
    EXPECT_EQ(finished.err.substr(0, place.size()), place);
    EXPECT_NE(finished.err.find(key + " = "), std::string::npos) << finished.err;
    if (check) words.pop_back();
  }
}

TEST(Life, RefusesAddressesItCannotListenOnAtCheckAndAtStart) {
  const TemporaryFolder folder;
  const std::string file = folder / "wrong.toml";
  for (const char* wrong : {"udp:1", "tcp:0.0.0.0:99999", "tcp:0.0.0.0:7600", "tcp:x", "unix:", "foo"}) {
    std::ofstream(file) << "[serve]\nlisten = [\"" << wrong << "\"]\n";
    refuses({"--sensor", "sim", "--config", file}, file + ":2: ", "serve.listen");
    refuses({"--sensor", "sim", "--listen", wrong}, "--listen: ", "serve.listen");
  }
  for (const char* wrong : {"7680", "on", "0.0.0.0:7680", "127.0.0.1:99999", "http://127.0.0.1:7680"})
    refuses({"--sensor", "sim", "--http", wrong}, "--http: ", "serve.http");
}

TEST(Life, ServesHttpWhereItSaysAndRefusesAPortThatIsTakenWithTheRemedy) {
  const TemporaryFolder folder;
  const auto words = [&folder](const std::string& socket, const std::string& http) {
    return Words{program("myod"), "--sensor",      "sim",    "--listen", "unix:" + (folder / socket),
                 "--data-dir",    folder / "data", "--http", http};
  };
  Process myod(words("a", "127.0.0.1:0"));
  const auto ready = myod.line_with("ready ");
  ASSERT_TRUE(ready);
  const std::string url = ready->substr(ready->find("http://"));
  EXPECT_TRUE(get(url, "/healthz").ends_with("\r\n\r\nok\n"));
  EXPECT_NE(get(url, "/metrics").find("\nmyod_sensor_samples_total{sensor=\"sim\"} "), std::string::npos);
  const Finished second = run(words("b", url.substr(url.find("//") + 2)));
  EXPECT_EQ(second.code, 1);
  EXPECT_NE(second.err.find("cannot listen on " + url), std::string::npos) << second.err;
  EXPECT_NE(second.err.find("choose another with --http"), std::string::npos) << second.err;
}

TEST(Life, RefusesSensorsItCannotRunAtCheckAndAtStart) {
  const TemporaryFolder folder;
  const std::string file = folder / "wrong.toml";
  const std::string ascii = "kind = 'ascii'\n";
  for (const Wrong& wrong :
       {Wrong{ascii + "port = 'foo:/x'", "port"}, Wrong{"kind = 'sim'\nport = 'sim:nosuch'", "port"},
        Wrong{ascii + "port = 'tcp:host'", "port"}, Wrong{ascii + "port = 'tcp:host:99999'", "port"},
        Wrong{ascii + "port = 'udp:127.0.0.1:99999'", "port"}, Wrong{ascii + "port = '/dev/ttyUSB0?baud=7'", "port"},
        Wrong{ascii + "port = '/dev/ttyUSB0?boo=1'", "port"}, Wrong{ascii + "port = 'file:x?rate=-5'", "port"},
        Wrong{ascii + "port = 'file:x'", "port"}, Wrong{"kind = 'sim'\nrate_hz = 10", "rate_hz"},
        Wrong{ascii + "port = '/dev/x'\nchannels = 2\ncounter_column = 4", "counter_column"},
        Wrong{"kind = 'sim'\nchannels = 99", "channels"}}) {
    std::ofstream(file) << "[[sensor]]\nname = 'arm'\n" << wrong.text << "\n";
    const auto line = 2 + std::count(wrong.text.begin(), wrong.text.end(), '\n') + 1;
    refuses({"--config", file}, file + ":" + std::to_string(line) + ": ", "sensor.arm." + wrong.key);
  }
  refuses({"--sensor", "ascii@/dev/x?boo=1"}, "--sensor ascii@/dev/x?boo=1: ", "sensor.ascii.port");
  refuses({"--sensor", "sim", "--set", "sensor.sim.rate_hz=10"}, "--set: ", "sensor.sim.rate_hz");
  std::ofstream(folder / "tty") << "there";
  std::filesystem::create_symlink(folder / "tty", folder / "other");
  refuses({"--sensor", "sim@" + (folder / "tty"), "--sensor", "ascii@pty:" + (folder / "other")},
          "--sensor ascii@pty:", "sensor.ascii.port");
}

TEST(Life, WaitsForItsSensorSaysSoAndRecoversWhenItAppears) {
  const TemporaryFolder folder;
  Daemon daemon(folder, {"--sensor", "sim@" + (folder / "tty")});
  ASSERT_TRUE(daemon.becomes("state", "waiting"));
  EXPECT_NE(daemon.field("detail").find(folder / "tty"), std::string::npos) << daemon.field("detail");
  Process sensor(simulator(folder, "sim", {}));
  EXPECT_TRUE(daemon.becomes("state", "streaming"));
}

TEST(Life, ATrialEndsWithTheClientThatAskedForItAndEverybodyIsTold) {
  const TemporaryFolder folder;
  Daemon daemon(folder, {"--sensor", "sim"});
  ASSERT_TRUE(daemon.becomes("state", "streaming"));
  Process events(daemon.ctl_words({"events", "--json"}));
  Process watch(daemon.ctl_words({"watch", "--json", "--channel", "left"}));
  ASSERT_TRUE(watch.line_with("\"active\":0")) << "rest is known";
  {
    Process client(daemon.ctl_words({"calibrate", "reference", "--seconds", "60", "left"}));
    ASSERT_TRUE(client.error_with("Contract left")) << client.errors();
    ASSERT_TRUE(daemon.ctl({"calibrate", "rest", "left"}).err.find("calibration is running") != std::string::npos)
        << "the trial has begun";
  }
  const auto told = events.line_with("\"mark\"");
  ASSERT_TRUE(told);
  EXPECT_EQ(json_field(*told, "channel"), "left");
  EXPECT_EQ(json_field(*told, "text"), "calibrate reference: interrupted, the client that asked for it is gone");
  EXPECT_TRUE(daemon.process().error_with("calibrate reference left: failed: left: interrupted"));
  EXPECT_FALSE(std::filesystem::exists(folder / "calibrations")) << "nothing was measured";
}

TEST(Life, AWrongConfigureIsToldAsThatCommandAndNotAsAnOptionOfTheStart) {
  const TemporaryFolder folder;
  const Daemon daemon(folder, {"--sensor", "sim"});
  ASSERT_TRUE(daemon.becomes("state", "streaming"));
  const Finished range = daemon.ctl({"configure", "condition.highpass_hz=2000"});
  EXPECT_EQ(range.code, 78);
  EXPECT_EQ(range.err, "myoctl: configure: condition.highpass_hz = 2000: must be 0.5..1000 Hz\n");
  const Finished rate = daemon.ctl({"configure", "condition.lowpass=false", "condition.highpass_hz=1000"});
  EXPECT_EQ(rate.code, 78);
  EXPECT_EQ(rate.err.substr(0, 50), "myoctl: configure: condition.highpass_hz = 1000.0:")
      << "what this rate cannot carry";
}

TEST(Life, AWrongRateIsToldOnEveryChannelWhileItIsWrong) {
  const TemporaryFolder folder;
  Process sensor(simulator(folder, "ascii", {"--rate", "500", "--channels", "2"}));
  ASSERT_TRUE(sensor.line());
  const Daemon daemon(folder, {"--set", "sensor=[{name=\"arm\",kind=\"ascii\",port=\"" + (folder / "tty") +
                                            "\",rate_hz=1000,channels=2}]"});
  Process watch(daemon.ctl_words({"watch", "--json"}));
  for (const char* channel : {"ch1", "ch2"}) {
    std::optional<std::string> line;
    bool told = false;
    do {
      line = watch.line_with("\"channel\":\"" + std::string(channel));
      told = line && (line->find(":rate") != std::string::npos || line->find(",rate") != std::string::npos);
    } while (line && !told && std::stod(json_field(*line, "t_s")) < 10.0);
    EXPECT_TRUE(told) << channel;
  }
}

TEST(Life, MarksNothingBeforeTheFirstSampleAndCalibratesNoChannelTwice) {
  const TemporaryFolder folder;
  const Daemon waiting(folder, {"--sensor", "bitalino@" + (folder / "tty")});
  const Finished mark = waiting.ctl({"mark", "go"});
  EXPECT_EQ(mark.code, 1);
  EXPECT_NE(mark.err.find("no sensor has sent a sample yet"), std::string::npos) << mark.err;
  const Finished expected = waiting.ctl({"expect", "5"});
  EXPECT_EQ(expected.code, 1);
  EXPECT_NE(expected.err.find("no sensor has sent a sample yet"), std::string::npos) << expected.err;
  const Finished twice = waiting.ctl({"calibrate", "rest", "A1", "A1"});
  EXPECT_NE(twice.code, 0);
  EXPECT_NE(twice.err.find("name each channel once"), std::string::npos) << twice.err;
}

TEST(Life, ConditionsOneChannelInItsOwnWayWhileItRuns) {
  const TemporaryFolder folder;
  Process sensor(simulator(folder, "sim", {}));
  ASSERT_TRUE(sensor.line());
  Daemon daemon(folder, {"--sensor", "sim@" + (folder / "tty"), "--set", "channel.left.condition.mains=off"});
  ASSERT_TRUE(daemon.becomes("state", "streaming"));
  const Finished own = daemon.ctl({"configure", "channel.right.condition.ecg=highpass"});
  EXPECT_EQ(own.code, 0) << own.err;
  const Finished nobody = daemon.ctl({"configure", "channel.nose.condition.ecg=highpass"});
  EXPECT_EQ(nobody.code, 78);
  EXPECT_EQ(nobody.err, "myoctl: configure: channel.name = \"nose\": must be an EMG channel, one of left, right\n");
}

/// A daemon that hears a muscle in spasm, and what it tells of it.
class LifeWithSpasms : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(daemon_.becomes("state", "streaming")); }
  TemporaryFolder folder_;
  Process sensor_{simulator(folder_, "sim", {"--scenario", "spasm"})};
  Daemon daemon_{folder_, {"--sensor", "sim@" + (folder_ / "tty")}};
  Process events_{daemon_.ctl_words({"events", "--json"})};
};

TEST_F(LifeWithSpasms, AreToldOnlyOfTheMusclesThatWereNamedAndOthersAreRefused) {
  const Finished named = daemon_.ctl({"expect", "0", "--channel", "right"});
  EXPECT_EQ(named.code, 0) << named.err;
  const auto spasm = events_.line_with("while no contraction is expected");
  ASSERT_TRUE(spasm);
  EXPECT_EQ(json_field(*spasm, "channel"), "right");
  const Finished unknown = daemon_.ctl({"expect", "0", "--channel", "nose"});
  EXPECT_EQ(unknown.code, 78);
  EXPECT_NE(unknown.err.find("no channel is called nose"), std::string::npos) << unknown.err;
}

TEST_F(LifeWithSpasms, AreToldWhereNoContractionIsExpected) {
  const Finished none_expected = daemon_.ctl({"expect", "0"});
  EXPECT_EQ(none_expected.code, 0) << none_expected.err;
  EXPECT_TRUE(events_.line_with("active while no contraction is expected"));
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
