// Sixteen sensors of mixed kinds on one myod.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "daemon/sensors/sensor.hpp"
#include "tests/daemon/program/rig.hpp"
#include "tests/support/many_sensors.hpp"

namespace myod::test {
namespace {

TEST(SixteenSensors, OfMixedKindsAndSixtyFourChannelsLoseNothing) {
#ifndef MYOD_REAL_TIME_TESTS
  GTEST_SKIP() << "SKIPPED: a slow build on a busy machine may rightly lose";
#endif
  std::uint32_t channels = 0;
  for (const OneOfMany& one : sixteen_sensors) channels += one.channels;
  ASSERT_EQ(channels, 64U);
  const TemporaryFolder folder;
  const ManySensors sensors(folder);
  std::ofstream(folder / "many.toml") << sensors.configuration();
  Daemon daemon(folder, {"--config", folder / "many.toml"});
  Process watch(daemon.ctl_words({"watch", "--json"}));
  const auto status = [&] {
    const Finished end = daemon.ctl({"status", "--json"});
    std::istringstream all(end.out);
    std::map<std::string, std::string> lines;
    for (std::string line; std::getline(all, line);) lines[json_field(line, "name")] = line;
    return lines;
  };
  // Ten seconds of each, by its own samples.
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(90);
  std::size_t done = 0;
  auto told = status();
  while (done < sixteen_sensors.size() && std::chrono::steady_clock::now() < until) {
    for (int line = 0; line < 2000; ++line) ASSERT_TRUE(watch.line());  // a client goes on reading
    told = status();
    done = 0;
    for (std::size_t i = 0; i < sixteen_sensors.size(); ++i)
      if (std::stod(json_field(told["s" + std::to_string(i)], "samples")) > 10.0 * sixteen_sensors[i].rate_hz) ++done;
  }
  EXPECT_EQ(done, sixteen_sensors.size());
  for (const auto& [name, line] : told)
    for (const char* count : {"lost", "corrupted", "gaps", "skipped_bytes", "dropped_blocks"}) {
      const bool text_before = std::string_view(count) == "skipped_bytes";  // banners, half a first frame
      EXPECT_LE(std::stod(json_field(line, count)), text_before ? 300.0 : 0.0) << name << ": " << line;
    }
  EXPECT_EQ(daemon.ctl({"status"}).out.find("lost inside the daemon"), std::string::npos) << daemon.ctl({"status"}).out;
}

}  // namespace
}  // namespace myod::test
