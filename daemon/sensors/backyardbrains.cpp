// Backyard Brains SpikerShield and SpikerBox on USB: every sample in two bytes of 7 bits, unasked from power-up.
// SpikeRecorder.ino (SpikerShield) and ArduinoSerial.cpp (Spike-Recorder) are the source.
//
//   byte   0            1           2           3
//        +------------+-----------+-----------+-----------+----
//        | 1 high (7) | 0 low (7) | 0 high    | 0 low     | ...   2N bytes; the high bit is set in the first alone
//        +------------+-----------+-----------+-----------+----
//   Between frames a message may stand: FF FF 01 01 80 FF, text KEY:VALUE;, FF FF 01 01 81 FF. It is no sample.
//
// 10 bits (older boards, 10 kHz shared by the channels) or 14. There is no counter and no checksum: what is lost is not
// seen. A 16 MHz AVR that means 230400 baud runs at 222222. Opening the port resets it; then it prints "StartUp!". The
// line conf s:RATE;c:CHANNELS; sets the channels, b:; asks for the board's type.
#include <algorithm>
#include <charconv>
#include <utility>

#include "daemon/sensors/channels.hpp"
#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {

namespace {

constexpr std::uint8_t first_flag = 0x80, low_bits = 0x7F;
constexpr std::size_t longest_message = 256;
constexpr std::uint32_t most_channels = 6;
constexpr double shared_rate_hz = 10000.0;
constexpr std::string_view message_begin("\xFF\xFF\x01\x01\x80\xFF"), message_end("\xFF\xFF\x01\x01\x81\xFF");
constexpr int reset_ms = 2000;

ParseResult read_message(std::span<const std::uint8_t> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), longest_message));
  if (text.substr(0, message_begin.size()) != message_begin.substr(0, text.size()))
    return {ParseStatus::skip, 1, SkipReason::no_sync};
  const auto end = text.find(message_end);
  if (end != std::string_view::npos) return {ParseStatus::skip, end + message_end.size(), SkipReason::text};
  if (text.size() < longest_message) return {};
  return {ParseStatus::skip, 1, SkipReason::too_long};
}

ParseResult parse(const Setup& setup, std::span<const std::uint8_t> bytes, Frame& frame) {
  if (bytes.empty()) return {};
  if ((bytes[0] & first_flag) == 0) return {ParseStatus::skip, 1, SkipReason::no_sync};
  if (bytes.size() > 1 && bytes[0] == 0xFF && bytes[1] == 0xFF) return read_message(bytes);
  const std::size_t size = std::size_t{2} * setup.channels;
  for (std::size_t i = 1; i < std::min(size, bytes.size()); ++i)
    if ((bytes[i] & first_flag) != 0) return {ParseStatus::skip, i, SkipReason::bad_length};
  if (bytes.size() < size) return {};
  frame.counter = frame.flags = 0;
  frame.values = setup.channels;
  for (std::uint32_t c = 0; c < setup.channels; ++c) {
    const unsigned count = (bytes[2 * c] & low_bits) << 7U | bytes[2 * c + 1];
    if (count >> static_cast<unsigned>(setup.bits) != 0) return {ParseStatus::skip, size, SkipReason::bad_field};
    frame.counts[c] = count;
  }
  return {ParseStatus::frame, size, SkipReason::none};
}

std::size_t format(const Setup& setup, const Frame& frame, std::span<std::uint8_t> out) {
  for (std::uint32_t c = 0; c < setup.channels; ++c) {
    const auto count = static_cast<unsigned>(frame.counts[c]);
    out[2 * c] = static_cast<std::uint8_t>((c == 0 ? first_flag : 0U) | count >> 7U);
    out[2 * c + 1] = static_cast<std::uint8_t>(count & low_bits);
  }
  return std::size_t{2} * setup.channels;
}

std::vector<dsp::Channel> channels(const Setup& setup) {
  return analogue_channels(setup.channels, unsigned_converter(setup.bits, setup.full_scale, setup.gain));
}

std::vector<Step> start(const Setup& setup) {
  return {Step::wait(reset_ms), Step::send("conf s:10000;c:" + std::to_string(setup.channels) + ";\n")};
}

std::string device(const Setup&, DeviceState& state, std::uint8_t byte) {
  if (byte != '\n') {
    state.pending += static_cast<char>(byte);
    return {};
  }
  const std::string command = std::exchange(state.pending, {});
  if (command.find("b:;") != std::string::npos)
    return std::string(message_begin).append("HWT:MUSCLESS;").append(message_end);
  const auto channels_at = command.find("c:");
  if (channels_at == std::string::npos) return {};
  std::uint32_t n = 0;
  std::from_chars(command.data() + channels_at + 2, command.data() + command.size(), n);
  if (n < 1 || n > most_channels) return {};
  state.channel_mask = (1U << n) - 1U;
  state.rate_hz = shared_rate_hz / n;
  return {};
}

}  // namespace

extern const SensorRow backyardbrains_row;
const SensorRow backyardbrains_row = [] {
  SensorRow row;
  row.name = "backyardbrains";
  row.title = "Backyard Brains SpikerShield, SpikerBox on USB serial";
  row.default_rate_hz = shared_rate_hz;
  row.rate_is_shared = true;
  row.max_channels = most_channels;
  row.baud = 222222;
  row.lock_frames = 3;
  row.max_frame_bytes = longest_message;
  row.fixed_size = false;
  row.scale_source =
      "uV = (count - 2^bits / 2) * 5 V / 2^bits / gain; the gain is a knob's: with the default 1 they are microvolt at "
      "the converter";
  row.usb_ids = {"2341:0043", "2341:8036", "1A86:7523", "0403:6015"};
  row.parse = parse;
  row.format = format;
  row.channels = channels;
  row.start = start;
  row.device = device;
  row.streams_unasked = true;
  row.banner = "StartUp!\r\n";
  row.default_full_scale = 5.0;
  row.default_gain = 1.0;
  row.default_bits = 10;
  row.max_bits = 14;
  return row;
}();

}  // namespace myod::sensors
