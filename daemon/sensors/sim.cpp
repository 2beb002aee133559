// The simulated sensor: the wire of the embedded simulator and of `myosim sim`, built as a careful device would be.
//
//   byte   0     1     2..3            4..4+3N-1                    then 2
//        +-----+-----+-------------+----------------------------+-----------+
//        | A5  | 5A  | counter u16 | N x sample, signed 24 bit  | CRC u16   |   all little-endian, 6 + 3N bytes
//        +-----+-----+-------------+----------------------------+-----------+
//   CRC-16/CCITT-FALSE (polynomial 1021, init FFFF) over everything before it. One count is 0.05 uV, so the range is
//   +-419 mV: electrode offsets fit. Commands are one byte: 'v' is answered by "myod-sim 1\n", 'b' begins streaming
//   with counter 0, 's' stops.
#include <array>

#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {

namespace {

constexpr std::uint8_t sync_first = 0xA5, sync_second = 0x5A;
constexpr std::size_t head_bytes = 4, sample_bytes = 3, crc_bytes = 2;
constexpr double uv_per_count = 0.05;
constexpr double full_scale_counts = 8388608.0;  // 2^23
constexpr std::string_view version_answer = "myod-sim 1\n";

std::size_t size_of(const Setup& setup) { return head_bytes + sample_bytes * setup.channels + crc_bytes; }

constexpr std::array<std::uint16_t, 256> crc_table = [] {
  std::array<std::uint16_t, 256> table{};
  for (unsigned i = 0; i < 256; ++i) {
    unsigned c = i << 8U;
    for (int bit = 0; bit < 8; ++bit) c = (c & 0x8000U) != 0 ? c << 1U ^ 0x1021U : c << 1U;
    table[i] = static_cast<std::uint16_t>(c);
  }
  return table;
}();

std::uint16_t crc16(std::span<const std::uint8_t> bytes) {
  unsigned c = 0xFFFF;
  for (const std::uint8_t b : bytes) c = (c << 8U & 0xFFFFU) ^ crc_table[(c >> 8U) ^ b];
  return static_cast<std::uint16_t>(c);
}

std::uint8_t low_byte(std::uint64_t v) { return static_cast<std::uint8_t>(v & 0xFFU); }

ParseResult parse(const Setup& setup, std::span<const std::uint8_t> bytes, Frame& frame) {
  if (bytes.empty()) return {};
  if (bytes[0] != sync_first || (bytes.size() > 1 && bytes[1] != sync_second))
    return {ParseStatus::skip, 1, SkipReason::no_sync};
  const std::size_t size = size_of(setup);
  if (bytes.size() < size) return {};
  const std::size_t checked = size - crc_bytes;
  if (crc16(bytes.first(checked)) != (bytes[checked] | bytes[checked + 1] << 8))
    return {ParseStatus::skip, 1, SkipReason::bad_crc};
  frame.counter = static_cast<std::uint64_t>(bytes[2] | bytes[3] << 8);
  frame.values = setup.channels;
  frame.flags = 0;
  frame.device_time = 0.0;
  for (std::uint32_t c = 0; c < setup.channels; ++c) {
    const std::uint8_t* sample = &bytes[head_bytes + sample_bytes * c];
    const int raw = sample[0] | sample[1] << 8 | sample[2] << 16;
    frame.counts[c] = raw >= 0x800000 ? raw - 0x1000000 : raw;
  }
  return {ParseStatus::frame, size, SkipReason::none};
}

std::size_t format(const Setup& setup, const Frame& frame, std::span<std::uint8_t> out) {
  out[0] = sync_first;
  out[1] = sync_second;
  out[2] = low_byte(frame.counter);
  out[3] = low_byte(frame.counter >> 8U);
  std::size_t at = head_bytes;
  for (std::uint32_t c = 0; c < setup.channels; ++c) {
    const auto raw = static_cast<std::uint64_t>(static_cast<std::int64_t>(frame.counts[c]));
    for (unsigned byte = 0; byte < sample_bytes; ++byte) out[at++] = low_byte(raw >> (8U * byte));
  }
  const std::uint16_t crc = crc16(out.first(at));
  out[at++] = low_byte(crc);
  out[at++] = low_byte(crc >> 8U);
  return at;
}

std::vector<dsp::Channel> channels(const Setup& setup) {
  static constexpr std::array<std::string_view, 2> first_names{"left", "right"};
  std::vector<dsp::Channel> list(setup.channels);
  for (std::uint32_t c = 0; c < setup.channels; ++c) {
    const bool named = setup.channels == first_names.size();
    list[c].name = named ? std::string(first_names[c]) : std::string("S").append(std::to_string(c + 1));
    if (named) list[c].side = c == 0 ? dsp::Side::left : dsp::Side::right;
    list[c].scale = uv_per_count;
    list[c].rail_low = -full_scale_counts;
    list[c].rail_high = full_scale_counts - 1.0;
  }
  return list;
}

std::vector<Step> start(const Setup&) {
  return {Step::send("s"), Step::drain(20), Step::send("v"), Step::expect("myod-sim", "\n", 1000), Step::send("b")};
}

std::vector<Step> stop(const Setup&) { return {Step::send("s"), Step::drain(20)}; }

std::string device(const Setup&, DeviceState& state, std::uint8_t byte) {
  if (byte == 'b') state.streaming = true;
  if (byte == 's') state.streaming = false;
  return byte == 'v' && !state.streaming ? std::string(version_answer) : std::string();
}

}  // namespace

extern const SensorRow sim_row;
const SensorRow sim_row = [] {
  SensorRow row;
  row.name = "sim";
  row.title = "simulated muscles (embedded, or myosim on a pseudo-terminal)";
  row.default_port = "sim:";
  row.default_rate_hz = 1000.0;
  row.max_channels = max_channels;
  row.default_channels = 2;
  row.baud = 921600;
  row.counter_modulus = 65536;
  row.lock_frames = 2;
  row.max_frame_bytes = head_bytes + sample_bytes * max_channels + crc_bytes;
  row.scale_source = "by definition: one count is 0.05 uV";
  row.parse = parse;
  row.format = format;
  row.channels = channels;
  row.start = start;
  row.stop = stop;
  row.device = device;
  row.counts_from_zero = true;
  return row;
}();

}  // namespace myod::sensors
