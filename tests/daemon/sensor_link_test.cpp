// A sensor's link driven by hand: no thread, and time passes only where a test lets it.
#include "daemon/sensor_link.hpp"

#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/process.hpp"

namespace myod::daemon {
namespace {

using Word = SensorState::Word;

class SensorLinkTest : public testing::Test {
 protected:
  SensorLinkTest() {
    setup_.rate_hz = 1000.0;
    setup_.channels = 1;
    EXPECT_EQ(openpty(&master_, &slave_, nullptr, nullptr, nullptr), 0);
  }
  ~SensorLinkTest() override {
    close(master_);
    close(slave_);
  }
  SensorPlan plan(const std::string& port) const {
    const sensors::SensorRow* row = sensors::find_sensor("ascii");
    return {"test", row, sensors::complete_setup(*row, setup_), port, 0};
  }
  void plug() const { std::filesystem::create_symlink(ttyname(slave_), folder_ / "tty"); }

  test::TemporaryFolder folder_;
  int master_ = -1, slave_ = -1;
  sensors::Setup setup_;
  boost::asio::io_context io_;
  Ring ring_{1 << 16};
  Wake wake_;
  SensorState state_;
  SensorLink link_{io_, plan("pty:" + (folder_ / "tty")), ring_, wake_,
                   [this](const SensorState& state, bool) { state_ = state; }};
};

TEST_F(SensorLinkTest, TriesAPortItWaitsForAtOnceWhenADeviceIsPluggedIn) {
  link_.start();
  ASSERT_EQ(state_.state, Word::waiting);
  link_.plugged();
  EXPECT_EQ(state_.state, Word::waiting) << "it was another device";
  plug();
  link_.plugged();
  io_.poll();
  EXPECT_EQ(state_.state, Word::starting) << state_.detail.view();
  link_.plugged();
  io_.poll();
  EXPECT_EQ(state_.state, Word::starting) << "a port that is open is left alone: " << state_.detail.view();
}

}  // namespace
}  // namespace myod::daemon
