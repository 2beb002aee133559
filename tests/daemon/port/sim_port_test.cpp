// The embedded simulator behaves as a device behind a port: silent until started, then every frame in order.
#include "daemon/port/sim_port.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace {

using myod::port::open_sim;
using myod::port::Port;
using myod::sensors::Frame;
using myod::sensors::ParseStatus;

constexpr std::chrono::seconds patience{30};

struct Rig {
  boost::asio::io_context io;
  const myod::sensors::SensorRow& row = *myod::sensors::find_sensor("sim");
  myod::sensors::Setup setup = myod::sensors::complete_setup(row, {});
  std::unique_ptr<Port> port = open_sim(io, row, setup);
  std::vector<std::uint8_t> bytes;

  void start() {
    port->start(
        [this](std::span<const std::uint8_t> b, std::int64_t) { bytes.insert(bytes.end(), b.begin(), b.end()); },
        [](std::string_view, bool) { FAIL() << "the simulator never closes by itself"; });
  }
  void write(std::string_view text) { port->write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}); }
  template <typename Done>
  bool run_until(Done done) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!done() && std::chrono::steady_clock::now() < deadline) io.run_one_for(patience);
    return done();
  }
};

TEST(SimPort, AnswersItsVersionAndIsSilentUntilStarted) {
  Rig rig;
  rig.start();
  rig.write("v");
  ASSERT_TRUE(rig.run_until([&] { return !rig.bytes.empty(); }));
  for (int i = 0; i < 5; ++i) rig.io.run_one_for(patience);  // five batches' time
  EXPECT_EQ(std::string(rig.bytes.begin(), rig.bytes.end()), "myod-sim 1\n");
}

TEST(SimPort, StreamsEveryFrameInOrderFromZero) {
  Rig rig;
  rig.start();
  rig.write("b");
  const std::size_t size = myod::sensors::frame_size(rig.row, rig.setup);
  ASSERT_TRUE(rig.run_until([&] { return rig.bytes.size() >= 500 * size; }));
  std::span<const std::uint8_t> rest = rig.bytes;
  for (std::uint64_t i = 0; !rest.empty(); ++i) {
    Frame frame;
    const auto r = rig.row.parse(rig.setup, rest, frame);
    ASSERT_EQ(r.status, ParseStatus::frame) << i;
    EXPECT_EQ(frame.counter, i);
    rest = rest.subspan(r.size);
  }
  rig.write("s");
  rig.bytes.clear();
  rig.write("b");
  ASSERT_TRUE(rig.run_until([&] { return rig.bytes.size() >= size; }));
  Frame frame;
  ASSERT_EQ(rig.row.parse(rig.setup, rig.bytes, frame).status, ParseStatus::frame);
  EXPECT_EQ(frame.counter, 0U) << "a new stream counts from zero";
}

TEST(SimPort, MayBeDestroyedFromItsOwnCallback) {
  Rig rig;
  int calls = 0;
  rig.port->start(
      [&](std::span<const std::uint8_t>, std::int64_t) {
        ++calls;
        rig.port.reset();
      },
      [](std::string_view, bool) {});
  rig.write("b");
  rig.io.run_for(patience);  // ends by itself once nothing is armed any more
  EXPECT_EQ(calls, 1);
}

}  // namespace
