// Shimmer3 EMG (ADS1292R) with LogAndStream firmware, over Bluetooth (/dev/rfcomm0) or its dock; 115200 8N1. pyshimmer
// (bluetooth/bt_const.py, bt_api.py, dev/exg.py) is the source of commands and answers, Shimmer's own drivers that of
// the registers for EMG.
//
//   byte   0    1..3              4         5..7                     8..10
//        +----+-----------------+---------+------------------------+------------------------+
//        | 00 | time, u24 le    | status  | ch1, signed 24 bit be  | ch2, signed 24 bit be  |    no checksum, no end
//        +----+-----------------+---------+------------------------+------------------------+
//   time counts 1/32768 s. A rate is 32768 Hz over a whole divider; only dividers that are powers of two are offered,
//   so that time over the divider counts samples without a remainder, also where it wraps.
//
// What is damaged is noticed by the time alone: a packet whose samples lost a byte is read with those wrong, and the
// next ones are seen to be misplaced.
//
// Every command is answered by FF, then, if it asks something, by the kind of answer and the answer.
#include <array>
#include <cmath>
#include <utility>

#include "daemon/sensors/bytes.hpp"
#include "daemon/sensors/channels.hpp"
#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {

namespace {

constexpr std::size_t packet_bytes = 11, time_bytes = 3, status_at = 4, sample_bytes = 3;
constexpr std::uint32_t inputs = 2;
constexpr double clock_hz = 32768.0, reference_v = 2.42;
constexpr std::uint64_t clock_modulus = std::uint64_t{1} << 24U;
constexpr std::array<double, 7> gain_codes{6, 1, 2, 3, 4, 8, 12};
constexpr std::size_t register_count = 10, rate_register = 0, first_channel_register = 3;
constexpr char ack = '\xFF';

std::uint64_t divider(const Setup& setup) { return static_cast<std::uint64_t>(std::lround(clock_hz / setup.rate_hz)); }
std::uint64_t modulus(const Setup& setup) { return clock_modulus / divider(setup); }

ParseResult parse(const Setup& setup, std::span<const std::uint8_t> bytes, Frame& frame) {
  if (bytes.empty()) return {};
  if (bytes[0] != 0) return {ParseStatus::skip, 1, SkipReason::no_sync};
  if (bytes.size() < packet_bytes) return {};
  frame.counter = unsigned_le(bytes.subspan(1, time_bytes)) / divider(setup);
  frame.flags = 0;
  frame.values = setup.channels + 1;
  for (std::size_t c = 0; c < setup.channels; ++c)
    frame.counts[c] = signed_be(bytes.subspan(status_at + 1 + sample_bytes * c, sample_bytes));
  frame.counts[setup.channels] = bytes[status_at];
  return {ParseStatus::frame, packet_bytes, SkipReason::none};
}

std::size_t format(const Setup& setup, const Frame& frame, std::span<std::uint8_t> out) {
  std::fill_n(out.begin(), packet_bytes, std::uint8_t{0});
  put_le(out.subspan(1, time_bytes), static_cast<double>(frame.counter * divider(setup) % clock_modulus));
  put_be(out.subspan(status_at, 1), frame.counts[setup.channels]);
  for (std::size_t c = 0; c < setup.channels; ++c)
    put_be(out.subspan(status_at + 1 + sample_bytes * c, sample_bytes), frame.counts[c]);
  return packet_bytes;
}

std::vector<dsp::Channel> channels(const Setup& setup) {
  auto list = analogue_channels(setup.channels, signed_converter(8 * sample_bytes, reference_v, setup.gain));
  list.push_back(other_channel("exg_status", dsp::ChannelKind::other, "", 1.0, 0.0, 255.0));
  return list;
}

void at_rest(const Setup&, std::uint64_t, std::span<double> counts) { counts[0] = 0x80; }

std::string divider_text(const Setup& setup) {
  return {static_cast<char>(divider(setup) & 0xFFU), static_cast<char>(divider(setup) >> 8U)};
}

/// Both channels at the gain; the converter's own rate is the slowest of 125 * 2^k Hz that is fast enough.
std::string registers(const Setup& setup) {
  std::array<std::uint8_t, register_count> r{0x00, 0xA0, 0x10, 0x09, 0x00, 0x20, 0x00, 0x00, 0x02, 0x03};
  while (125.0 * std::ldexp(1.0, r[rate_register]) < setup.rate_hz) ++r[rate_register];
  for (std::size_t code = 0; code < gain_codes.size(); ++code)
    if (gain_codes[code] == setup.gain)
      for (std::size_t c = 0; c < inputs; ++c)
        r[first_channel_register + c] = static_cast<std::uint8_t>(r[first_channel_register + c] | code << 4U);
  return {r.begin(), r.end()};
}

/// Sensors: the first converter in 24 bits. The inquiry's answer names rate and channels as the device has them.
std::vector<Step> start(const Setup& setup) {
  constexpr int quiet_ms = 200, answer_ms = 2000;
  const std::string acknowledged(1, ack);
  const auto command = [](std::string_view bytes) { return Step::send(std::string(bytes)); };
  using namespace std::string_view_literals;
  return {command("\x20"sv),
          Step::drain(quiet_ms),
          command("\x08\x10\x00\x00"sv),
          Step::expect(acknowledged, "", answer_ms),
          Step::send("\x05" + divider_text(setup)),
          Step::expect(acknowledged, "", answer_ms),
          Step::send(std::string("\x61\x00\x00\x0A"sv) + registers(setup)),
          Step::expect(acknowledged, "", answer_ms),
          command("\x01"sv),
          Step::expect(acknowledged + "\x02" + divider_text(setup), "\x1D\x1E\x1F", answer_ms),
          command("\x07"sv),
          Step::expect(acknowledged, "", answer_ms)};
}

std::vector<Step> stop(const Setup&) { return {Step::send("\x20"), Step::drain(50)}; }

// ---- the device side ----

struct Command {
  std::uint8_t code;
  std::size_t bytes;
  std::string_view answer;  ///< after the FF
};
using namespace std::string_view_literals;
constexpr std::array<Command, 14> commands{{{0x01, 1, ""sv},
                                            {0x03, 1, ""sv},
                                            {0x05, 3, ""sv},
                                            {0x07, 1, ""sv},
                                            {0x08, 4, ""sv},
                                            {0x20, 1, ""sv},
                                            {0x2E, 1, "\x2F\x03\x00\x00\x00\x0B\x00"sv},
                                            {0x3F, 1, "\x25\x03"sv},
                                            {0x61, 14, ""sv},
                                            {0x63, 4, ""sv},
                                            {0x72, 1, "\x8A\x71\x00"sv},
                                            {0x8B, 2, ""sv},
                                            {0x95, 1, "\x8A\x94\x30\x0B\x80"sv},
                                            {0xA3, 2, ""sv}}};

std::string obey(const Setup& setup, DeviceState& state, std::string_view command) {
  Setup now = setup;
  if (state.rate_hz > 0.0) now.rate_hz = state.rate_hz;
  if (state.memory.empty()) state.memory = registers(setup);
  switch (static_cast<std::uint8_t>(command[0])) {
    case 0x01:
      return "\x02" + divider_text(now) + std::string("\x01\xFF\x01\x09\x03\x01\x1D\x1E\x1F"sv);
    case 0x03:
      return "\x04" + divider_text(now);
    case 0x05: {
      const auto low = static_cast<std::uint8_t>(command[1]), high = static_cast<std::uint8_t>(command[2]);
      if (const int ticks = low | high << 8; ticks != 0) state.rate_hz = clock_hz / ticks;
      return {};
    }
    case 0x07:
      state.streaming = true;
      return {};
    case 0x20:
      state.streaming = false;
      return {};
    case 0x61:
      if (command[1] == 0 && command[2] == 0) state.memory = command.substr(4);
      for (std::size_t c = 0; c < inputs; ++c) {
        const auto code = static_cast<std::uint8_t>(state.memory[first_channel_register + c]) >> 4U & 7U;
        if (code < gain_codes.size()) state.gain[c] = gain_codes[code];
      }
      return {};
    case 0x63: {
      const std::size_t from = static_cast<std::uint8_t>(command[2]), count = static_cast<std::uint8_t>(command[3]);
      if (from + count > state.memory.size()) return {};
      return std::string("\x62") + command[3] + state.memory.substr(from, count);
    }
    default:
      return {};
  }
}

std::string device(const Setup& setup, DeviceState& state, std::uint8_t byte) {
  state.pending += static_cast<char>(byte);
  const auto first = static_cast<std::uint8_t>(state.pending[0]);
  const Command* known = nullptr;
  for (const Command& c : commands)
    if (c.code == first) known = &c;
  if (known != nullptr && state.pending.size() < known->bytes) return {};
  const std::string command = std::exchange(state.pending, {});
  if (known == nullptr) return {};
  return std::string(1, ack).append(known->answer).append(obey(setup, state, command));
}

}  // namespace

extern const SensorRow shimmer3_row;
const SensorRow shimmer3_row = [] {
  SensorRow row;
  row.name = "shimmer3";
  row.title = "Shimmer3 EMG over Bluetooth";
  row.rates_hz = {128.0, 256.0, 512.0, 1024.0};
  row.default_rate_hz = 1024.0;
  row.gains = {1, 2, 3, 4, 6, 8, 12};
  row.max_channels = row.default_channels = inputs;
  row.counter_modulus = clock_modulus;
  row.modulus = modulus;
  row.lock_frames = 3;
  row.max_frame_bytes = packet_bytes;
  row.scale_source = "uV = count * 2.42 V / (2^23 - 1) / gain; ADS1292R data sheet, gain 1, 2, 3, 4, 6, 8 or 12";
  row.parse = parse;
  row.format = format;
  row.channels = channels;
  row.at_rest = at_rest;
  row.start = start;
  row.stop = stop;
  row.device = device;
  row.default_gain = 12.0;
  return row;
}();

}  // namespace myod::sensors
