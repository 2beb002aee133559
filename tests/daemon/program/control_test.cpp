// The control page of a running daemon: its numbers are those of the wire, every client can stop, and a reader is never
// left in doubt about the daemon, whatever becomes of it.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <map>

#include "tests/daemon/program/rig.hpp"
#include "tools/client/client.hpp"
#include "tools/client/control_reader.hpp"

namespace myod::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Waits until the page says it; false when it does not within a long time.
template <typename Condition>
bool reads(client::ControlReader& reader, Condition condition) {
  const auto until = std::chrono::steady_clock::now() + seconds(60);
  while (std::chrono::steady_clock::now() < until)
    if (reader.wait(milliseconds(100)) == myod_control_fresh && condition(reader.page())) return true;
  return false;
}

/// Likewise, until there is that status.
bool becomes(client::ControlReader& reader, myod_control_status status) {
  const auto until = std::chrono::steady_clock::now() + seconds(60);
  while (std::chrono::steady_clock::now() < until)
    if (reader.wait(milliseconds(100)) == status) return true;
  return false;
}

bool alike(double page, float wire) {
  return std::isnan(page)
             ? std::isnan(wire)
             : std::bit_cast<std::uint32_t>(static_cast<float>(page)) == std::bit_cast<std::uint32_t>(wire);
}

// Frames and pages are both seen by chance only, so those of the same number are compared.
TEST(Control, ItsPageHoldsTheNumbersOfTheWiresControlFrames) {
  const TemporaryFolder folder;
  const Daemon daemon(folder, {"--sensor", "sim"});
  client::ControlReader reader(folder / "myod-control-sim");
  client::Client client(daemon.address(), "test");
  v1::Subscribe wish;
  wish.add_kinds(v1::KIND_CONTROL);
  client.subscribe(wish);
  std::map<std::uint64_t, myod_control_page> pages;
  v1::Stream stream;
  for (int compared = 0; compared < 200;) {
    const auto message = client.receive(seconds(20));
    ASSERT_TRUE(message);
    while (reader.wait(milliseconds(0)) == myod_control_fresh)
      if (reader.page().frame_end_index != 0) pages[reader.page().frame_sequence] = reader.page();
    if (message->has_stream()) stream = message->stream();
    if (!message->has_frame()) continue;
    const v1::Frame& frame = message->frame();
    const auto found = pages.find(frame.sequence());
    if (found == pages.end() || found->second.epoch != frame.epoch()) continue;
    const myod_control_page& page = found->second;
    ++compared;
    EXPECT_EQ(page.frame_end_index, frame.end_index());
    EXPECT_EQ(page.frame_ns, frame.last_time_ns());
    EXPECT_GE(page.end_index, frame.end_index()) << "the page is of the present, not behind its frame";
    EXPECT_EQ(page.config_id, std::stoull(stream.config_hash(), nullptr, 16));
    ASSERT_EQ(page.channels, static_cast<std::uint64_t>(stream.channels_size()));
    for (int c = 0; c < stream.channels_size(); ++c) {
      const myod_control_channel& channel = page.channel[c];
      EXPECT_EQ(channel.name, stream.channels(c).name());
      EXPECT_EQ(channel.valid_fraction, frame.status(c).valid_fraction());
      EXPECT_EQ(channel.reasons, frame.status(c).reasons());
      for (int r = 0; r < stream.control_size(); ++r) {
        const std::map<std::string, double> on_page{{"rms_uv", channel.rms_uv},
                                                    {"envelope_uv", channel.envelope_uv},
                                                    {"ref_pct", channel.rms_pct},
                                                    {"envelope_pct", channel.envelope_pct},
                                                    {"active", channel.active}};
        const std::string& name = stream.control(r).name();
        if (!on_page.contains(name)) continue;
        EXPECT_TRUE(alike(on_page.at(name), frame.values(c * stream.control_size() + r))) << name;
      }
    }
  }
}

TEST(Control, ItsPageCountsOnsetsAndFollowsTheCalibration) {
  const TemporaryFolder folder;
  const Daemon daemon(folder, {"--sensor", "sim"});
  client::ControlReader reader(folder / "myod-control-sim");
  ASSERT_TRUE(reads(reader, [](const auto& page) { return page.channels != 0 && page.channel[0].onset_count >= 1; }));
  const myod_control_page before = reader.page();
  EXPECT_LT(before.channel[0].onset_event_s, before.channel[0].onset_decision_s);
  EXPECT_GT(before.channel[0].onset_event_ns, 0);
  EXPECT_LE(before.channel[0].onset_decision_s, static_cast<double>(before.end_index) * 1e3 / double(before.rate_mhz));
  ASSERT_EQ(daemon.ctl({"calibrate", "reference", "left"}).code, 0);
  EXPECT_TRUE(reads(reader, [&](const auto& page) { return page.calibration_id != before.calibration_id; }));
  EXPECT_EQ(reader.page().epoch, before.epoch);
  ASSERT_EQ(daemon.ctl({"configure", "condition.highpass_hz=30"}).code, 0);
  EXPECT_TRUE(reads(reader, [&](const auto& page) { return page.epoch == before.epoch + 1; }));
  EXPECT_NE(reader.page().config_id, before.config_id);
}

