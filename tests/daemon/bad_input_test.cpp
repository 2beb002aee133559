// What people are told when a port does not bring what its sensor sends: every row of the sensor table on a
// pseudo-terminal that carries something else. All rows at once, as they wait for the same seconds.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <map>
#include <random>

#include "tests/daemon/link_rig.hpp"
#include "tests/support/process.hpp"

namespace myod::daemon {
namespace {

using Word = SensorState::Word;

/// A row's link, and the other end of its port.
class Line : public test::LinkRig {
 public:
  explicit Line(const sensors::SensorRow& row) : row_(row), setup_(test::usual_setup(row)) {
    plug();
    start(row.name, setup_, "pty:" + link());
  }
  ~Line() { unplug(); }

  void plug() {
    ASSERT_EQ(openpty(&master_, &slave_, nullptr, nullptr, nullptr), 0);
    fcntl(master_, F_SETFL, O_NONBLOCK);
    std::filesystem::create_symlink(ttyname(slave_), link());
  }
  void unplug() {
    if (master_ < 0) return;
    device_ = {};
    streams_ = false;
    std::filesystem::remove(link());
    close(slave_);
    close(std::exchange(master_, -1));
  }
  /// To be said once the device streams.
  void say(std::string_view bytes) { later_ += bytes; }
  /// As much as the line takes now, and the device's answers to what the host said.
  void move() {
    if (io_.poll() == 0 && now_.empty()) io_.run_one_for(std::chrono::milliseconds(1));
    take();
    std::uint8_t byte = 0;
    while (read(master_, &byte, 1) == 1) now_ += row_.device(setup_, device_, byte);
    if (says("waiting for the first samples") && (device_.streaming || row_.streams_unasked)) streams_ = true;
    if (streams_) now_ += std::exchange(later_, {});
    const auto n = now_.empty() ? 0 : write(master_, now_.data(), std::min<std::size_t>(4096, now_.size()));
    if (n > 0) now_.erase(0, static_cast<std::size_t>(n));
  }
  bool said_all() const { return streams_ && now_.empty(); }

  const sensors::SensorRow& row() const { return row_; }
  const sensors::Setup& setup() const { return setup_; }
  const SensorState& state() const { return state_; }
  std::string_view detail() const { return state_.detail.view(); }
  const std::vector<std::uint64_t>& index() const { return index_; }

 private:
  std::string link() const { return folder_ / "tty"; }

  const sensors::SensorRow& row_;
  sensors::Setup setup_;
  test::TemporaryFolder folder_;
  int master_ = -1, slave_ = -1;
  sensors::DeviceState device_;
  bool streams_ = false;
  std::string later_, now_;
};

class BadInput : public testing::Test {
 protected:
  BadInput() {
    for (const sensors::SensorRow* row : sensors::sensor_table()) lines_.push_back(std::make_unique<Line>(*row));
  }
  /// Moves every line until the condition holds of each; false after 40 s.
  bool all(const std::function<bool(const Line&)>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(40);
    while (std::chrono::steady_clock::now() < deadline) {
      bool each = true;
      for (const auto& line : lines_) {
        line->move();
        each = condition(*line) && each;
      }
      if (each) return true;
    }
    for (const auto& line : lines_)
      if (!condition(*line)) ADD_FAILURE() << line->row().name << ": " << line->detail();
    return false;
  }
  void say(const std::function<std::string(const Line&)>& bytes) {
    for (const auto& line : lines_) line->say(bytes(*line));
  }
  static std::string frames(const Line& line, std::uint64_t first, std::uint64_t n) {
    return test::still_wire(line.row(), line.setup(), first, n);
  }
  static bool wonders(const Line& line) {
    return line.detail().find("no data ") == 0 &&
           (line.says("(are kind, baud rate and channels right?)") || line.says("(set kind and channels to that)"));
  }

