// What the README gives people to copy works.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "tests/daemon/program/rig.hpp"

namespace myod::test {
namespace {

/// The indented block between <!-- NAME --> and <!-- /NAME -->, without its indent.
std::string block_of(const std::string& name) {
  std::ifstream readme(MYOD_SOURCE_DIR "/README.md");
  std::string text;
  bool inside = false;
  for (std::string line; std::getline(readme, line);) {
    if (line == "<!-- " + name + " -->")
      inside = true;
    else if (line == "<!-- /" + name + " -->")
      inside = false;
    else if (inside)
      text += (line.starts_with("    ") ? line.substr(4) : line) + "\n";
  }
  return text;
}

TEST(Readme, ItsArmTomlIsAConfigurationMyodTakes) {
  const TemporaryFolder folder;
  const std::string file = folder / "arm.toml";
  const std::string text = block_of("arm.toml");
  ASSERT_FALSE(text.empty());
  std::ofstream(file) << text;
  const Finished good = run({program("myod"), "--config", file, "--check"});
  EXPECT_EQ(good.code, 0) << good.err;
  std::ofstream(file) << text << "[[sensor.channel]]\nname = \"biceps\"\n";
  EXPECT_EQ(run({program("myod"), "--config", file, "--check"}).code, 78) << "the check would notice";
}

// Which is built as C11 and read by the tests of the control page.
TEST(Readme, ItsProgramInCIsTheOneThatIsTested) {
  std::stringstream tested;
  tested << std::ifstream(MYOD_SOURCE_DIR "/tests/tools/client/control_example.c").rdbuf();
  EXPECT_EQ(block_of("control_example.c"), tested.str());
}

}  // namespace
}  // namespace myod::test
