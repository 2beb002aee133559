// FreeEEG32, 32 channels: USB serial, 512 packets a second, unasked from power-up. BrainFlow's driver
// (src/board_controller/freeeeg/freeeeg.cpp) and its emulator are the source; the public firmware has other outputs
// too, chosen when it is built, and those are not read here.
//
//   byte   0     1      2..97                          98..104     105
//        +-----+------+------------------------------+-----------+----+
//        | A0  |count | 32 x sample, signed 24 bit be | undefined | C0 |    106 bytes, no checksum
//        +-----+------+------------------------------+-----------+----+
#include "daemon/sensors/bytes.hpp"
#include "daemon/sensors/channels.hpp"
#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {

namespace {

constexpr std::uint8_t head = 0xA0, end_byte = 0xC0;
constexpr std::size_t packet_bytes = 106, first_sample = 2, sample_bytes = 3;
constexpr std::uint32_t inputs = 32;
constexpr double reference_v = 2.5;

ParseResult parse(const Setup& setup, std::span<const std::uint8_t> bytes, Frame& frame) {
  if (bytes.empty()) return {};
  if (bytes[0] != head) return {ParseStatus::skip, 1, SkipReason::no_sync};
  if (bytes.size() < packet_bytes) return {};
  if (bytes[packet_bytes - 1] != end_byte) return {ParseStatus::skip, 1, SkipReason::bad_field};
  frame.counter = bytes[1];
  frame.flags = 0;
  frame.values = setup.channels;
  read_be(bytes.subspan(first_sample), sample_bytes, std::span(frame.counts).first(setup.channels));
  return {ParseStatus::frame, packet_bytes, SkipReason::none};
}

std::size_t format(const Setup& setup, const Frame& frame, std::span<std::uint8_t> out) {
  std::fill_n(out.begin(), packet_bytes, std::uint8_t{0});
  out[0] = head;
  out[1] = static_cast<std::uint8_t>(frame.counter & 0xFFU);
  write_be(out.subspan(first_sample), sample_bytes, std::span(frame.counts).first(setup.channels));
  out[packet_bytes - 1] = end_byte;
  return packet_bytes;
}

std::vector<dsp::Channel> channels(const Setup& setup) {
  return analogue_channels(setup.channels, signed_converter(8 * sample_bytes, reference_v, setup.gain));
}

}  // namespace

extern const SensorRow freeeeg32_row;
const SensorRow freeeeg32_row = [] {
  SensorRow row;
  row.name = "freeeeg32";
  row.title = "FreeEEG32 (the packets BrainFlow reads)";
  row.rates_hz = {512.0};
  row.default_rate_hz = 512.0;
  row.max_channels = row.default_channels = inputs;
  row.baud = 921600;
  row.counter_modulus = 256;
  row.lock_frames = 2;
  row.max_frame_bytes = packet_bytes;
  row.scale_source = "uV = count * 2.5 V / (2^23 - 1) / gain; gain 8: BrainFlow's driver";
  row.parse = parse;
  row.format = format;
  row.channels = channels;
  row.streams_unasked = true;
  row.default_gain = 8.0;
  return row;
}();

}  // namespace myod::sensors