  std::vector<std::unique_ptr<Line>> lines_;
};

TEST_F(BadInput, NoiseIsCountedAndWhatWasSeenIsTold) {
  say([random = std::mt19937(7)](const Line&) mutable {
    std::string noise(20'000, '\0');
    for (char& byte : noise) byte = static_cast<char>(random());
    return noise;
  });
  EXPECT_TRUE(all(wonders));
  for (const auto& line : lines_) {
    EXPECT_GT(line->state().counts.skipped_bytes, 15'000U) << line->row().name;
    EXPECT_LT(line->state().counts.frames, 100U) << line->row().name;
  }
}

/// What a UART makes of bytes sent at `ratio` times its own speed: it sees a start bit, then samples eight bits in the
/// middle of its own bit times, and passes on what has no stop bit as a zero, as the kernel does.
std::string at_wrong_speed(const std::string& sent, double ratio) {
  std::vector<bool> bits;
  for (const char c : sent) {
    bits.push_back(false);
    for (unsigned bit = 0; bit < 8; ++bit) bits.push_back((static_cast<unsigned char>(c) >> bit & 1U) != 0);
    bits.push_back(true);
  }
  const auto level = [&bits](double time) {
    const auto at = static_cast<std::size_t>(time);
    return at >= bits.size() || bits[at];
  };
  std::string heard;
  double time = 0.0;  // in bit times of the sender
  while (time < static_cast<double>(bits.size())) {
    if (level(time)) {
      time = std::floor(time) + 1.0;
      continue;
    }
    unsigned value = 0;
    for (int bit = 0; bit < 8; ++bit)
      if (level(time + (1.5 + bit) * ratio)) value |= 1U << static_cast<unsigned>(bit);
    heard += static_cast<char>(level(time + 9.5 * ratio) ? value : 0);
    time += 9.5 * ratio;
    while (time < static_cast<double>(bits.size()) && !level(time)) time += 1.0;  // a broken byte ends with the line
  }
  return heard;
}

TEST_F(BadInput, AWrongBaudRateIsAskedFor) {
  for (const auto& line : lines_) line->say(at_wrong_speed(frames(*line, 0, 500), 2.0));
  EXPECT_TRUE(all(wonders));
  for (const auto& line : lines_) EXPECT_EQ(line->state().counts.frames, 0U) << line->row().name;
}

TEST_F(BadInput, HalfFramesAreNoSamples) {
  for (const auto& line : lines_)
    for (std::uint64_t k = 0; k < 500; ++k) {
      const std::string whole = frames(*line, k, 1);
      line->say(whole.substr(0, whole.size() / 2));
    }
  EXPECT_TRUE(all([](const Line& line) { return wonders(line) || line.row().text_lines; }));
  for (const auto& line : lines_)
    EXPECT_LT(line->state().counts.frames, line->row().text_lines ? 500U : 50U) << line->row().name;
}

TEST_F(BadInput, APortThatVanishesMidFrameIsLostAndItsHalfFrameNoSample) {
  constexpr std::uint64_t before = 100;
  for (const auto& line : lines_) {
    if (line->row().text_lines) line->say("\r\n");
    line->say(frames(*line, 0, before));
    const std::string next = frames(*line, before, 1);
    line->say(next.substr(0, next.size() - 1));
  }
  const auto instants = [](const Line& line, std::uint64_t n) {
    return line.index().size() == n * line.row().instants;
  };
  ASSERT_TRUE(all([&](const Line& line) { return line.said_all() && instants(line, before); }));
  for (const auto& line : lines_) line->unplug();
  EXPECT_TRUE(all(
      [](const Line& line) { return line.state().state == Word::waiting && line.says("No such file or directory"); }));
  for (const auto& line : lines_) {
    line->plug();
    if (line->row().text_lines) line->say("\r\n");
    line->say(frames(*line, 0, before));
  }
  EXPECT_TRUE(all([&](const Line& line) { return instants(line, 2 * before); }));
  for (const auto& line : lines_) EXPECT_EQ(line->state().counts.gaps, 1U) << line->row().name;
}

TEST_F(BadInput, AFloodIsReadCountedAndTold) {
  constexpr std::size_t flood = 2 << 20;
  std::string noise(flood, '\0');
  std::mt19937 random(11);
  for (char& byte : noise) byte = static_cast<char>(random());
  for (const auto& line : lines_) line->say(noise);
  ASSERT_TRUE(all([](const Line& line) { return line.said_all(); }));
  EXPECT_TRUE(all(wonders));
  for (const auto& line : lines_) {
    const AssemblerCounts& counts = line->state().counts;
    EXPECT_GT(counts.skipped_bytes, flood * 9 / 10) << line->row().name;
    EXPECT_LE(counts.skipped_bytes, flood) << line->row().name;
  }
}

}  // namespace
}  // namespace myod::daemon
