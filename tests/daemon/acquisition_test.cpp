// The acquisition thread on real pseudo-terminals and files: sessions, reconnecting, layout, what reaches the ring.
#include "daemon/acquisition.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "daemon/records.hpp"

namespace myod::daemon {
namespace {

using namespace std::chrono_literals;
using Word = SensorState::Word;

struct Block {
  dsp::BlockHead head;
  std::vector<double> raw;
};

// A device on a pseudo-terminal that is plugged in at a link and can be unplugged.
class Device {
 public:
  explicit Device(std::filesystem::path link) : link_(std::move(link)) {}
  ~Device() { unplug(); }
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  void plug() {
    int slave = -1;
    ASSERT_EQ(openpty(&master_, &slave, nullptr, nullptr, nullptr), 0);
    fcntl(master_, F_SETFL, O_NONBLOCK);
    std::filesystem::create_symlink(ttyname(slave), link_);
    slave_ = slave;
  }
  void unplug() {
    if (master_ < 0) return;
    std::filesystem::remove(link_);
    close(slave_);
    close(std::exchange(master_, -1));
    heard_.clear();
  }
  /// Answers the host's bytes until it has sent this many.
  bool hear(std::size_t bytes, const std::function<std::string(std::uint8_t)>& answer) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (heard_.size() < bytes && std::chrono::steady_clock::now() < deadline) {
      pollfd p{master_, POLLIN, 0};
      poll(&p, 1, 100);
      std::uint8_t byte = 0;
      while (heard_.size() < bytes && read(master_, &byte, 1) == 1) {
        heard_.push_back(static_cast<char>(byte));
        say(answer(byte));
      }
    }
    return heard_.size() >= bytes;
  }
  void say(const std::string& bytes) const {
    for (std::size_t at = 0; at < bytes.size();) {
      const auto n = write(master_, bytes.data() + at, bytes.size() - at);
      if (n > 0) at += static_cast<std::size_t>(n);
      pollfd p{master_, POLLOUT, 0};
      if (n < 0) poll(&p, 1, 100);
    }
  }
  const std::string& heard() const { return heard_; }

 private:
  std::filesystem::path link_;
  int master_ = -1, slave_ = -1;
  std::string heard_;
};

class AcquisitionTest : public testing::Test {
 protected:
  AcquisitionTest()
      : folder_(std::filesystem::temp_directory_path() /
                ("myod_acquisition_" + std::to_string(getpid()) +
                 testing::UnitTest::GetInstance()->current_test_info()->name())),
        link_(folder_ / "port"),
        device_(link_) {
    std::filesystem::create_directories(folder_);
  }
  ~AcquisitionTest() override {
    acquisition_.reset();
    device_.unplug();
    std::filesystem::remove_all(folder_);
  }

  void acquire(std::string_view kind, const std::string& port, sensors::Setup wished,
               std::size_t ring_bytes = 1 << 20) {
    row_ = sensors::find_sensor(kind);
    setup_ = sensors::complete_setup(*row_, wished);
    ring_ = std::make_unique<Ring>(ring_bytes);
    acquisition_ = std::make_unique<Acquisition>(std::vector<SensorPlan>{{"test", row_, setup_, port, 0}},
                                                 std::vector<Ring*>{ring_.get()}, wake_, [this] { wake_.ring(); });
    acquisition_->start();
  }
  void acquire_bitalino() {
    sensors::Setup one;
    one.channels = 1;
    acquire("bitalino", "pty:" + link_.string(), one);
  }

  void take_blocks(std::size_t most = ~std::size_t{0}) {
    for (auto record = ring_->front(); !record.empty() && most > 0; record = ring_->front(), --most) {
      const dsp::SampleBlock b = view(record).block();
      blocks_.push_back({b.head, {b.raw.begin(), b.raw.end()}});
      ring_->release();
    }
  }
  std::uint64_t instants() const {
    std::uint64_t n = 0;
    for (const Block& b : blocks_) n += b.head.instants;
    return n;
  }
  template <typename Condition>
  bool eventually(Condition condition, bool take = true) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (std::chrono::steady_clock::now() < deadline) {
      const auto ticket = wake_.ticket();
      if (take) take_blocks();
      if (condition()) return true;
      wake_.wait(ticket, 50);
    }
    return false;
  }
  SensorState state() const { return acquisition_->state(0); }
  bool becomes(Word word, const std::string& detail = "") {
    return eventually([&] {
      const SensorState s = state();
      return s.state == word && s.detail.view().find(detail) != std::string_view::npos;
    });
  }

