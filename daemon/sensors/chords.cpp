// Upside Down Labs Chords: sketches for Arduino-like boards behind a BioAmp or EXG Pill, 230400 8N1 (older ones
// 115200). UNO-R3.ino and UNO-R4.ino (Chords-Arduino-Firmware) are the source.
//
//   byte   0     1     2      3..3+2N-1                        3+2N
//        +-----+-----+------+--------------------------------+----+
//        | C7  | 7C  |count | N x sample, unsigned 16 bit be | 01 |     4 + 2N bytes; N, rate and bits are the board's
//        +-----+-----+------+--------------------------------+----+
//
//   board             N   bits  rate        board              N  bits  rate
//   UNO-R3 and clones 6   10    250         RPI-PICO-RP2040    3  12    500
//   UNO-R4            6   14    500         NPG-LITE           3  12    500
//   NANO and clones   8   10    250         STM32F4-BLACK-PILL 8  12    500
//   MEGA and clones   16  10    250         STM32G4-CORE-BOARD 16 12    500
//                                           GIGA-R1            6  16    500
//
// Commands are lines: WHORU is answered by the board's name, START and STOP by nothing, STATUS by one of these. The
// board collects a command for a second, so those that follow faster run together; any byte stops a running stream.
// Opening the port resets an AVR, which takes two seconds. START does not reset the counter.
#include <array>
#include <cmath>
#include <utility>

#include "daemon/sensors/bytes.hpp"
#include "daemon/sensors/channels.hpp"
#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {

