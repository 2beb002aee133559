// NeuroPawn Knight, 8 channels: 115200 8N1, 125 packets a second, unasked from power-up. BrainFlow's driver
// (src/board_controller/neuropawn/knight.cpp) is the source.
//
//   byte   0     1      2..17                        18       19      20
//        +-----+------+----------------------------+--------+--------+----+
//        | A0  |count | 8 x sample, signed 16 bit be| LOFF_P | LOFF_N | C0 |    no checksum
//        +-----+------+----------------------------+--------+--------+----+
//   LOFF_P and LOFF_N: one bit a channel, set while its positive or negative electrode is off.
#include "daemon/sensors/bytes.hpp"
#include "daemon/sensors/channels.hpp"
#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {

namespace {

constexpr std::uint8_t head = 0xA0, end_byte = 0xC0;
constexpr std::size_t packet_bytes = 21, first_sample = 2, sample_bytes = 2, first_lead_off = 18;
constexpr std::uint32_t inputs = 8, lead_off_bytes = 2;
constexpr double reference_v = 4.0;

ParseResult parse(const Setup& setup, std::span<const std::uint8_t> bytes, Frame& frame) {
  if (bytes.empty()) return {};
  if (bytes[0] != head) return {ParseStatus::skip, 1, SkipReason::no_sync};
  if (bytes.size() < packet_bytes) return {};
  if (bytes[packet_bytes - 1] != end_byte) return {ParseStatus::skip, 1, SkipReason::bad_field};
  frame.counter = bytes[1];
  frame.flags = 0;
  frame.values = setup.channels + lead_off_bytes;
  read_be(bytes.subspan(first_sample), sample_bytes, std::span(frame.counts).first(setup.channels));
  for (std::uint32_t i = 0; i < lead_off_bytes; ++i) frame.counts[setup.channels + i] = bytes[first_lead_off + i];
  return {ParseStatus::frame, packet_bytes, SkipReason::none};
}

std::size_t format(const Setup& setup, const Frame& frame, std::span<std::uint8_t> out) {
  std::fill_n(out.begin(), packet_bytes, std::uint8_t{0});
  out[0] = head;
  out[1] = static_cast<std::uint8_t>(frame.counter & 0xFFU);
  write_be(out.subspan(first_sample), sample_bytes, std::span(frame.counts).first(setup.channels));
  for (std::uint32_t i = 0; i < lead_off_bytes; ++i)
    put_be(out.subspan(first_lead_off + i, 1), frame.counts[setup.channels + i]);
  out[packet_bytes - 1] = end_byte;
  return packet_bytes;
}

std::vector<dsp::Channel> channels(const Setup& setup) {
  auto list = analogue_channels(setup.channels, signed_converter(8 * sample_bytes, reference_v, setup.gain));
  for (const char* name : {"lead_off_p", "lead_off_n"})
    list.push_back(other_channel(name, dsp::ChannelKind::other, "", 1.0, 0.0, 255.0));
  return list;
}

std::uint64_t leads_off(const Setup& setup, const Frame& frame) {
  const std::uint64_t used = (std::uint64_t{1} << setup.channels) - 1;
  return (static_cast<std::uint64_t>(frame.counts[setup.channels]) |
          static_cast<std::uint64_t>(frame.counts[setup.channels + 1])) &
         used;
}

}  // namespace

extern const SensorRow knight_row;
const SensorRow knight_row = [] {
  SensorRow row;
  row.name = "knight";
  row.title = "NeuroPawn Knight";
  row.rates_hz = {125.0};
  row.default_rate_hz = 125.0;
  row.max_channels = row.default_channels = inputs;
  row.counter_modulus = 256;
  row.lock_frames = 2;
  row.max_frame_bytes = packet_bytes;
  row.scale_source = "uV = count * 4 V / (2^15 - 1) / gain; gain 12: BrainFlow's driver";
  row.parse = parse;
  row.format = format;
  row.channels = channels;
  row.leads_off = leads_off;
  row.streams_unasked = true;
  row.default_gain = 12.0;
  return row;
}();

}  // namespace myod::sensors