  std::function<std::string(std::uint8_t)> bitalino_answers() {
    return [this](std::uint8_t byte) { return row_->device(setup_, answering_, byte); };
  }
  std::string frames(std::uint64_t first, std::uint64_t n) const {
    std::string all;
    for (std::uint64_t k = first; k < first + n; ++k) {
      sensors::Frame f;
      f.values = static_cast<std::uint32_t>(row_->channels(setup_).size());
      f.counts[0] = static_cast<double>(k % 1021);
      f.counter = row_->counter_modulus == 0 ? 0 : k % row_->counter_modulus;
      std::array<std::uint8_t, 512> bytes{};
      all.append(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(row_->format(setup_, f, bytes)));
    }
    return all;
  }

  std::filesystem::path folder_, link_;
  Device device_;
  const sensors::SensorRow* row_ = nullptr;
  sensors::Setup setup_;
  sensors::DeviceState answering_;
  std::unique_ptr<Ring> ring_;
  Wake wake_;
  std::vector<Block> blocks_;
  std::unique_ptr<Acquisition> acquisition_;
};

TEST_F(AcquisitionTest, StreamsABitalinoAfterItsHandshakeAndStopsItInTheEnd) {
  device_.plug();
  acquire_bitalino();
  ASSERT_TRUE(device_.hear(4, bitalino_answers()));
  EXPECT_EQ(device_.heard(), std::string("\x00\x07\xC3\x05", 4));
  device_.say(frames(0, 1000));
  ASSERT_TRUE(eventually([&] { return instants() == 1000; }));
  ASSERT_TRUE(becomes(Word::streaming));
  std::uint64_t next = 0;
  for (const Block& b : blocks_) {
    EXPECT_EQ(b.head.first_index, next);
    EXPECT_EQ(b.head.channels, 2U);
    EXPECT_LE(b.head.instants, 64U);
    EXPECT_EQ(b.head.device_counter, next % 16);
    EXPECT_GT(b.head.arrival_ns, 0);
    for (std::uint32_t i = 0; i < b.head.instants; ++i)
      EXPECT_EQ(b.raw[std::size_t{2} * i], static_cast<double>((next + i) % 1021));
    next += b.head.instants;
  }
  EXPECT_TRUE(eventually([&] { return state().counts.frames == 1000; }));
  EXPECT_EQ(state().counts.lost, 0U);
  acquisition_->stop();
  EXPECT_TRUE(device_.hear(5, bitalino_answers()));
  EXPECT_EQ(device_.heard().back(), '\0');
  EXPECT_FALSE(answering_.streaming);
}

TEST_F(AcquisitionTest, SaysWhatItWaitsForAndStartsWhenItComes) {
  acquire_bitalino();
  ASSERT_TRUE(becomes(Word::waiting, "waiting for " + link_.string() + ": No such file or directory"));
  EXPECT_TRUE(state().layout_known);
  device_.plug();
  ASSERT_TRUE(device_.hear(4, bitalino_answers()));
  device_.say(frames(0, 100));
  EXPECT_TRUE(becomes(Word::streaming));
}

TEST_F(AcquisitionTest, ResumesByItselfAfterUnpluggingAndStatesTheGap) {
  device_.plug();
  acquire_bitalino();
  ASSERT_TRUE(device_.hear(4, bitalino_answers()));
  device_.say(frames(0, 500));
  ASSERT_TRUE(eventually([&] { return instants() == 500; }));
  const std::size_t before = blocks_.size();
  device_.unplug();
  ASSERT_TRUE(becomes(Word::waiting, "No such file"));
  answering_ = {};
  device_.plug();
  ASSERT_TRUE(device_.hear(4, bitalino_answers()));
  device_.say(frames(0, 500));
  ASSERT_TRUE(eventually([&] { return instants() == 1000; }));
  const dsp::BlockHead& head = blocks_[before].head;
  EXPECT_EQ(head.flags, dsp::block_restarted | dsp::block_gap_uncertain);
  EXPECT_GT(head.first_index, 500U + 300U) << "the handshake alone takes 400 ms";
  EXPECT_TRUE(becomes(Word::streaming));
  EXPECT_TRUE(eventually([&] { return state().counts.gaps == 1; }));
  EXPECT_EQ(state().counts.lost, head.first_index - 500);
}