namespace {

constexpr std::uint8_t sync_first = 0xC7, sync_second = 0x7C, end_byte = 0x01;
constexpr std::size_t head_bytes = 3, sample_bytes = 2;
constexpr std::uint32_t most_channels = 16;
constexpr int reset_ms = 2000, command_ms = 1100, answer_ms = 3000;

std::size_t size_of(const Setup& setup) { return head_bytes + sample_bytes * setup.channels + 1; }
double codes(const Setup& setup) { return static_cast<double>(std::uint32_t{1} << static_cast<unsigned>(setup.bits)); }

ParseResult parse(const Setup& setup, std::span<const std::uint8_t> bytes, Frame& frame) {
  if (bytes.empty()) return {};
  if (bytes[0] != sync_first || (bytes.size() > 1 && bytes[1] != sync_second))
    return {ParseStatus::skip, 1, SkipReason::no_sync};
  const std::size_t size = size_of(setup);
  if (bytes.size() < size) return {};
  if (bytes[size - 1] != end_byte) return {ParseStatus::skip, 1, SkipReason::bad_length};
  frame.counter = bytes[2];
  frame.flags = 0;
  frame.values = setup.channels;
  for (std::uint32_t c = 0; c < setup.channels; ++c) {
    frame.counts[c] = unsigned_be(bytes.subspan(head_bytes + sample_bytes * c, sample_bytes));
    if (frame.counts[c] >= codes(setup)) return {ParseStatus::skip, 1, SkipReason::bad_field};
  }
  return {ParseStatus::frame, size, SkipReason::none};
}

std::size_t format(const Setup& setup, const Frame& frame, std::span<std::uint8_t> out) {
  out[0] = sync_first;
  out[1] = sync_second;
  out[2] = static_cast<std::uint8_t>(frame.counter & 0xFFU);
  for (std::uint32_t c = 0; c < setup.channels; ++c)
    put_be(out.subspan(head_bytes + sample_bytes * c, sample_bytes), frame.counts[c]);
  const std::size_t size = size_of(setup);
  out[size - 1] = end_byte;
  return size;
}

std::vector<dsp::Channel> channels(const Setup& setup) {
  return analogue_channels(setup.channels, unsigned_converter(setup.bits, setup.full_scale, setup.gain));
}

std::vector<Step> start(const Setup&) {
  return {Step::wait(reset_ms), Step::send("STOP\n"),  Step::wait(command_ms),
          Step::drain(50),      Step::send("WHORU\n"), Step::expect("", "\n", answer_ms),
          Step::send("START\n")};
}

std::vector<Step> stop(const Setup&) { return {Step::send("STOP\n"), Step::drain(50)}; }

struct Board {
  std::string_view name;
  double rate_hz;
  std::uint32_t channels;
  std::int64_t bits;
};
constexpr std::array<Board, 13> boards{{{"UNO-R3", 250, 6, 10},
                                        {"UNO-CLONE", 250, 6, 10},
                                        {"GENUINO-UNO", 250, 6, 10},
                                        {"UNO-R4", 500, 6, 14},
                                        {"NANO-CLASSIC", 250, 8, 10},
                                        {"NANO-CLONE", 250, 8, 10},
                                        {"MEGA-2560-R3", 250, 16, 10},
                                        {"MEGA-2560-CLONE", 250, 16, 10},
                                        {"RPI-PICO-RP2040", 500, 3, 12},
                                        {"NPG-LITE", 500, 3, 12},
                                        {"STM32F4-BLACK-PILL", 500, 8, 12},
                                        {"STM32G4-CORE-BOARD", 500, 16, 12},
                                        {"GIGA-R1", 500, 6, 16}}};

bool fits(const Board& b, const Setup& setup) { return b.channels == setup.channels && b.bits == setup.bits; }

std::string_view board_of(const Setup& setup) {
  for (const Board& b : boards)
    if (fits(b, setup)) return b.name;
  return "UNO-CLONE";
}

/// A board that is known and sends other frames than those that are set up.
std::vector<Refusal> refusals(const Setup& setup) {
  std::vector<Refusal> list;
  for (const Board& b : boards)
    if (!fits(b, setup) || b.rate_hz != setup.rate_hz)
      list.push_back({std::string(b.name) + "\r\n", "the board says it is " + std::string(b.name) +
                                                        ": set channels = " + std::to_string(b.channels) +
                                                        ", bits = " + std::to_string(b.bits) +
                                                        ", rate_hz = " + std::to_string(std::lround(b.rate_hz))});
  return list;
}

std::string device(const Setup& setup, DeviceState& state, std::uint8_t byte) {
  state.streaming = false;
  if (byte != '\n') {
    state.pending += static_cast<char>(byte);
    return {};
  }
  const std::string command = std::exchange(state.pending, {});
  state.streaming = command == "START";
  if (command == "WHORU") return std::string(board_of(setup)) + "\r\n";
  return command == "STATUS" ? "STOP\r\n" : "";
}

}  // namespace

extern const SensorRow chords_row;
const SensorRow chords_row = [] {
  SensorRow row;
  row.name = "chords";
  row.title = "Upside Down Labs Chords (UNO R3 and R4, Nano, Mega, Pico, NPG-Lite and others)";
  row.rates_hz = {250.0, 500.0};
  row.default_rate_hz = 250.0;
  row.max_channels = most_channels;
  row.default_channels = 6;
  row.baud = 230400;
  row.counter_modulus = 256;
  row.lock_frames = 3;
  row.max_frame_bytes = head_bytes + sample_bytes * most_channels + 1;
  row.scale_source =
      "uV = (count - 2^bits / 2) * reference voltage / 2^bits / gain; gain is the amplifier's: with the default 1 they "
      "are microvolt at the converter";
  row.usb_ids = {"2341:0043", "2341:0042", "1A86:7523", "0403:6001", "2341:0069",
                 "2341:1002", "2E8A:00C0", "2341:0266", "0483:5740", "303A:1001"};
  row.parse = parse;
  row.format = format;
  row.channels = channels;
  row.start = start;
  row.refusals = refusals;
  row.stop = stop;
  row.device = device;
  row.default_full_scale = 5.0;
  row.default_gain = 1.0;
  row.default_bits = 10;
  row.max_bits = 16;
  return row;
}();

}  // namespace myod::sensors
