// uMyo, through its USB base station: 8 samples a packet, unasked; 921600 8N1. main.c (uMyo firmware 3.1) and
// umyo_parser.py (uMyo_python_tools) are the source. Integers are big-endian.
//
//   byte   0..1    2     3     4     5..8   9      10      11..13   14     15..30       31..38    39..46
//        +-------+-----+-----+-----+------+------+-------+--------+------+------------+---------+------------+
//        | 4F D5 |RSSI |count| len | unit | 80+8 | param | values | data | 8 x sample | spectrum| quaternion |
//        +-------+-----+-----+-----+------+------+-------+--------+------+------------+---------+------------+
//          47..52        53..58           59..64
//        +-------------+----------------+--------------+
//        | acceleration| yaw pitch roll | magnetometer |    int16 each; the magnetometer may be absent (len 56, not 62)
//        +-------------+----------------+--------------+
//   len counts from `count` on: the packet is 3 + len bytes. param 0: the first value is the battery, (mV - 2000) / 10.
//   data counts packets modulo 256: 8 instants each. Here the counter counts instants.
//
// Samples are not raw: the device adds to each the one 11 (50 Hz) or 9 (60 Hz) before, a comb against mains. Neither
// their scale to microvolt nor the accelerometer's is published. The rate is about 1116 to 1150 Hz and differs: it is
// measured. Acceleration and battery are told with a packet's first instant alone. There is no checksum: a packet that
// holds the beginning of another was cut short.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "daemon/sensors/bytes.hpp"
#include "daemon/sensors/channels.hpp"
#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {

namespace {

constexpr std::array<std::uint8_t, 2> head{0x4F, 0xD5};
constexpr std::uint32_t instants = 8, axes = 3, values_per_instant = 1 + axes + 1;
constexpr std::size_t prefix_bytes = 3, length_at = 4, unit_at = 5, kind_at = 9, param_at = 10, data_at = 14;
constexpr std::size_t samples_at = 15, word = 2, acceleration_at = 47, shortest = 59, longest = 65;
constexpr std::uint8_t kind_of_samples = 80 + instants;
constexpr double battery_offset = 200.0, no_value = std::numeric_limits<double>::quiet_NaN();

/// Where the next packet begins within this one; 0: nowhere.
std::size_t cut_short_at(std::span<const std::uint8_t> packet) {
  for (std::size_t i = head.size(); i + kind_at < packet.size(); ++i)
    if (std::equal(head.begin(), head.end(), packet.begin() + static_cast<std::ptrdiff_t>(i)) &&
        packet[i + length_at] == packet[length_at] && packet[i + kind_at] == kind_of_samples)
      return i;
  return 0;
}

ParseResult parse(const Setup&, std::span<const std::uint8_t> bytes, Frame& frame) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (bytes.size() == i) return {};
    if (bytes[i] != head[i]) return {ParseStatus::skip, 1, SkipReason::no_sync};
  }
  if (bytes.size() <= kind_at) return {};
  const std::size_t size = prefix_bytes + bytes[length_at];
  if (size != shortest && size != longest) return {ParseStatus::skip, 1, SkipReason::bad_length};
  if (bytes[kind_at] != kind_of_samples) return {ParseStatus::skip, 1, SkipReason::bad_field};
  if (bytes.size() < size) return {};
  if (const std::size_t next = cut_short_at(bytes.first(size)); next != 0)
    return {ParseStatus::skip, next, SkipReason::bad_length};
  frame.counter = bytes[data_at] * instants;
  frame.flags = 0;
  frame.unit = unsigned_be(bytes.subspan(unit_at, 4));
  frame.values = instants * values_per_instant;
  std::fill_n(frame.counts.begin(), frame.values, no_value);
  for (std::size_t i = 0; i < instants; ++i)
    frame.counts[i * values_per_instant] = signed_be(bytes.subspan(samples_at + word * i, word));
  for (std::size_t a = 0; a < axes; ++a)
    frame.counts[1 + a] = signed_be(bytes.subspan(acceleration_at + word * a, word));
  if (bytes[param_at] == 0) frame.counts[1 + axes] = bytes[param_at + 1] + battery_offset;
  return {ParseStatus::frame, size, SkipReason::none};
}

std::size_t format(const Setup&, const Frame& frame, std::span<std::uint8_t> out) {
  constexpr std::uint32_t some_unit = 0x11223344;
  constexpr std::uint8_t rssi = 60, firmware = 101;
  std::fill_n(out.begin(), longest, std::uint8_t{0});
  std::copy(head.begin(), head.end(), out.begin());
  const auto packet = static_cast<std::uint8_t>(frame.counter / instants & 0xFFU);
  out[2] = rssi;
  out[3] = static_cast<std::uint8_t>(packet % 129);
  out[length_at] = longest - prefix_bytes;
  put_be(out.subspan(unit_at, 4), frame.unit != 0 ? frame.unit : some_unit);
  out[kind_at] = kind_of_samples;
  const double battery = frame.counts[1 + axes];
  out[param_at] = std::isnan(battery) ? 1 : 0;
  if (!std::isnan(battery)) put_be(out.subspan(param_at + 1, 1), battery - battery_offset);
  out[param_at + 2] = firmware;
  out[data_at] = packet;
  for (std::size_t i = 0; i < instants; ++i)
    put_be(out.subspan(samples_at + word * i, word), frame.counts[i * values_per_instant]);
  put_be(out.subspan(39, word), 16384);  // quaternion 1 0 0 0
  for (std::size_t a = 0; a < axes; ++a)
    if (!std::isnan(frame.counts[1 + a])) put_be(out.subspan(acceleration_at + word * a, word), frame.counts[1 + a]);
  return longest;
}

std::vector<dsp::Channel> channels(const Setup& setup) {
  auto list = analogue_channels(setup.channels, {1.0 / setup.gain, 0.0, -32768.0, 32767.0});
  for (const char* name : {"accel_x", "accel_y", "accel_z"})
    list.push_back(other_channel(name, dsp::ChannelKind::accel, "count", 1.0, -32768.0, 32767.0));
  list.push_back(other_channel("battery", dsp::ChannelKind::other, "mV", 10.0, battery_offset, battery_offset + 255.0));
  return list;
}

void at_rest(const Setup&, std::uint64_t index, std::span<double> counts) {
  std::fill(counts.begin(), counts.end(), no_value);
  if (index % instants != 0) return;
  counts[0] = counts[1] = 0.0;
  counts[2] = 8192.0;
  counts[axes] = 390.0;
}

}  // namespace

extern const SensorRow umyo_row;
const SensorRow umyo_row = [] {
  SensorRow row;
  row.name = "umyo";
  row.title = "uMyo through its USB base station";
  row.baud = 921600;
  row.counter_modulus = 256 * instants;
  row.instants = instants;
  row.max_frame_bytes = longest;
  row.fixed_size = false;
  row.scale_source =
      "none published: one count is told as 1 uV / gain, so that numbers compare with each other but not with those of "
      "other sensors; give the gain where it is known";
  row.usb_ids = {"10C4:EA60", "0403:6001"};
  row.parse = parse;
  row.format = format;
  row.channels = channels;
  row.at_rest = at_rest;
  row.streams_unasked = true;
  row.several_units = true;
  row.default_gain = 1.0;
  return row;
}();

}  // namespace myod::sensors
