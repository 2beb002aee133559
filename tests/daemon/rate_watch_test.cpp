// The rate by the host's clock against rates that are known, through the assembler as the daemon has it.
#include "daemon/rate_watch.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "daemon/assembler.hpp"

namespace myod::daemon {
namespace {

/// Lines without a counter, said to come at 100 Hz, in reads every 20 ms of the device's own time.
struct Lines {
  static sensors::Setup setup() {
    sensors::Setup s;
    s.channels = 1;
    s.rate_hz = 100.0;
    return sensors::complete_setup(*sensors::find_sensor("ascii"), s);
  }
  Assembler assembler{*sensors::find_sensor("ascii"), setup(), [this](const PlacedFrame& p) {
                        newest = p.index;
                        if (p.uncertain_gap) ++uncertain;
                      }};
  std::uint64_t newest = 0;
  int uncertain = 0;
  double now_s = 0.0;

  Lines() { assembler.begins_whole(); }
  void read(int n) {
    std::string lines;
    for (int k = 0; k < n; ++k) lines += "512\n";
    if (n == 0) return;
    assembler.feed({reinterpret_cast<const std::uint8_t*>(lines.data()), lines.size()},
                   static_cast<std::int64_t>(now_s * 1e9));
  }
  void send(double rate_hz, double seconds) {
    const double until_s = now_s + seconds;
    double owed = 0.0;
    while (now_s < until_s) {
      now_s += 0.02;
      owed += 0.02 * rate_hz;
      const int whole = static_cast<int>(owed);
      owed -= whole;
      read(whole);
    }
  }
  double behind_s() const { return now_s - static_cast<double>(assembler.timebase().host_time_ns(newest)) * 1e-9; }
};

TEST(RateWatch, FindsThatTheRateIsNotTheDeclaredOneAndLetsNoTimeRunAway) {
  for (const double rate_hz : {500.0, 40.0}) {
    Lines lines;
    lines.send(rate_hz, 30.0);
    EXPECT_NEAR(lines.assembler.off_nominal_hz(), rate_hz, 0.02 * rate_hz);
    EXPECT_NEAR(lines.assembler.measured_rate_hz(), rate_hz, 0.02 * rate_hz);
    EXPECT_NEAR(lines.behind_s(), 0.0, 0.1) << rate_hz;
    EXPECT_EQ(lines.uncertain, 1) << "one new anchor";
  }
}

TEST(RateWatch, FollowsADeviceThatChangesItsRateAndComesBack) {
  Lines lines;
  lines.send(100.0, 20.0);
  EXPECT_EQ(lines.assembler.off_nominal_hz(), 0.0);
  lines.send(60.0, 20.0);
  EXPECT_NEAR(lines.assembler.off_nominal_hz(), 60.0, 1.5);
  EXPECT_NEAR(lines.behind_s(), 0.0, 0.1);
  lines.send(100.0, 20.0);
  EXPECT_EQ(lines.assembler.off_nominal_hz(), 0.0);
  EXPECT_NEAR(lines.behind_s(), 0.0, 0.1);
}

TEST(RateWatch, APauseOfTheHostIsNoChangeOfTheRate) {
  Lines lines;
  for (int i = 0; i < 10; ++i) {
    lines.send(100.0, 2.5);
    lines.now_s += 0.8;
    lines.read(80);
  }
  EXPECT_EQ(lines.assembler.off_nominal_hz(), 0.0);
  EXPECT_EQ(lines.uncertain, 0);
}

}  // namespace
}  // namespace myod::daemon
