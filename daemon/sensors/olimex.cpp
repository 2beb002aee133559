// Olimex SHIELD-EKG-EMG: its demonstration sketch sends OpenEEG packets, version 2, unasked from power-up; 57600 8N1.
// ShieldEkgEmgDemo.ino and the sketch of olimex-ekg-emg (115200 baud, 125 Hz) are the source, and its captures.
//
//   byte   0     1     2     3      4..15                           16
//        +-----+-----+-----+------+------------------------------+--------+
//        | A5  | 5A  | 02  |count | 6 x sample 0..1023, 16 bit be |switches|   no checksum: high bytes above 03 are
//        none
//        +-----+-----+-----+------+------------------------------+--------+
//
// The demonstration's timer counts whole milliseconds: its "256 Hz" are 250. The other sketch repeats packets without
// counting for a second after its reset: what does not count up is not believed. The switches are one digital channel.
#include "daemon/sensors/bytes.hpp"
#include "daemon/sensors/channels.hpp"
#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {

namespace {

constexpr std::array<std::uint8_t, 3> head{0xA5, 0x5A, 0x02};
constexpr std::size_t packet_bytes = 17, first_sample = 4, sample_bytes = 2;
constexpr std::uint32_t inputs = 6;
constexpr std::int64_t converter_bits = 10;
constexpr double codes = 1024.0;
constexpr std::uint8_t no_switch = 0x01;

ParseResult parse(const Setup& setup, std::span<const std::uint8_t> bytes, Frame& frame) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (bytes.size() == i) return {};
    if (bytes[i] != head[i]) return {ParseStatus::skip, 1, SkipReason::no_sync};
  }
  if (bytes.size() < packet_bytes) return {};
  frame.counter = bytes[3];
  frame.flags = 0;
  frame.values = setup.channels + 1;
  for (std::uint32_t c = 0; c < inputs; ++c) {
    const double count = unsigned_be(bytes.subspan(first_sample + sample_bytes * c, sample_bytes));
    if (count >= codes) return {ParseStatus::skip, 1, SkipReason::bad_field};
    if (c < setup.channels) frame.counts[c] = count;
  }
  frame.counts[setup.channels] = bytes[packet_bytes - 1];
  return {ParseStatus::frame, packet_bytes, SkipReason::none};
}

std::size_t format(const Setup& setup, const Frame& frame, std::span<std::uint8_t> out) {
  std::copy(head.begin(), head.end(), out.begin());
  out[3] = static_cast<std::uint8_t>(frame.counter & 0xFFU);
  for (std::uint32_t c = 0; c < inputs; ++c)
    put_be(out.subspan(first_sample + sample_bytes * c, sample_bytes),
           c < setup.channels ? frame.counts[c] : codes / 2.0);
  put_be(out.subspan(packet_bytes - 1, 1), frame.counts[setup.channels]);
  return packet_bytes;
}

std::vector<dsp::Channel> channels(const Setup& setup) {
  auto list = analogue_channels(setup.channels, unsigned_converter(converter_bits, setup.full_scale, setup.gain));
  list.push_back(other_channel("D", dsp::ChannelKind::digital, "", 1.0, 0.0, 255.0));
  return list;
}

void at_rest(const Setup&, std::uint64_t, std::span<double> counts) { counts[0] = no_switch; }

}  // namespace

extern const SensorRow olimex_row;
const SensorRow olimex_row = [] {
  SensorRow row;
  row.name = "olimex";
  row.title = "Olimex SHIELD-EKG-EMG (OpenEEG packets)";
  row.default_rate_hz = 250.0;
  row.max_channels = row.default_channels = inputs;
  row.baud = 57600;
  row.counter_modulus = 256;
  row.lock_frames = 3;
  row.max_frame_bytes = packet_bytes;
  row.scale_source =
      "uV = (count - 512) * 5 V / 1024 / gain; gain 2848 is the shield's as delivered, its trimmer changes it: "
      "uncalibrated";
  row.usb_ids = {"2341:0043", "1A86:7523"};
  row.parse = parse;
  row.format = format;
  row.channels = channels;
  row.at_rest = at_rest;
  row.streams_unasked = true;
  row.default_full_scale = 5.0;
  row.default_gain = 2848.0;
  return row;
}();

}  // namespace myod::sensors
