// A further sensor is one file: this one adds a sensor nobody has, and gets a simulator of it, a session, resync,
// losses and microvolt from what every sensor shares.
#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "daemon/assembler.hpp"
#include "daemon/sensors/bytes.hpp"
#include "daemon/sensors/channels.hpp"
#include "daemon/sensors/sensor.hpp"
#include "tools/myosim/device.hpp"

namespace myod {
namespace {

namespace further {  // what daemon/sensors/further.cpp would be

using namespace sensors;

//   byte   0    1      2..3
//        +----+------+------------------+
//        | 55 |count | signed 16 bit be |   after `g`, which is answered by "go"; until `h`
//        +----+------+------------------+
ParseResult parse(const Setup&, std::span<const std::uint8_t> bytes, Frame& frame) {
  if (bytes.empty()) return {};
  if (bytes[0] != 0x55) return {ParseStatus::skip, 1, SkipReason::no_sync};
  if (bytes.size() < 4) return {};
  frame.values = 1;
  frame.counter = bytes[1];
  frame.counts[0] = signed_be(bytes.subspan(2, 2));
  return {ParseStatus::frame, 4, SkipReason::none};
}

std::size_t format(const Setup&, const Frame& frame, std::span<std::uint8_t> out) {
  out[0] = 0x55;
  out[1] = static_cast<std::uint8_t>(frame.counter);
  put_be(out.subspan(2, 2), frame.counts[0]);
  return 4;
}

SensorRow row() {
  SensorRow row;
  row.name = "further";
  row.title = "a sensor nobody has";
  row.rates_hz = {500.0};
  row.default_rate_hz = 500.0;
  row.default_gain = 10.0;
  row.counter_modulus = 256;
  row.lock_frames = 3;
  row.counts_from_zero = true;
  row.max_frame_bytes = 4;
  row.scale_source = "made up: 1 V at the largest count";
  row.parse = parse;
  row.format = format;
  row.channels = [](const Setup& s) { return analogue_channels(s.channels, signed_converter(16, 1.0, s.gain)); };
  row.start = [](const Setup&) { return std::vector{Step::send("g"), Step::expect("go", "\n", 1000)}; };
  row.stop = [](const Setup&) { return std::vector{Step::send("h"), Step::drain(20)}; };
  row.device = [](const Setup&, DeviceState& state, std::uint8_t byte) {
    if (byte == 'g' || byte == 'h') state.streaming = byte == 'g';
    return std::string(byte == 'g' ? "go\n" : "");
  };
  row.outage = "no contact\n";
  return row;
}

}  // namespace further

/// 100 uV more with every sample.
class Ramp : public myosim::Source {
 public:
  bool next(std::span<myosim::Sample> inputs) override {
    inputs[0].value = 100.0 * static_cast<double>(at_++);
    return true;
  }
  void set_rate(double) override {}
  bool knows_truth() const override { return false; }
  std::uint32_t inputs() const override { return 1; }

 private:
  int at_ = 0;
};

TEST(FurtherSensor, IsARowAndNothingElse) {
  const sensors::SensorRow row = further::row();
  myosim::Options options;
  options.row = &row;
  options.setup = sensors::complete_setup(row, {});
  options.stalls = {{0.0999, 0.1999}};  // 50 of the 500 samples
  myosim::TruthFile truth("", {}, false);
  myosim::Device device(options, std::make_unique<Ramp>(), truth);

  std::vector<std::uint8_t> bytes;
  EXPECT_EQ(device.power_up(0), "");
  device.produce(1'000'000'000, true, 1000, bytes);
  EXPECT_TRUE(bytes.empty()) << "it streams when it is told to";
  std::string answer;
  for (const sensors::Step& step : row.start(options.setup))
    if (step.kind == sensors::Step::Kind::send)
      answer += device.receive({reinterpret_cast<const std::uint8_t*>(step.bytes.data()), step.bytes.size()}, 0);
  EXPECT_EQ(answer, "go\n");
  device.produce(1'000'000'000, true, 1000, bytes);

  const auto channel = row.channels(options.setup).at(0);
  std::uint64_t frames = 0;
  daemon::Assembler assembler(row, options.setup, [&](const daemon::PlacedFrame& p) {
    ++frames;
    EXPECT_NEAR(p.frame->counts[0] * channel.scale, 100.0 * static_cast<double>(p.index), channel.scale / 2.0);
  });
  assembler.started();
  assembler.feed(bytes, 0);
  EXPECT_EQ(frames, 450U);
  EXPECT_EQ(assembler.counts().lost, 50U);
  EXPECT_EQ(assembler.counts().skipped_bytes, row.outage.size()) << "text within the stream";
}

}  // namespace
}  // namespace myod
