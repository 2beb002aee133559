// One screen tells of every sensor, channel and client, of what was lost and of how late it is.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/tools/myoctl/messages.hpp"
#include "tools/myoctl/monitor_draw.hpp"

namespace myod::myoctl {
namespace {

struct Monitor : testing::Test {
  Monitor() {
    model.connected(test::hello(), 0);
    v1::ServerMessage frame =
        test::frame_message(v1::KIND_FEATURES, {12.5F, 30, 1, 0, 0, 0, 80, 60, 0}, 0, "degraded:mains");
    frame.mutable_frame()->set_last_time_ns(1'000'000);
    frame.mutable_frame()->set_written_ns(3'000'000);
    for (const auto& message : {test::stream_message(), frame}) {
      model.take(message, 4'000'000);
      latency.take(message, 4'000'000);
    }
    v1::SensorStatus& sensor = *status.add_sensors();
    sensor.set_name("sim");
    sensor.set_kind("bitalino");
    sensor.set_state("lost");
    sensor.set_detail("the port closed");
    sensor.set_samples(123456);
    sensor.set_lost(7);
    sensor.set_dropped_blocks(3);
    v1::ClientStatus& client = *status.add_clients();
    client.set_program("screen\x1b[2J 1");
    client.set_role("viewer");
    client.set_peer("127.0.0.1:5");
    client.set_sent(99);
    client.set_lost(4);
    client.set_queued_bytes(25'000);
    client.set_queued_ms(250);
    status.set_uptime_s(90);
    status.set_journal_lost(1);
  }
  std::string drawn(std::size_t height = 40) const {
    return draw_monitor(model.view(), status, latency, {120, height, false, "unix:/run/myod.sock"});
  }
  WatchModel model{{}};
  LatencyModel latency;
  v1::Status status;
};

void expect_line(const std::string& screen, const std::string& begin, const std::vector<std::string>& words) {
  std::size_t at = screen.find(begin);
  ASSERT_NE(at, std::string::npos) << begin << " in\n" << screen;
  const std::string line = screen.substr(at, screen.find('\n', at) - at);
  at = 0;
  for (const std::string& word : words) {
    at = line.find(word, at);
    ASSERT_NE(at, std::string::npos) << word << " in " << line;
    at += word.size();
  }
}

TEST_F(Monitor, ShowsTheDaemonItsSensorsChannelsClientsLossesAndLateness) {
  const std::string screen = drawn();
  expect_line(screen, "myod 0.1.0 at unix:/run/myod.sock", {"q leaves"});
  expect_line(screen, "up 1.5 min", {"not recording"});
  expect_line(screen, "lost inside: ", {"0 results", "0 events", "1 entry of the journal"});
  expect_line(screen, "sim     bitalino", {"123456", "7", "3", "lost: the port closed"});
  expect_line(screen, "biceps", {"sim", "12.5", "30", "degraded:mains"});
  expect_line(screen, "triceps", {"80"});
  expect_line(screen, "screen?[2J 1", {"viewer", "127.0.0.1:5", "99", "4", "25", "250"});
  expect_line(screen, "sim features", {"1", "2.00", "3.00"});
}

TEST_F(Monitor, IsCutAtTheHeightOfTheTerminal) {
  const std::string screen = drawn(3);
  EXPECT_EQ(std::count(screen.begin(), screen.end(), '\n'), 3);
}

}  // namespace
}  // namespace myod::myoctl
