// BITalino and BITalino (r)evolution: 1..6 analogue inputs and four digital lines in 3..8 bytes, 115200 8N1.
//
//   Read from the LAST byte to the first, each byte from its high bit, a frame is one bit string:
//     SSSS CCCC DDDD A1(10) A2(10) A3(10) A4(10) A5(6) A6(6), zero bits up to a whole byte
//   S sequence 0..15, C CRC-4 (x^4+x+1 over all nibbles, first byte first, C itself left out), D the lines I1 I2 O1 O2.
//   Channels 1..6 take 3, 4, 6, 7, 8, 8 bytes. Only enabled inputs are sent; the 5th and 6th have 6 bits.
//
// The lines are one digital channel whose value is 8 I1 + 4 I2 + 2 O1 + O2. One random window in 16 passes the CRC, so
// only four frames in a row that also count up are believed.
#include <algorithm>
#include <array>

#include "daemon/sensors/channels.hpp"
#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {

namespace {

constexpr std::array<std::size_t, 7> frame_bytes{0, 3, 4, 6, 7, 8, 8};
constexpr std::uint32_t most_inputs = 6;
constexpr double supply_v = 3.3;
constexpr int pause_ms = 100;  // the firmware loses commands that follow each other faster

unsigned bits_of(std::uint32_t input) { return input < 4 ? 10 : 6; }

std::uint32_t inputs(const Setup& setup) { return std::clamp<std::uint32_t>(setup.channels, 1, most_inputs); }

unsigned crc4(std::span<const std::uint8_t> frame) {
  static constexpr std::array<std::uint8_t, 16> table{0, 3, 6, 5, 12, 15, 10, 9, 11, 8, 13, 14, 7, 4, 1, 2};
  unsigned c = 0;
  for (std::size_t i = 0; i + 1 < frame.size(); ++i) {
    c = table[c] ^ (frame[i] >> 4U);
    c = table[c] ^ (frame[i] & 15U);
  }
  c = table[c] ^ (frame.back() >> 4U);
  return table[c];
}

ParseResult parse(const Setup& setup, std::span<const std::uint8_t> bytes, Frame& frame) {
  const std::uint32_t n = inputs(setup);
  const std::size_t size = frame_bytes[n];
  if (bytes.size() < size) return {};
  bytes = bytes.first(size);
  if ((bytes.back() & 15U) != crc4(bytes)) return {ParseStatus::skip, 1, SkipReason::bad_crc};

  std::uint64_t word = 0;  // the bit string, left-aligned
  for (std::size_t k = 0; k < sizeof word; ++k) word = word << 8U | (k < size ? bytes[size - 1 - k] : 0U);
  const auto take = [&word](unsigned bits) {
    const auto value = static_cast<std::uint32_t>(word >> (64U - bits));
    word <<= bits;
    return value;
  };
  frame.counter = take(4);
  take(4);
  const std::uint32_t lines = take(4);
  for (std::uint32_t i = 0; i < n; ++i) frame.counts[i] = take(bits_of(i));
  frame.counts[n] = lines;
  frame.values = n + 1;
  frame.flags = 0;
  return {ParseStatus::frame, size, SkipReason::none};
}

std::size_t format(const Setup& setup, const Frame& frame, std::span<std::uint8_t> out) {
  const std::uint32_t n = inputs(setup);
  const std::size_t size = frame_bytes[n];
  std::uint64_t word = 0;
  unsigned used = 0;
  const auto put = [&](double value, unsigned bits) {
    const double top = static_cast<double>((1U << bits) - 1U);
    const auto whole = static_cast<std::uint64_t>(std::clamp(value, 0.0, top));
    used += bits;
    word |= whole << (64U - used);
  };
  put(static_cast<double>(frame.counter % 16), 4);
  used += 4;
  put(frame.counts[n], 4);
  for (std::uint32_t i = 0; i < n; ++i) put(frame.counts[i], bits_of(i));
  for (std::size_t i = 0; i < size; ++i) out[size - 1 - i] = static_cast<std::uint8_t>(word >> (56U - 8U * i));
  out[size - 1] = static_cast<std::uint8_t>(out[size - 1] | crc4(out.first(size)));
  return size;
}

std::vector<dsp::Channel> channels(const Setup& setup) {
  std::vector<dsp::Channel> list;
  for (std::uint32_t i = 0; i < inputs(setup); ++i) {
    const double codes = static_cast<double>(1U << bits_of(i));
    dsp::Channel c;
    c.name = "A" + std::to_string(i + 1);
    c.scale = setup.full_scale / codes / setup.gain * 1e6;
    c.offset = codes / 2.0;
    c.rail_low = 0.0;
    c.rail_high = codes - 1.0;
    list.push_back(c);
  }
  list.push_back(other_channel("D", dsp::ChannelKind::digital, "", 1.0, 0.0, 15.0));
  return list;
}

struct Rate {
  double hz;
  char command;
};
constexpr std::array<Rate, 4> rates{{{1.0, '\x03'}, {10.0, '\x43'}, {100.0, '\x83'}, {1000.0, '\xC3'}}};

char rate_command(double hz) {
  for (const Rate& r : rates)
    if (r.hz == hz) return r.command;
  return rates.back().command;
}

Step send(char byte) { return Step::send(std::string(1, byte)); }

// Stop first: a device left streaming by a host that died answers nothing else. When idle it is battery threshold 0.
std::vector<Step> start(const Setup& setup) {
  const auto live = static_cast<char>(((1U << inputs(setup)) - 1U) << 2U | 1U);
  const Step pause = Step::wait(pause_ms);
  return {pause,           send('\x00'),
          Step::drain(50), pause,
          send('\x07'),    Step::expect("BITalino", "\n", 1000),
          pause,           send(rate_command(setup.rate_hz)),
          pause,           send(live)};
}

std::vector<Step> stop(const Setup&) { return {Step::wait(pause_ms), send('\x00'), Step::drain(20)}; }

// Sixteen bytes: A1..A6 and battery (10 bits, low byte first), threshold, lines and CRC as in a frame.
std::string device_report() {
  std::vector<std::uint8_t> report(16, 0);
  for (std::size_t i = 0; i < 12; i += 2) report[i + 1] = 2;  // mid-scale, 512
  report[12] = 0x58, report[13] = 0x02;                       // battery 600
  report[15] = static_cast<std::uint8_t>(crc4(report));
  return {report.begin(), report.end()};
}

std::string device(const Setup&, DeviceState& state, std::uint8_t byte) {
  if (!state.pending.empty()) {  // the value of the PWM output
    state.pending.clear();
    return {};
  }
  if (byte == 0xA3) {
    state.pending = "\xA3";
  } else if (state.streaming) {
    if (byte == 0x00 || byte == 0xFF) state.streaming = false;  // anything else sets outputs
  } else if (byte == 0x07) {
    return "BITalino_v5.1\n";
  } else if (byte == 0x0B) {
    return device_report();
  } else if ((byte & 0x3FU) == 0x03) {
    state.rate_hz = rates[byte >> 6U].hz;
  } else if ((byte & 3U) == 1U || (byte & 3U) == 2U) {
    state.channel_mask = byte >> 2U;
    state.streaming = state.channel_mask != 0;
  }
  return {};
}

}  // namespace

extern const SensorRow bitalino_row;
const SensorRow bitalino_row = [] {
  SensorRow row;
  row.name = "bitalino";
  row.title = "BITalino, BITalino (r)evolution";
  row.rates_hz = {1.0, 10.0, 100.0, 1000.0};
  row.default_rate_hz = 1000.0;
  row.max_channels = most_inputs;
  row.counter_modulus = 16;
  row.lock_frames = 4;
  row.max_frame_bytes = 8;
  row.scale_source =
      "uV = (count / 2^bits - 0.5) * 3.3 V / gain; gain 1009: (r)evolution EMG data sheet, 1000: first EMG block";
  row.parse = parse;
  row.format = format;
  row.channels = channels;
  row.start = start;
  row.stop = stop;
  row.device = device;
  row.counts_from_zero = true;
  row.default_full_scale = supply_v;
  row.default_gain = 1009.0;
  return row;
}();

}  // namespace myod::sensors