TEST_F(AcquisitionTest, ADeviceThatDoesNotAnswerIsAskedAgain) {
  device_.plug();
  acquire_bitalino();
  ASSERT_TRUE(device_.hear(2, [](std::uint8_t) { return std::string(); }));
  ASSERT_TRUE(becomes(Word::waiting, "no answer: expected \"BITalino\""));
  ASSERT_TRUE(device_.hear(6, [&](std::uint8_t byte) {
    const std::string answer = bitalino_answers()(byte);
    for (const char c : answer.substr(0, 5)) device_.say(std::string(1, c));  // in pieces, too
    return answer.empty() ? answer : answer.substr(5);
  }));
  device_.say(frames(0, 100));
  EXPECT_TRUE(becomes(Word::streaming));
  EXPECT_TRUE(eventually([&] { return instants() == 100; }));
}

TEST_F(AcquisitionTest, AFullRingDropsTheNewestAndTheNextBlockShowsTheGap) {
  device_.plug();
  sensors::Setup one;
  one.channels = 1;
  acquire("bitalino", "pty:" + link_.string(), one, 8192);
  ASSERT_TRUE(device_.hear(4, bitalino_answers()));
  device_.say(frames(0, 3000));
  ASSERT_TRUE(eventually([&] { return state().counts.frames == 3000 && state().dropped_blocks > 0; }, false));
  take_blocks();
  const std::uint64_t had = instants();
  ASSERT_LT(had, 3000U);
  device_.say(frames(3000, 64));
  ASSERT_TRUE(eventually([&] { return state().counts.frames == 3064 && !blocks_.empty() && instants() > had; }));
  EXPECT_GE(blocks_.back().head.first_index, 3000U);
}