// Of any role, and on the page of a sensor that sends nothing, too.
TEST(Control, EveryClientCanStopAndItIsCountedOnEveryPage) {
  const TemporaryFolder folder;
  const Daemon daemon(
      folder, {"--listen", "tcp:127.0.0.1:0", "--sensor", "sim", "--sensor", "bitalino@" + (folder / "nowhere")});
  const std::string viewer = daemon.ready().substr(daemon.ready().find("tcp:"));
  const auto as_viewer = [&](Words words) {
    words.insert(words.begin(), {program("myoctl"), "--connect", viewer});
    return run(words);
  };
  const Finished mark = as_viewer({"mark", "now"});
  EXPECT_NE(mark.code, 0) << "a viewer commands nothing else";
  const Finished stop = as_viewer({"stop"});
  EXPECT_EQ(stop.code, 0) << stop.err;
  EXPECT_EQ(stop.out, "stop 1 stands on every control page\n");
  for (const char* sensor : {"sim", "bitalino"}) {
    client::ControlReader reader(folder / (std::string("myod-control-") + sensor));
    ASSERT_EQ(reader.wait(milliseconds(0)), myod_control_fresh);
    EXPECT_EQ(reader.page().stop_count, 1U) << sensor << ": it was answered when it stood there";
  }
  EXPECT_EQ(daemon.ctl({"stop"}).out, "stop 2 stands on every control page\n");
}

TEST(Control, AReaderSeesTheDaemonKilledRestartedAndEnded) {
  const TemporaryFolder folder;
  client::ControlReader reader(folder / "myod-control-sim");
  {
    Daemon daemon(folder, {"--sensor", "sim"});
    ASSERT_TRUE(reads(reader, [](const auto& page) { return page.acquired != 0; }));
    daemon.process().signal(SIGKILL);
    EXPECT_TRUE(becomes(reader, myod_control_dead));
  }
  const auto first = reader.page();
  EXPECT_TRUE(std::filesystem::exists(folder / "myod-control-sim")) << "it could not remove it";
  Daemon next(folder, {"--sensor", "sim"});
  EXPECT_TRUE(becomes(reader, myod_control_restarted));
  EXPECT_NE(reader.page().boot_id[0], first.boot_id[0]);
  ASSERT_TRUE(reads(reader, [](const auto& page) { return page.acquired != 0; }));
  next.process().signal(SIGTERM);
  EXPECT_TRUE(becomes(reader, myod_control_ended));
  EXPECT_EQ(next.process().wait(), 0);
  EXPECT_FALSE(std::filesystem::exists(folder / "myod-control-sim"));
}

TEST(Control, AStoppedDaemonIsStaleAndASilentSensorIsNot) {
  const TemporaryFolder folder;
  Daemon daemon(folder, {"--sensor", "sim@" + (folder / "tty")});
  client::ControlReader reader(folder / "myod-control-sim");
  ASSERT_EQ(reader.wait(milliseconds(0)), myod_control_fresh);
  const std::int64_t before = reader.page().written_ns;
  ASSERT_TRUE(reads(reader, [&](const auto& page) { return page.written_ns > before; })) << "it lives";
  EXPECT_FALSE(reader.age_s() < 1e9) << "there is no sample";
  daemon.process().signal(SIGSTOP);
  EXPECT_TRUE(becomes(reader, myod_control_stale));
  daemon.process().signal(SIGCONT);
  EXPECT_TRUE(becomes(reader, myod_control_fresh));
}

TEST(Control, AProgramInCReadsWhatAControllerMayActOn) {
  const TemporaryFolder folder;
  auto daemon = std::make_unique<Daemon>(folder, Words{"--sensor", "sim"});
  Process example({MYOD_BINARY_DIR "/tests/control_example", folder / "myod-control-sim"});
  EXPECT_TRUE(example.line_with("left: "));
  EXPECT_EQ(daemon->ctl({"stop"}).code, 0);
  EXPECT_TRUE(example.line_with("zero: stop 1"));
  daemon->process().signal(SIGKILL);
  EXPECT_TRUE(example.line_with("zero: myod is dead"));
  daemon.reset();
  daemon = std::make_unique<Daemon>(folder, Words{"--sensor", "sim"});
  EXPECT_TRUE(example.line_with("zero: myod is restarted"));
  EXPECT_TRUE(example.line_with("zero: stop 0, or another run")) << "until somebody arms anew";
}

TEST(Control, APageThatCannotBeMadeEndsTheStartAndSaysWhere) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "myod-control-sim");
  const Finished refused =
      run({program("myod"), "--sensor", "sim", "--listen", "unix:" + (folder / "s"), "--data-dir", folder / "data"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("cannot make the control page " + (folder / "myod-control-sim") + ": "), std::string::npos)
      << refused.err;
}

}  // namespace
}  // namespace myod::test
