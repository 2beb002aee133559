// ProtoCentral ADS1292R shield and breakout, HealthyPi: OpenView packets of
// type 2 as the Arduino sketch sends them, unasked, 125 a second; 57600 8N1.
// Example-1 of protocentral-ads1292r-arduino is the source.
//
//   byte   0..1    2..3 4      5..6      7..8         9..10             11..12
//   13   14    15
//        +-------+----------+------+---------+------------+-----------------+-----------+----+-----+----+
//        | 0A FA | 9, u16 le| 02   | ECG     | respiration| respiration rate|
//        heart rate| 00 | (00)| 0B |  int16, le
//        +-------+----------+------+---------+------------+-----------------+-----------+----+-----+----+
//   The second 00 is the sketch's; OpenView does without. No counter and no
//   checksum.
//
// The ECG has passed a low-pass at 40 Hz and is 0 while a lead is off: for
// muscles the sketch must be changed. OpenView calls the two rates the other
// way round; the sketch that sends them is followed. HealthyPi 5 has other
// packets.
#include "daemon/sensors/bytes.hpp"
#include "daemon/sensors/channels.hpp"
#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {

namespace {

constexpr std::array<std::uint8_t, 5> head{0x0A, 0xFA, 9, 0, 2};
constexpr std::size_t payload_bytes = 9, word = 2, end_at = head.size() + payload_bytes;
constexpr std::uint8_t end_byte = 0x0B;
constexpr std::uint32_t others = 3;
constexpr double reference_v = 2.42, top_count = 8388607.0,
                 counts_per_count = 256.0;  // 16 of the converter's 24 bits

ParseResult parse(const Setup&, std::span<const std::uint8_t> bytes, Frame& frame) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (bytes.size() == i) return {};
    if (bytes[i] != head[i]) return {ParseStatus::skip, 1, SkipReason::no_sync};
  }
  if (bytes.size() <= end_at) return {};
  const std::size_t last = bytes[end_at] == 0 ? end_at + 1 : end_at;
  if (bytes.size() <= last) return {};
  if (bytes[last] != end_byte) return {ParseStatus::skip, 1, SkipReason::bad_field};
  frame.counter = frame.flags = 0;
  frame.values = 1 + others;
  for (std::size_t i = 0; i < frame.values; ++i)
    frame.counts[i] = signed_le(bytes.subspan(head.size() + word * i, word));
  return {ParseStatus::frame, last + 1, SkipReason::none};
}

std::size_t format(const Setup&, const Frame& frame, std::span<std::uint8_t> out) {
  std::fill_n(out.begin(), end_at + 2, std::uint8_t{0});
  std::copy(head.begin(), head.end(), out.begin());
  for (std::size_t i = 0; i <= others; ++i) put_le(out.subspan(head.size() + word * i, word), frame.counts[i]);
  out[end_at + 1] = end_byte;
  return end_at + 2;
}

std::vector<dsp::Channel> channels(const Setup& setup) {
  auto list = analogue_channels(
      setup.channels, {reference_v / top_count * counts_per_count / setup.gain * 1e6, 0.0, -32768.0, 32767.0});
  for (const char* name : {"respiration", "respiration_rate", "heart_rate"})
    list.push_back(other_channel(name, dsp::ChannelKind::other, "count", 1.0, -32768.0, 32767.0));
  return list;
}

}  // namespace

extern const SensorRow healthypi_row;
const SensorRow healthypi_row = [] {
  SensorRow row;
  row.name = "healthypi";
  row.title = "ProtoCentral ADS1292R, HealthyPi (its ECG, filtered at 40 Hz)";
  row.rates_hz = {125.0};
  row.default_rate_hz = 125.0;
  row.baud = 57600;
  row.lock_frames = 2;
  row.max_frame_bytes = end_at + 2;
  row.fixed_size = false;
  row.scale_source =
      "uV = count * 256 * 2.42 V / (2^23 - 1) / gain; gain 12 "
      "by the sketch's CH2SET, its comment says 6";
  row.parse = parse;
  row.format = format;
  row.channels = channels;
  row.streams_unasked = true;
  row.banner = "Initiliziation is done\r\n";  // as it is spelled there
  row.default_gain = 12.0;
  return row;
}();

}  // namespace myod::sensors
