// Every row's parser, alone and behind the assembler. The input is a small programme: bytes as they come, real frames
// (else no fuzzer gets past a checksum), silence, a port that is reopened.
#include <array>
#include <string>
#include <vector>

#include "daemon/assembler.hpp"
#include "daemon/sensors/sensor.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace myod::fuzz {
namespace {

using sensors::Frame;
using sensors::ParseStatus;
using sensors::SensorRow;

sensors::Setup some_setup(const SensorRow& row, Input& in) {
  sensors::Setup setup;
  setup.channels = row.min_channels + static_cast<std::uint32_t>(in.below(row.max_channels - row.min_channels + 1));
  if (row.default_rate_hz == 0.0) setup.rate_hz = 1000.0;
  if (row.name == "ascii" && in.byte() % 2 == 1) setup.counter_column = 1 + static_cast<int>(in.below(setup.channels));
  return complete_setup(row, setup);
}

std::vector<std::uint8_t> real_frame(const SensorRow& row, const sensors::Setup& setup, std::uint64_t counter,
                                     Input& in) {
  const std::vector<dsp::Channel> channels = row.channels(setup);
  Frame frame;
  frame.values = row.instants * static_cast<std::uint32_t>(channels.size());
  for (std::size_t i = 0; i < frame.values; ++i) {
    const dsp::Channel& channel = channels[i % channels.size()];
    frame.counts[i] = std::clamp(static_cast<double>(in.byte()), channel.rail_low, channel.rail_high);
  }
  const std::uint64_t modulus = counter_modulus(row, setup);
  frame.counter = modulus == 0 ? 0 : counter * row.instants % modulus;
  std::vector<std::uint8_t> bytes(row.max_frame_bytes);
  bytes.resize(row.format(setup, frame, bytes));
  return bytes;
}

void check_parse(const SensorRow& row, const sensors::Setup& setup, const std::vector<std::uint8_t>& bytes) {
  Frame frame;
  const sensors::ParseResult r = row.parse(setup, bytes, frame);
  require((r.status == ParseStatus::need_more) == (r.size == 0), "a size with frame and skip, none with need_more");
  require(r.size <= bytes.size(), "parse takes no more than there is");
  require((r.status == ParseStatus::skip) == (r.reason != sensors::SkipReason::none), "a reason for a skip only");
  require(frame.values <= sensors::max_channels, "no more values than a frame holds");
}

/// An input may begin with the name of its row and a line end, as those that are kept do. MYOD_FUZZ_ROW names one for
/// all inputs.
const SensorRow& some_row(Input& in) {
  const auto table = sensors::sensor_table();
  static const char* const only = std::getenv("MYOD_FUZZ_ROW");
  if (only != nullptr) {
    const SensorRow* row = sensors::find_sensor(only);
    require(row != nullptr, "MYOD_FUZZ_ROW names a row of the sensor table");
    in.take(std::string(row->name) + "\n");
    return *row;
  }
  for (const SensorRow* row : table)
    if (in.take(std::string(row->name) + "\n")) return *row;
  return *table[in.below(table.size())];
}

void run(Input in) {
  const SensorRow& row = some_row(in);
  const sensors::Setup setup = some_setup(row, in);
  std::uint64_t frames = 0, last = 0;
  daemon::Assembler assembler(row, setup, [&](const daemon::PlacedFrame& placed) {
    require(frames == 0 || placed.index > last, "the sample axis only grows");
    last = placed.index + placed.instants - 1;
    frames += placed.instants;
  });
  std::uint64_t counter = 0, bytes_fed = 0;
  std::int64_t now_ns = 0;
  const auto feed = [&](const std::vector<std::uint8_t>& bytes) {
    bytes_fed += bytes.size();
    assembler.feed(bytes, now_ns);
  };
  if (in.byte() % 2 == 1) assembler.started();
  while (!in.empty()) {
    switch (in.byte() % 5) {
      case 0: {
        const auto some = in.bytes(in.byte());
        const std::vector<std::uint8_t> bytes(some.begin(), some.end());  // its own memory, for the sanitizer
        if (bytes.empty()) break;
        check_parse(row, setup, bytes);
        feed(bytes);
        break;
      }
      case 1:
        feed(real_frame(row, setup, counter++, in));
        break;
      case 2: {
        auto frame = real_frame(row, setup, counter += in.byte(), in);
        frame[in.below(frame.size())] ^= in.byte();
        frame.resize(1 + in.below(frame.size()));
        feed(frame);
        break;
      }
      case 3:
        assembler.tick(now_ns += static_cast<std::int64_t>(in.below(65536)) * 1'000'000);
        break;
      default:
        assembler.reopened();
        break;
    }
  }
  const daemon::AssemblerCounts& counts = assembler.counts();
  require(counts.frames == frames, "every delivered instant is counted once");
  require(counts.skipped_bytes <= bytes_fed, "no more bytes are skipped than came");
}

}  // namespace
}  // namespace myod::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  myod::fuzz::run({data, size});
  return 0;
}
