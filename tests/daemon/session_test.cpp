// Sessions as data, on a line that a test plays: what is sent, what answers end it and how.
#include "daemon/session.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace myod::daemon {
namespace {

using sensors::Step;

class Line : public port::Port {
 public:
  void start(OnBytes, OnClosed) override {}
  void write(std::span<const std::uint8_t> bytes) override { sent.append(bytes.begin(), bytes.end()); }
  std::string sent;
};

struct SessionOnALine : testing::Test {
  boost::asio::io_context io;
  Line line;
  std::vector<sensors::Refusal> refusals{{"Failure:", "the board refused"}};
  std::optional<std::string> why, rest;
  std::optional<Session> session;

  void begin(std::vector<Step> steps) {
    session.emplace(io, line, std::move(steps), refusals, [this](const std::string& w, std::string r) {
      why = w;
      rest = std::move(r);
    });
    session->start();
  }
  void hear(std::string_view text) {
    session->input({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
};

TEST_F(SessionOnALine, GoesOnWhenTheAnswerIsWholeAndLeavesWhatFollowsIt) {
  begin({Step::send("v"), Step::expect("OpenBCI", "$$$", 20000), Step::send("b")});
  hear("OpenBCI V3$");
  EXPECT_EQ(line.sent, "v");
  hear("$$\xA0\x01");
  EXPECT_EQ(line.sent, "vb");
  EXPECT_EQ(why, "");
  EXPECT_EQ(rest, "\xA0\x01");
}

TEST_F(SessionOnALine, TakesAnAnswerWithoutAnEndAsItIs) {
  begin({Step::send("\x07"), Step::expect("\xFF", "", 20000)});
  hear(std::string_view("\xFF\x00\x10", 3));
  EXPECT_EQ(why, "");
  EXPECT_EQ(rest, std::string("\x00\x10", 2));
}

TEST_F(SessionOnALine, EndsAtARefusalWithWhatItMeans) {
  begin({Step::send("x1050100X"), Step::expect("Success", "$$$", 20000), Step::send("b")});
  hear("Failure: too few chars$$$");
  EXPECT_EQ(why, "the board refused");
  EXPECT_EQ(line.sent, "x1050100X") << "nothing more is sent";
}

TEST_F(SessionOnALine, SaysOfACytonWithoutItsBoardThatOnlyTheDongleIsThere) {
  refusals = sensors::find_sensor("cyton")->refusals({});
  begin({Step::send("v"), Step::expect("OpenBCI", "$$$", 20000)});
  hear("Failure: Communications timeout - Device failed to poll Host$$$");
  ASSERT_TRUE(why);
  EXPECT_NE(why->find("the dongle is there, the board does not answer"), std::string::npos) << *why;
}

}  // namespace
}  // namespace myod::daemon
