// What `--sensor auto` makes of machines of folders, with pseudo-terminals for ports.
#include "daemon/auto_sensor.hpp"

#include <gtest/gtest.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <stdexcept>

#include "tests/support/device_tree.hpp"
#include "tests/support/process.hpp"

namespace myod::daemon {
namespace {

using namespace std::chrono_literals;
using test::DeviceTree;

const DeviceTree::Usb uno{"2341", "0042", "7583", "Arduino", "", "cdc_acm"};

class AutoSensor : public testing::Test {
 protected:
  AutoSensor() {
    if (openpty(&master_, &slave_, nullptr, nullptr, nullptr) != 0) throw std::runtime_error("no pseudo-terminal");
    termios raw{};
    tcgetattr(slave_, &raw);
    cfmakeraw(&raw);
    tcsetattr(slave_, TCSANOW, &raw);
    wished_.sensors.resize(1);
    wished_.sensors[0].name = wished_.sensors[0].kind = "auto";
  }
  ~AutoSensor() override {
    close(master_);
    close(slave_);
  }
  void say_lines() const {
    std::string lines;
    for (int k = 0; k < 100; ++k) lines += "511\r\n";
    ASSERT_EQ(write(master_, lines.data(), lines.size()), static_cast<ssize_t>(lines.size()));
  }
  config::Configuration find(std::chrono::milliseconds patience = 10s) {
    return find_sensors(io_, wished_, {tree_.sys(), tree_.dev()}, patience, ended_);
  }
  std::string refusal(std::chrono::milliseconds patience = 10s) {
    try {
      find(patience);
    } catch (const std::runtime_error& refused) {
      return refused.what();
    }
    return "taken";
  }

  test::TemporaryFolder folder_;
  DeviceTree tree_{folder_.path()};
  int master_ = -1, slave_ = -1;
  boost::asio::io_context io_;
  config::Configuration wished_;
  bool ended_ = false;
};

TEST_F(AutoSensor, TakesABoardThatSendsLinesOfNumbers) {
  tree_.plug("ttyACM0", "1", uno, ttyname(slave_));
  say_lines();
  wished_.sensors[0].rate_hz = 500;
  const auto found = find();
  ASSERT_EQ(found.sensors.size(), 1U);
  EXPECT_EQ(found.sensors[0].kind, "ascii");
  EXPECT_EQ(found.sensors[0].name, "ascii");
  EXPECT_EQ(found.sensors[0].port, "usb:2341:0042:7583");
  EXPECT_EQ(found.sensors[0].rate_hz, 500) << "what else was set stays";
}

TEST_F(AutoSensor, LeavesOtherSensorsAsTheyAreAndTheirPortsToThem) {
  tree_.plug("ttyACM0", "1", uno, ttyname(slave_));
  config::SensorConfig other;
  other.name = "mine";
  other.kind = "ascii";
  other.port = (tree_.dev() / "ttyACM0").string();
  wished_.sensors.push_back(other);
  EXPECT_NE(refusal().find("no sensor is plugged in"), std::string::npos) << refusal();
  tree_.unplug("ttyACM0");
  tree_.plug("ttyACM1", "2", uno, ttyname(slave_));
  say_lines();
  const auto found = find();
  ASSERT_EQ(found.sensors.size(), 2U);
  EXPECT_EQ(found.sensors[0].kind, "ascii");
  EXPECT_EQ(found.sensors[1].name, "mine");
}

TEST_F(AutoSensor, RefusesWhereNothingKnownIsPluggedIn) {
  tree_.add_line("rfcomm0");
  tree_.plug("ttyACM0", "1", {"1209", "0001", "", "", "", "cdc_acm"});
  EXPECT_NE(refusal().find("auto: no sensor is plugged in that is known by its USB id"), std::string::npos)
      << refusal();
}

TEST_F(AutoSensor, TakesAChipThatOneKindUsesWithoutListening) {
  tree_.plug("ttyACM0", "1", {"1a86", "55d4", "", "", "", "ch341-uart"}, folder_ / "nowhere");
  const auto found = find();
  ASSERT_EQ(found.sensors.size(), 1U);
  EXPECT_EQ(found.sensors[0].kind, "ascii");
  EXPECT_EQ(found.sensors[0].port, "usb:1A86:55D4");
}

TEST_F(AutoSensor, NeverGuessesWhatABoardIsThatSaysNothing) {
  tree_.plug("ttyACM0", "1", uno, ttyname(slave_));
  const std::string refused = refusal(1ms);
  EXPECT_NE(refused.find("ttyACM0 may be ascii, "), std::string::npos) << refused;
  EXPECT_NE(refused.find("and does not tell: name it with --sensor KIND@usb:2341:0042:7583"), std::string::npos);
}

TEST_F(AutoSensor, SaysWhyItCannotListen) {
  tree_.plug("ttyACM0", "1", uno, folder_ / "nowhere");
  EXPECT_NE(refusal().find("No such file"), std::string::npos) << refusal();
}

TEST_F(AutoSensor, IsRefusedTwice) {
  wished_.sensors.push_back(wished_.sensors[0]);
  EXPECT_THROW(find(), config::ConfigError);
}

TEST_F(AutoSensor, RefusesAPortBecauseItLooksAtAll) {
  wished_.sensors[0].port = "/dev/ttyUSB0";
  EXPECT_THROW(find(), config::ConfigError);
}

TEST_F(AutoSensor, ChangesNothingWhereNobodyAskedForIt) {
  wished_.sensors[0].kind = "ascii";
  EXPECT_EQ(find().sensors[0].kind, "ascii");
}

}  // namespace
}  // namespace myod::daemon
