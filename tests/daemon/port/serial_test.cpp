// What opening does to a terminal line, seen from its other side. In a file of its own: the kernel's termios2 and the C
// library's termios exclude each other.
#include <asm/termbits.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "daemon/port/port.hpp"
#include "daemon/port/raw_mode.hpp"

namespace myod::port {
namespace {

/// A pseudo-terminal as an earlier program left it: cooked, two stop bits, hanging up on close.
class SerialLine : public testing::Test {
 protected:
  SerialLine() : master_(posix_openpt(O_RDWR | O_NOCTTY)) {
    grantpt(master_);
    unlockpt(master_);
    path_ = ptsname(master_);
    slave_ = ::open(path_.c_str(), O_RDWR | O_NOCTTY);
    termios2 t = settings();
    t.c_iflag |= IXON | IXOFF | ICRNL | ISTRIP;
    t.c_lflag |= ICANON | ECHO | ISIG;
    t.c_cflag |= HUPCL | CSTOPB | CRTSCTS;
    ioctl(slave_, TCSETS2, &t);
  }
  ~SerialLine() override {
    ::close(slave_);
    ::close(master_);
  }

  termios2 settings() const {
    termios2 t{};
    EXPECT_EQ(ioctl(slave_, TCGETS2, &t), 0);
    return t;
  }
  std::unique_ptr<Port> open_port(const std::string& options) {
    const sensors::SensorRow& row = *sensors::find_sensor("bitalino");
    return open(io_, parse_address("serial:" + path_ + options), row, sensors::complete_setup(row, {}), why_);
  }

  boost::asio::io_context io_;
  int master_, slave_ = -1;
  std::string path_, why_;
};

TEST_F(SerialLine, IsABarePipeOfBytesHoweverItWasLeft) {
  ASSERT_NE(settings().c_cflag & HUPCL, 0U) << "or nothing is shown";
  const auto port = open_port("");
  ASSERT_TRUE(port) << why_;
  const termios2 t = settings();
  EXPECT_EQ(t.c_iflag & (IXON | IXOFF | IXANY | ICRNL | INLCR | IGNCR | ISTRIP | BRKINT | PARMRK), 0U);
  EXPECT_EQ(t.c_oflag & OPOST, 0U);
  EXPECT_EQ(t.c_lflag & (ICANON | ECHO | ISIG | IEXTEN), 0U);
  EXPECT_EQ(t.c_cflag & (CSTOPB | PARENB | CRTSCTS), 0U);
  EXPECT_EQ(t.c_cflag & CSIZE, static_cast<tcflag_t>(CS8));
  EXPECT_NE(t.c_cflag & CLOCAL, 0U) << "no modem's carrier is waited for";
}

TEST_F(SerialLine, DoesNotHangUpWhenItIsClosedBecauseThatResetsBoards) {
  ASSERT_TRUE(open_port("")) << why_;
  EXPECT_EQ(settings().c_cflag & HUPCL, 0U);
}

TEST_F(SerialLine, RunsAtRatesThatHaveNoConstant) {
  for (const std::uint32_t baud : {222222U, 115200U, 3000000U, 31250U}) {
    const auto port = open_port("?baud=" + std::to_string(baud));
    ASSERT_TRUE(port) << why_;
    EXPECT_EQ(settings().c_ospeed, baud);
    EXPECT_EQ(settings().c_ispeed, baud);
  }
}

TEST(SerialSpeed, IsTheSameWithinHalfOfWhatAFrameOfTenBitsForgives) {
  EXPECT_TRUE(same_speed(115200, 115200));
  EXPECT_TRUE(same_speed(115200, 117647)) << "an Uno's own 115200";
  EXPECT_TRUE(same_speed(1000, 975));
  EXPECT_FALSE(same_speed(1000, 974));
  EXPECT_FALSE(same_speed(222222, 9600)) << "what a driver falls back to";
}

TEST_F(SerialLine, WithoutTheKnobOfLatencyIsOpenedAllTheSame) {
  ask_low_latency(slave_);
  EXPECT_EQ(errno, ENOTTY) << "or a pseudo-terminal has learned what it could not";
  EXPECT_TRUE(open_port("")) << why_;
}

TEST_F(SerialLine, WithoutDtrSaysSoWhereItIsToBeTakenBack) {
  EXPECT_FALSE(open_port("?dtr=off"));
  EXPECT_NE(why_.find(path_ + ": dtr=off: it has no such line"), std::string::npos) << why_;
  EXPECT_TRUE(open_port("?dtr=on")) << "nothing of the failure stays: " << why_;
}

TEST_F(SerialLine, IsLeftToTheNextWhenItsPortIsDestroyed) {
  EXPECT_TRUE(open_port(""));
  EXPECT_TRUE(open_port("")) << why_;
}

TEST_F(SerialLine, IsNotTakenFromAnotherProgramThatLockedIt) {
  ASSERT_EQ(flock(slave_, LOCK_EX | LOCK_NB), 0);
  const termios2 before = settings();
  EXPECT_FALSE(open_port("?baud=9600"));
  EXPECT_NE(why_.find("another program has it"), std::string::npos) << why_;
  EXPECT_EQ(settings().c_cflag, before.c_cflag) << "nor set up anew under its feet";
  EXPECT_EQ(settings().c_ospeed, before.c_ospeed);
}

}  // namespace
}  // namespace myod::port