TEST_F(AcquisitionTest, AFileAtSpeedZeroWaitsForRoomAndLosesNothing) {
  row_ = sensors::find_sensor("bitalino");
  sensors::Setup one;
  one.channels = 1;
  setup_ = sensors::complete_setup(*row_, one);
  const auto file = folder_ / "bytes";
  std::ofstream(file, std::ios::binary) << frames(0, 20'000);
  acquire("bitalino", "file:" + file.string() + "?rate=1000&speed=0", one, 8192);
  ASSERT_TRUE(eventually(
      [&] {
        take_blocks(1);
        return state().finished && ring_->used() == 0;
      },
      false));
  EXPECT_EQ(instants(), 20'000U);
  EXPECT_EQ(state().state, Word::lost);
  EXPECT_NE(state().detail.view().find("end of file"), std::string_view::npos);
  EXPECT_EQ(state().dropped_blocks, 0U);
  EXPECT_EQ(state().counts.lost, 0U);
  const double span_s =
      static_cast<double>(blocks_.back().head.host_time_ns - blocks_.front().head.host_time_ns) * 1e-9;
  EXPECT_NEAR(span_s, static_cast<double>(blocks_.back().head.first_index) / 1000.0, 0.01);
}

TEST_F(AcquisitionTest, AsciiColumnsAreFoundFromTheDataWithoutLosingALine) {
  const auto file = folder_ / "lines";
  std::ofstream out(file);
  for (int k = 0; k < 500; ++k) out << k << ',' << 2 * k << ',' << 3 * k << '\n';
  out.close();
  sensors::Setup wished;
  wished.rate_hz = 500.0;
  acquire("ascii", "file:" + file.string() + "?rate=500&speed=0", wished);
  ASSERT_TRUE(eventually([&] { return state().finished && instants() == 500; }));
  EXPECT_EQ(state().layout.channels, 3U);
  EXPECT_EQ(state().rate_hz, 500.0);
  EXPECT_EQ(blocks_.front().head.first_index, 0U);
  EXPECT_EQ(blocks_.front().raw[1 * 3 + 2], 3.0);
}

TEST_F(AcquisitionTest, SaysThatACounterColumnWrapsEarlierThanItMay) {
  const auto file = folder_ / "lines";
  std::ofstream out(file);
  for (int k = 0; k < 1000; ++k) out << k % 256 << ',' << 500 + k % 7 << '\n';
  out.close();
  sensors::Setup counted;
  counted.channels = 1;
  counted.rate_hz = 1000.0;
  counted.counter_column = 1;
  acquire("ascii", "file:" + file.string() + "?rate=1000&speed=0", counted);
  ASSERT_TRUE(eventually([&] { return state().finished; }));
  EXPECT_EQ(state().hint.view(),
            "the sample counter begins again at 256: counter_column must wrap at 2^32 or never (unsigned long); until "
            "then what is lost there is a guess");
}

TEST_F(AcquisitionTest, AsciiSaysThatItMeasuresTheRateAndDeliversNothingMeanwhile) {
  device_.plug();
  acquire("ascii", "pty:" + link_.string(), {});
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  bool told = false;
  while (std::chrono::steady_clock::now() < deadline && !told) {
    device_.say("511\r\n512\r\n");
    told = state().detail.view().find("measuring the rate") != std::string_view::npos;
    wake_.wait(wake_.ticket(), 5);
  }
  EXPECT_TRUE(told);
  EXPECT_EQ(state().state, Word::starting);
  EXPECT_FALSE(state().layout_known);
  EXPECT_EQ(ring_->used(), 0U);
}

TEST_F(AcquisitionTest, ASensorThatFallsSilentOnItsOpenPortIsLostSinceWhenAndReturnsWithItsData) {
  device_.plug();
  sensors::Setup one;
  one.channels = 1;
  one.rate_hz = 1000.0;
  acquire("ascii", "pty:" + link_.string(), one);
  device_.say("\r\n1\r\n2\r\n3\r\n");
  ASSERT_TRUE(becomes(Word::streaming));
  ASSERT_TRUE(becomes(Word::lost, "no data since "));
  EXPECT_NE(state().detail.view().find("which is open"), std::string_view::npos) << state().detail.view();
  const std::size_t before = blocks_.size();
  device_.say("4\r\n5\r\n");
  ASSERT_TRUE(becomes(Word::streaming));
  ASSERT_TRUE(eventually([&] { return instants() == 5; }));
  const dsp::BlockHead& head = blocks_[before].head;
  EXPECT_EQ(head.flags, dsp::block_restarted | dsp::block_gap_uncertain) << "without a counter the clock alone knows";
  EXPECT_GT(head.first_index, 3000U);
}

TEST_F(AcquisitionTest, SaysWhatComesInsteadOfSamples) {
  device_.plug();
  sensors::Setup two;
  two.channels = 2;
  two.rate_hz = 1000.0;
  acquire("ascii", "pty:" + link_.string(), two);
  device_.say("\r\n1,2\r\n3,4\r\n");
  ASSERT_TRUE(becomes(Word::streaming));
  device_.say("1,2,3\r\n4,5,6\r\n");
  EXPECT_TRUE(becomes(Word::lost, " but lines have 3 columns, expected 2 (2 times)")) << state().detail.view();
}

TEST_F(AcquisitionTest, SaysWhatComesInsteadOfTheFirstSamples) {
  device_.plug();
  sensors::Setup one;
  one.channels = 1;
  one.rate_hz = 1000.0;
  acquire("ascii", "pty:" + link_.string(), one);
  ASSERT_TRUE(becomes(Word::starting, "waiting for the first samples"));
  device_.say(std::string(700, 'x'));
  EXPECT_TRUE(becomes(Word::starting, "700 bytes that belong to no frame or line")) << state().detail.view();
}

TEST_F(AcquisitionTest, EndsAtAnyMomentAndTwice) {
  acquire_bitalino();
  acquisition_->stop();
  acquisition_->stop();
  device_.plug();
  for (int bytes = 0; bytes < 3; ++bytes) {
    acquire_bitalino();
    ASSERT_TRUE(device_.hear(device_.heard().size() + static_cast<std::size_t>(bytes), bitalino_answers()));
    acquisition_->stop();
  }
}

TEST_F(AcquisitionTest, RefusesAPortThatIsNone) {
  EXPECT_THROW(acquire("ascii", "nonsense", {}), std::invalid_argument);
}

}  // namespace
}  // namespace myod::daemon
