// myosim on real pseudo-terminals: what a plain reader of the port sees is what the truth file says was sent.
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "daemon/sensors/sensor.hpp"
#include "tests/tools/myosim/simulator.hpp"

namespace {

namespace fs = std::filesystem;
using myod::sensors::Frame;
using myod::sensors::ParseStatus;
using myod::test::Host;
using myod::test::Simulator;

class Myosim : public ::testing::Test {
 protected:
  Myosim() {
    std::string pattern = (fs::temp_directory_path() / "myosim_test_XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~Myosim() override { fs::remove_all(folder_); }
  std::string file(const char* name) const { return (folder_ / name).string(); }
  std::string write_csv(const std::string& text) const {
    std::ofstream(file("in.csv")) << text;
    return file("in.csv");
  }

 private:
  fs::path folder_;
};

struct Line {
  std::string fate;
  double time_s = 0.0;
  std::vector<std::string> fields;
};

std::vector<Line> read_truth(const std::string& path) {
  std::ifstream in(path);
  std::string text;
  std::getline(in, text);
  EXPECT_EQ(text.rfind("index,time_s,monotonic_ns,sent,fate,", 0), 0U) << text;
  std::vector<Line> lines;
  while (std::getline(in, text)) {
    Line line;
    std::stringstream fields(text);
    for (std::string f; std::getline(fields, f, ',');) line.fields.push_back(f);
    EXPECT_EQ(std::stoull(line.fields.at(0)), lines.size());
    line.time_s = std::stod(line.fields.at(1));
    line.fate = line.fields.at(4);
    lines.push_back(line);
  }
  return lines;
}

/// What a plain reader of `sim` frames finds, without the program's own assembler. Two channels, below 65536 frames.
struct Reading {
  std::map<std::uint64_t, Frame> frames;  ///< by counter
  std::size_t damaged = 0;                ///< whole frames' worth of bytes that failed the check

  explicit Reading(const std::vector<std::uint8_t>& bytes) {
    const auto& row = *myod::sensors::find_sensor("sim");
    const auto setup = myod::sensors::complete_setup(row, {});
    std::size_t skipped = 0;
    for (std::span<const std::uint8_t> rest = bytes; !rest.empty();) {
      Frame frame;
      const auto r = row.parse(setup, rest, frame);
      if (r.status == ParseStatus::need_more) break;
      if (r.status == ParseStatus::frame)
        frames[frame.counter] = frame;
      else
        ++skipped;
      rest = rest.subspan(r.size);
    }
    damaged = skipped / myod::sensors::frame_size(row, setup);
  }
};

void start_sim(Host& host) {
  host.send("v");
  ASSERT_TRUE(host.read_until([&] { return host.text().find("myod-sim 1\n") != std::string::npos; }));
  host.forget();
  host.send("b");
}

constexpr std::size_t sim_frame_bytes = 12;

TEST_F(Myosim, LosesAndDamagesExactlyTheFramesItsTruthNames) {
  Simulator sim({"sim", "--rate", "4000", "--drop", "0.02", "--corrupt", "0.03", "--stall", "0.2@0.5", "--seed", "7",
                 "--truth", file("truth.csv")});
  std::vector<std::uint8_t> bytes;
  {
    Host host(sim.path());
    start_sim(host);
    ASSERT_TRUE(host.read_until([&] { return host.bytes().size() >= 5000 * sim_frame_bytes; }));
    bytes = host.bytes();
  }
  bytes.resize(bytes.size() / sim_frame_bytes * sim_frame_bytes);
  sim.signal(SIGTERM);
  EXPECT_EQ(sim.wait(), 0) << sim.err();

  const auto truth = read_truth(file("truth.csv"));
  const Reading reading(bytes);
  ASSERT_FALSE(reading.frames.empty());
  const std::uint64_t last = reading.frames.rbegin()->first;
  ASSERT_LT(last, truth.size());
  std::map<std::string, std::size_t> fates;
  for (std::uint64_t i = 0; i <= last; ++i) {
    ++fates[truth[i].fate];
    EXPECT_EQ(reading.frames.count(i), truth[i].fate == "sent" ? 1U : 0U) << i << " " << truth[i].fate;
    EXPECT_EQ(truth[i].fate == "stalled", truth[i].time_s >= 0.5 && truth[i].time_s < 0.7) << i;
  }
  EXPECT_EQ(reading.frames.size(), fates["sent"]);
  EXPECT_EQ(fates["stalled"], 800U);
  // After the last whole frame at most a damaged one can follow.
  EXPECT_GE(reading.damaged, fates["corrupted"]);
  EXPECT_LE(reading.damaged, fates["corrupted"] + 2);
  EXPECT_NEAR(static_cast<double>(fates["dropped"]), 0.02 * 5000, 50);
  EXPECT_NEAR(static_cast<double>(fates["corrupted"]), 0.03 * 5000, 60);
}

TEST_F(Myosim, SendsTheValuesOfItsTruthAndTheSameOnesForTheSameSeed) {
  std::vector<std::uint8_t> first;
  for (int run = 0; run < 2; ++run) {
    Simulator sim({"sim", "--rate", "4000", "--seed", "3", "--truth", file("truth.csv")});
    Host host(sim.path());
    start_sim(host);
    ASSERT_TRUE(host.read_until([&] { return host.bytes().size() >= 2000 * sim_frame_bytes; }));
    auto bytes = host.bytes();
    bytes.resize(2000 * sim_frame_bytes);
    sim.signal(SIGINT);
    EXPECT_EQ(sim.wait(), 0);
    if (run == 0) first = bytes;
    EXPECT_EQ(bytes, first);
  }
  const auto truth = read_truth(file("truth.csv"));
  const Reading reading(first);
  EXPECT_EQ(reading.frames.size(), 2000U);
  for (const auto& [i, frame] : reading.frames) {
    EXPECT_NEAR(frame.counts[0] * 0.05, std::stod(truth[i].fields.at(5)), 0.0251) << i;
    EXPECT_NEAR(frame.counts[1] * 0.05, std::stod(truth[i].fields.at(9)), 0.0251) << i;
  }
}

TEST_F(Myosim, PlaysAFileOnceFromTheStartCommandThenStaysSilentOnTheOpenPort) {
  std::string csv = "EMG\n";
  for (int i = 0; i < 500; ++i) csv += std::to_string(i - 250) + "e-3\n";
  Simulator sim(
      {"sim", "--csv", write_csv(csv), "--csv-rate", "1000", "--csv-unit", "mV", "--truth", file("truth.csv")});
  Host host(sim.path());
  start_sim(host);
  ASSERT_TRUE(host.read_until([&] { return host.bytes().size() >= 500 * sim_frame_bytes; }));
  host.send("s");
  host.send("b");  // a second start plays nothing again
  host.send("s");
  host.send("v");
  ASSERT_TRUE(host.read_until([&] { return host.text().find("myod-sim 1\n") != std::string::npos; }));
  EXPECT_EQ(host.bytes().size(), 500 * sim_frame_bytes + 11);
  const Reading reading(host.bytes());
  ASSERT_EQ(reading.frames.size(), 500U);
  for (const auto& [i, frame] : reading.frames) {
    EXPECT_EQ(frame.counts[0], (static_cast<double>(i) - 250.0) * 20.0) << i;  // 1 uV is 20 counts
    EXPECT_EQ(frame.counts[1], 0.0) << "a channel without a column sends mid-scale";
  }
  sim.signal(SIGTERM);
  EXPECT_EQ(sim.wait(), 0);
  const auto truth = read_truth(file("truth.csv"));
  EXPECT_EQ(truth.size(), 500U);
}

TEST_F(Myosim, AnswersAndStreamsAsABitalinoWithTheChannelsTheHostChose) {
  std::string csv = "A,B\n";
  for (int i = 0; i < 100; ++i) csv += "0.5,5000\n";  // half a millivolt; beyond the upper rail
  Simulator sim({"bitalino", "--channels", "6", "--csv", write_csv(csv), "--csv-rate", "1000", "--csv-unit", "mV"});
  Host host(sim.path());
  host.send("\x07");
  ASSERT_TRUE(host.read_until([&] { return host.text().find('\n') != std::string::npos; }));
  EXPECT_EQ(host.text().rfind("BITalino", 0), 0U);
  host.forget();
  host.send("\xC3");
  host.send(std::string(1, (0b111 << 2) | 1));  // A1 A2 A3: six bytes a frame
  ASSERT_TRUE(host.read_until([&] { return host.bytes().size() >= 600; }));
  EXPECT_EQ(host.bytes().size(), 600U);

  const auto& row = *myod::sensors::find_sensor("bitalino");
  myod::sensors::Setup setup;
  setup.channels = 3;
  setup = myod::sensors::complete_setup(row, setup);
  const auto channels = row.channels(setup);
  std::span<const std::uint8_t> rest = host.bytes();
  for (std::uint64_t i = 0; i < 100; ++i) {
    Frame frame;
    const auto r = row.parse(setup, rest, frame);
    ASSERT_EQ(r.status, ParseStatus::frame) << i;
    EXPECT_EQ(frame.counter, i % 16);
    EXPECT_NEAR((frame.counts[0] - channels[0].offset) * channels[0].scale, 500.0, channels[0].scale / 2.0);
    EXPECT_EQ(frame.counts[1], channels[1].rail_high);
    EXPECT_EQ(frame.counts[2], channels[2].offset);
    rest = rest.subspan(r.size);
  }
}

TEST_F(Myosim, IsACytonWhoseChannelsHaveTheGainsTheHostSetAndWhoseRadioFails) {
  std::string csv = "A,B\n";
  for (int i = 0; i < 100; ++i) csv += "536.441863,44.7034895\n";  // 1000 counts at gain 1, 2000 at gain 24
  Simulator sim({"cyton", "--csv", write_csv(csv), "--csv-rate", "250", "--csv-unit", "uV", "--stall", "0.1@0.199"});
  Host host(sim.path());
  const auto ask = [&](const char* command, const char* answer) {
    host.forget();
    host.send(command);
    ASSERT_TRUE(host.read_until([&] { return host.text().find("$$$") != std::string::npos; })) << command;
    EXPECT_NE(host.text().find(answer), std::string::npos) << host.text();
  };
  ask("v", "OpenBCI V3 8-16 channel\n");
  ask("d", "updating channel settings to default");
  ask("x1000000X", "Success: Channel set for 1");
  host.forget();
  host.send("b");
  constexpr std::size_t packet = 33;
  const std::string outage = "Failure: Communications timeout - Device failed to poll Host$$$";
  ASSERT_TRUE(host.read_until([&] { return host.bytes().size() >= 75 * packet + outage.size(); }));
  EXPECT_EQ(host.text().find(outage), 50 * packet) << "where the radio fell silent";
  EXPECT_EQ(host.bytes().size(), 75 * packet + outage.size());

  const auto& row = *myod::sensors::find_sensor("cyton");
  const auto setup = myod::sensors::complete_setup(row, {});
  Frame frame;
  ASSERT_EQ(row.parse(setup, host.bytes(), frame).status, ParseStatus::frame);
  EXPECT_EQ(frame.counter, 0U);
  EXPECT_EQ(frame.counts[0], 1000.0);
  EXPECT_EQ(frame.counts[1], 2000.0);
  EXPECT_EQ(frame.counts[2], 0.0);
  EXPECT_EQ(frame.counts[10], 8000.0) << "1 g upwards";
  ASSERT_EQ(row.parse(setup, std::span(host.bytes()).subspan(packet), frame).status, ParseStatus::frame);
  EXPECT_TRUE(std::isnan(frame.counts[10])) << "the accelerometer is slower";
  ASSERT_EQ(row.parse(setup, std::span(host.bytes()).subspan(50 * packet + outage.size()), frame).status,
            ParseStatus::frame);
  EXPECT_EQ(frame.counter, 75U);
}

TEST_F(Myosim, StreamsUnaskedLikeASketchOnceAHostHasOpenedThePort) {
  Simulator sim(
      {"ascii", "--csv", write_csv("x\n0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n"), "--csv-rate", "100", "--csv-unit", "uV"});
  Host host(sim.path());
  ASSERT_TRUE(host.read_until([&] {
    const std::string text = host.text();
    return std::count(text.begin(), text.end(), '\n') == 10;
  }));
}

TEST_F(Myosim, LivesOnWhenTheHostClosesThePortAndOpensItAgain) {
  Simulator sim({"sim", "--rate", "2000", "--truth", file("truth.csv")});
  const std::string path = sim.path();
  {
    Host host(path);
    start_sim(host);
    ASSERT_TRUE(host.read_until([&] { return host.bytes().size() >= 200 * sim_frame_bytes; }));
  }
  Host again(path);  // still streaming: nobody told it to stop
  ASSERT_TRUE(again.read_until([&] { return again.bytes().size() >= 200 * sim_frame_bytes; }));
  EXPECT_GE(Reading(again.bytes()).frames.size(), 198U);
  again.send("s");
  again.send("v");
  ASSERT_TRUE(again.read_until([&] { return again.text().find("myod-sim 1\n") != std::string::npos; }));
  again.forget();
  again.send("b");
  ASSERT_TRUE(again.read_until([&] { return again.bytes().size() >= 20 * sim_frame_bytes; }));
  EXPECT_EQ(Reading(again.bytes()).frames.begin()->first, 0U) << "a new stream counts from zero";
  sim.signal(SIGTERM);
  EXPECT_EQ(sim.wait(), 0);
  read_truth(file("truth.csv"));  // its index goes on
}

TEST_F(Myosim, KeepsTheClockItsDriftSays) {
  Simulator sim({"sim", "--rate", "1000", "--drift", "50000", "--truth", file("truth.csv")});
  Host host(sim.path());
  start_sim(host);
  ASSERT_TRUE(host.read_until([&] { return host.bytes().size() >= 1000 * sim_frame_bytes; }));
  sim.signal(SIGTERM);
  EXPECT_EQ(sim.wait(), 0);
  const auto truth = read_truth(file("truth.csv"));
  EXPECT_NEAR(truth.at(900).time_s, 900.0 / 1050.0, 1e-9);
  EXPECT_NEAR(std::stod(truth.at(900).fields.at(2)) - std::stod(truth.at(0).fields.at(2)), 900.0 / 1050.0 * 1e9,
              1000.0);
}

TEST_F(Myosim, EndsAfterItsDurationWithTotalsOnStderrAndTakesItsLinkAway) {
  const std::string link = file("tty");
  fs::create_symlink("/dev/pts/no-longer-there", link);  // left behind by an earlier one
  Simulator sim({"sim", "--duration", "0.3", "--link", link});
  EXPECT_EQ(fs::read_symlink(link).string(), sim.path());
  EXPECT_EQ(sim.wait(), 0);
  EXPECT_NE(sim.err().find("0 frames sent, 0 dropped, 0 corrupted"), std::string::npos) << sim.err();
  EXPECT_FALSE(fs::exists(fs::symlink_status(link)));
}

TEST_F(Myosim, ReplacesNoFileThatIsNotItsOwn) {
  const std::string plain = write_csv("x\n1\n");
  EXPECT_EQ(Simulator({"sim", "--link", plain}).wait(), 78);
  fs::create_symlink(plain, file("elsewhere"));
  EXPECT_EQ(Simulator({"sim", "--link", file("elsewhere")}).wait(), 78);
  EXPECT_TRUE(fs::is_symlink(fs::symlink_status(file("elsewhere"))));
}

TEST_F(Myosim, RefusesWithTheCodeAndAnExplanation) {
  struct Case {
    std::vector<std::string> arguments;
    int code;
    std::string says;
  };
  const std::string ragged = write_csv("a,b\n1,2\n3\n");
  const std::vector<Case> cases{
      {{}, 2, "KIND"},
      {{"sim", "--bogus"}, 2, "--bogus"},
      {{"sim", "--rate", "fast"}, 2, "--rate"},
      {{"sim", "--stall", "3"}, 2, "S@T"},
      {{"toaster"}, 78, "toaster"},
      {{"bitalino", "--rate", "500"}, 78, "1000"},
      {{"sim", "--channels", "65"}, 78, "1..64"},
      {{"sim", "--drop", "2"}, 78, "0..1"},
      {{"sim", "--scenario", "party"}, 78, "party"},
      {{"sim", "--duration", "0"}, 78, "--duration"},
      {{"sim", "--csv", ragged, "--csv-rate", "1000"}, 78, "--csv-unit"},
      {{"sim", "--csv", ragged, "--csv-rate", "4000", "--csv-unit", "mV"}, 78, "--rate"},
      {{"sim", "--csv", ragged, "--csv-rate", "1000", "--csv-unit", "mV"}, 78, "in.csv:3"},
      {{"sim", "--csv", file("none"), "--csv-rate", "1000", "--csv-unit", "mV"}, 1, "none"},
      {{"sim", "--truth", file("no/such/folder")}, 1, "--truth"},
  };
  for (const Case& c : cases) {
    Simulator sim(c.arguments);
    EXPECT_EQ(sim.wait(), c.code) << c.says << ": " << sim.err();
    EXPECT_NE(sim.err().find(c.says), std::string::npos) << sim.err();
  }
}

TEST_F(Myosim, ListsEveryKindAsAJsonLine) {
  Simulator sim({"--list", "--json"});
  EXPECT_EQ(sim.wait(), 0);
  const auto rows = myod::sensors::sensor_table();
  const std::string& text = sim.out();
  EXPECT_EQ(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')), rows.size());
  for (const auto* row : rows)
    EXPECT_NE(text.find("{\"name\":\"" + std::string(row->name) + "\""), std::string::npos) << row->name;
}

}  // namespace
