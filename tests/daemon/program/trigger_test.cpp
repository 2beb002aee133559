// Edges of a digital line, from a simulated device that knows when they were to the client that is told of them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "tests/daemon/program/rig.hpp"

namespace myod::test {
namespace {

TEST(Trigger, OfADigitalLineReachesTheClientWithinASampleOfTheTruth) {
  constexpr double rate_hz = 250.0;  // of the Olimex shield, whose switches are a digital channel
  const std::vector<int> edges{1000, 1003, 1250};
  const TemporaryFolder folder;
  {
    std::ofstream csv(folder / "in.csv");
    csv << "A,B,C,D,E,F,switches\n";
    int level = 1;
    for (int i = 0; i < 1500; ++i) {
      for (const int edge : edges)
        if (i == edge) level ^= 8;
      csv << i % 50 << ",0,0,0,0,0," << level << '\n';
    }
  }
  Process sensor(simulator(folder, "olimex", {"--csv", folder / "in.csv", "--csv-rate", "250", "--csv-unit", "uV"}));
  ASSERT_TRUE(sensor.line());
  Daemon daemon(folder, {"--sensor", "olimex@" + (folder / "tty")});
  Process events(daemon.ctl_words({"events", "--json"}));
  for (const int edge : edges) {
    const auto line = events.line_with("\"trigger\"");
    ASSERT_TRUE(line) << "no trigger for the edge at sample " << edge;
    EXPECT_NEAR(std::stod(json_field(*line, "t_event_s")), edge / rate_hz, 1.0 / rate_hz) << *line;
    EXPECT_EQ(json_field(*line, "channel"), "D");
    EXPECT_EQ(std::stod(json_field(*line, "value")), edge == 1003 ? 1.0 : 9.0);
  }
}

}  // namespace
}  // namespace myod::test
