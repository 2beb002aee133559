// A sensor's link driven by hand on a real pseudo-terminal: no thread, and time passes only where a test lets it.
#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "tests/daemon/link_rig.hpp"
#include "tests/support/process.hpp"

namespace myod::daemon {
namespace {

using Word = SensorState::Word;

class SensorLinkTest : public testing::Test, protected test::LinkRig {
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
  void plug() const { std::filesystem::create_symlink(ttyname(slave_), folder_ / "tty"); }
  void start(std::string_view kind) { LinkRig::start(kind, setup_, "pty:" + (folder_ / "tty")); }
  void say(const std::string& bytes) const {
    ASSERT_EQ(write(master_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }

  test::TemporaryFolder folder_;
  int master_ = -1, slave_ = -1;
  sensors::Setup setup_;
};

TEST_F(SensorLinkTest, TriesAPortItWaitsForAtOnceWhenADeviceIsPluggedIn) {
  start("ascii");
  ASSERT_EQ(state_.state, Word::waiting);
  link_->plugged();
  EXPECT_EQ(state_.state, Word::waiting) << "it was another device";
  plug();
  link_->plugged();
  io_.poll();
  EXPECT_EQ(state_.state, Word::starting) << state_.detail.view();
  link_->plugged();
  io_.poll();
  EXPECT_EQ(state_.state, Word::starting) << "a port that is open is left alone: " << state_.detail.view();
}

std::string bitalino_frames(const sensors::Setup& setup, std::uint64_t n) {
  const sensors::SensorRow& row = *sensors::find_sensor("bitalino");
  std::string all;
  for (std::uint64_t k = 0; k < n; ++k) {
    sensors::Frame f;
    f.values = 2;
    f.counts[0] = static_cast<double>(k % 1021);
    f.counter = k % 16;
    std::array<std::uint8_t, 8> bytes{};
    all.append(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(row.format(setup, f, bytes)));
  }
  return all;
}

TEST_F(SensorLinkTest, NamesTheSensorThatSendsInsteadOfTheOneThatIsSetUp) {
  plug();
  start("ascii");
  ASSERT_TRUE(becomes(Word::starting, "waiting for the first samples"));
  say(bitalino_frames(sensors::complete_setup(*sensors::find_sensor("bitalino"), setup_), 500));
  EXPECT_TRUE(
      becomes(Word::starting, "/tty sends what a bitalino with 1 channel sends (set kind and channels to that)"))
      << state_.detail.view();
}

TEST_F(SensorLinkTest, NamesTheSensorThatSendsInsteadOfAnswering) {
  plug();
  start("bitalino");
  std::string lines;
  for (int k = 0; k < 100; ++k) lines += "511,17\r\n";
  say(lines);
  EXPECT_TRUE(becomes(Word::waiting, "/tty sends what an ascii sends (set kind and")) << state_.detail.view();
}

}  // namespace
}  // namespace myod::daemon
