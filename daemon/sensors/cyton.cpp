// OpenBCI Cyton, 8 channels, and Cyton with Daisy, 16: packets of 33 bytes by radio and a USB dongle, 115200 8N1, 250 a
// second. OpenBCI_32bit_Library.cpp (OpenBCI_Cyton_Library) is the source of layout, commands and answers.
//
//   byte   0     1     2..25                            26..31      32
//        +-----+-----+--------------------------------+-----------+-----+
//        | A0  |count| 8 x sample, signed 24 bit, be  | auxiliary | C0+k|   no checksum
//        +-----+-----+--------------------------------+-----------+-----+
//   k = 0: auxiliary is the accelerometer, 3 x signed 16 bit be, 25 times a second, zeros between: those are absent
//   here. Other k (analogue pins, time stamps, the user's own) leave it absent; the session's reset turns them off.
//
//   Daisy: an even packet carries channels 9..16, the odd one after it 1..8, each the mean of the last two of 250
//   samples a second; the two are one instant, 125 a second. Here they are one frame of 66 bytes whose counter is half
//   the even one's. A pair that lost a packet is lost.
//
// The packet has no bits of lead-off: while the test current flows (z), 6 nA at 31.2 Hz, the electrodes' impedance is
// in the samples. Board modes (/) other than the default put something else in the auxiliary bytes; none is chosen
// here.
//
// A radio outage puts text into the stream ("Failure: ... $$$"). Every text ends with $$$. Firmware 1 took ~6 for two
// commands and switched channel 6 off, so it precedes `d`, which switches everything on again.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "daemon/sensors/bytes.hpp"
#include "daemon/sensors/channels.hpp"
#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {

namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint8_t head = 0xA0, stop_accelerometer = 0xC0, stop_last = 0xC6;
constexpr std::size_t packet_bytes = 33, first_sample = 2, sample_bytes = 3, first_axis = 26, axis_bytes = 2;
constexpr std::uint32_t board_channels = 8, axes = 3;
constexpr double reference_v = 4.5;
constexpr double g_per_count = 0.002 / 16.0;
constexpr double absent = std::numeric_limits<double>::quiet_NaN();
constexpr std::string_view of_channels = "12345678QWERTYUI", switch_off = "12345678qwertyui",
                           switch_on = "!@#$%^&*QWERTYUI";
constexpr std::array<double, 7> gains{1, 2, 4, 6, 8, 12, 24};
constexpr std::string_view end_of_text = "$$$";

ParseResult refuse(SkipReason why) { return {ParseStatus::skip, 1, why}; }

bool stops(std::uint8_t byte) { return byte >= stop_accelerometer && byte <= stop_last; }

void read_samples(Bytes packet, std::span<double> counts) {
  read_be(packet.subspan(first_sample), sample_bytes, counts);
}

void write_packet(std::span<std::uint8_t> packet, std::uint64_t counter, std::span<const double> counts) {
  std::fill(packet.begin(), packet.end(), std::uint8_t{0});
  packet[0] = head;
  packet[1] = static_cast<std::uint8_t>(counter & 0xFFU);
  write_be(packet.subspan(first_sample), sample_bytes, counts);
  packet[packet_bytes - 1] = stop_accelerometer;
}

/// False, and absent, when the packet has nothing new.
bool read_axes(Bytes packet, std::span<double> counts) {
  bool any = false;
  for (std::size_t a = 0; a < axes; ++a) {
    counts[a] = signed_be(packet.subspan(first_axis + axis_bytes * a, axis_bytes));
    any = any || counts[a] != 0.0;
  }
  any = any && packet.back() == stop_accelerometer;
  if (!any) std::fill_n(counts.begin(), axes, absent);
  return any;
}

void write_axes(std::span<std::uint8_t> packet, std::span<const double> counts) {
  for (std::size_t a = 0; a < axes; ++a)
    if (!std::isnan(counts[a])) put_be(packet.subspan(first_axis + axis_bytes * a, axis_bytes), counts[a]);
}

ParseResult parse_cyton(const Setup& setup, Bytes bytes, Frame& frame) {
  if (bytes.empty()) return {};
  if (bytes[0] != head) return refuse(SkipReason::no_sync);
  if (bytes.size() < packet_bytes) return {};
  const Bytes packet = bytes.first(packet_bytes);
  if (!stops(packet.back())) return refuse(SkipReason::bad_field);
  frame.counter = packet[1];
  frame.flags = packet.back() - stop_accelerometer;
  frame.values = setup.channels + axes;
  const std::span<double> counts(frame.counts);
  read_samples(packet, counts.first(setup.channels));
  read_axes(packet, counts.subspan(setup.channels));
  return {ParseStatus::frame, packet_bytes, SkipReason::none};
}

std::size_t format_cyton(const Setup& setup, const Frame& frame, std::span<std::uint8_t> out) {
  const std::span<const double> counts(frame.counts);
  out = out.first(packet_bytes);
  write_packet(out, frame.counter, counts.first(setup.channels));
  write_axes(out, counts.subspan(setup.channels));
  return packet_bytes;
}

ParseResult parse_daisy(const Setup& setup, Bytes bytes, Frame& frame) {
  if (bytes.empty()) return {};
  if (bytes[0] != head) return refuse(SkipReason::no_sync);
  if (bytes.size() < 2 * packet_bytes) return {};
  const Bytes daisy = bytes.first(packet_bytes), board = bytes.subspan(packet_bytes, packet_bytes);
  if (board[0] != head || !stops(daisy.back()) || !stops(board.back())) return refuse(SkipReason::bad_field);
  if (daisy[1] % 2 != 0 || board[1] != daisy[1] + 1) return refuse(SkipReason::bad_field);
  frame.counter = daisy[1] / 2U;
  frame.flags = board.back() - stop_accelerometer;
  frame.values = setup.channels + axes;
  const std::span<double> counts(frame.counts);
  const std::uint32_t on_board = std::min(setup.channels, board_channels);
  read_samples(board, counts.first(on_board));
  read_samples(daisy, counts.subspan(on_board, setup.channels - on_board));
  if (!read_axes(board, counts.subspan(setup.channels))) read_axes(daisy, counts.subspan(setup.channels));
  return {ParseStatus::frame, 2 * packet_bytes, SkipReason::none};
}

std::size_t format_daisy(const Setup& setup, const Frame& frame, std::span<std::uint8_t> out) {
  const std::span<const double> counts(frame.counts);
  const std::uint32_t on_board = std::min(setup.channels, board_channels);
  const auto board = out.subspan(packet_bytes, packet_bytes);
  write_packet(out.first(packet_bytes), 2 * frame.counter, counts.subspan(on_board, setup.channels - on_board));
  write_packet(board, 2 * frame.counter + 1, counts.first(on_board));
  write_axes(board, counts.subspan(setup.channels));
  return 2 * packet_bytes;
}

std::vector<dsp::Channel> channels(const Setup& setup) {
  auto list = analogue_channels(setup.channels, signed_converter(8 * sample_bytes, reference_v, setup.gain));
  for (const char* name : {"accel_x", "accel_y", "accel_z"})
    list.push_back(other_channel(name, dsp::ChannelKind::accel, "g", g_per_count, -32768.0, 32767.0));
  return list;
}

/// Lying flat: 1 g upwards, ten times in a hundred packets.
void at_rest(const Setup& setup, std::uint64_t index, std::span<double> counts) {
  const auto period = static_cast<std::uint64_t>(std::lround(setup.rate_hz / 25.0));
  std::fill(counts.begin(), counts.end(), absent);
  if (index % period != 0) return;
  counts[0] = counts[1] = 0.0;
  counts[2] = 1.0 / g_per_count;
}

char gain_code(double gain) {
  return static_cast<char>('0' + (std::find(gains.begin(), gains.end(), gain) - gains.begin()));
}

/// From any state: stop, reset, defaults, then every input of the board: those in use bipolar (both switches to the
/// reference open) at the gain asked for, the others off. On wish the board's test current flows through both
/// electrodes of each.
std::vector<Step> start_board(const Setup& setup, std::uint32_t inputs, std::string_view banner) {
  constexpr int quiet_ms = 100, reset_ms = 5000, answer_ms = 2000;
  const std::string end(end_of_text);
  std::vector<Step> steps{Step::send("s"),
                          Step::drain(quiet_ms),
                          Step::send("v"),
                          Step::expect(std::string(banner), end, reset_ms),
                          Step::send(inputs == board_channels ? "c" : "C"),
                          Step::drain(quiet_ms),
                          Step::send("~6"),
                          Step::drain(quiet_ms),
                          Step::send("d"),
                          Step::expect("updating channel settings", end, answer_ms)};
  for (std::uint32_t i = 0; i < inputs; ++i) {
    const bool used = i < setup.channels;
    steps.push_back(Step::send(std::string("x") + of_channels[i] + (used ? '0' : '1') + gain_code(setup.gain) +
                               (used ? "0100X" : "0000X")));
    steps.push_back(Step::expect("Success: Channel set for " + std::to_string(i + 1), end, answer_ms));
    if (!used || !setup.lead_off) continue;
    steps.push_back(Step::send(std::string("z") + of_channels[i] + "11Z"));
    steps.push_back(Step::expect("Success: Lead off set for " + std::to_string(i + 1), end, answer_ms));
  }
  steps.push_back(Step::send("b"));
  return steps;
}

std::vector<Step> start_cyton(const Setup& setup) { return start_board(setup, board_channels, "OpenBCI"); }
std::vector<Step> start_daisy(const Setup& setup) { return start_board(setup, 2 * board_channels, "On Daisy"); }
std::vector<Step> stop(const Setup&) { return {Step::send("s"), Step::drain(50)}; }

// ---- the device side ----

struct Answer {
  std::string_view command, text;
};
constexpr std::string_view test_signal = "Success: Configured internal test signal.$$$";
constexpr std::array<Answer, 14> answers{{{"V", "v3.1.5$$$"},
                                          {"D", "060110$$$"},
                                          {"?", "\nBoard ADS Registers\nADS_ID, 00, 3E, 0, 0, 1, 1, 1, 1, 1, 0\n$$$"},
                                          {"0", test_signal},
                                          {"-", test_signal},
                                          {"=", test_signal},
                                          {"p", test_signal},
                                          {"[", test_signal},
                                          {"]", test_signal},
                                          {"<", "Time stamp ON$$$"},
                                          {">", "Time stamp OFF$$$"},
                                          {"//", "Success: default$$$"},
                                          {"~~", "Success: Sample rate is 250Hz$$$"},
                                          {"\xF0\x07", "Success: System is Up$$$"}}};

void set_defaults(DeviceState& state) {
  state.gain.fill(gains.back());
  state.off_mask = 0;
}

std::string banner(bool daisy) {
  return std::string("OpenBCI V3 8-16 channel\nOn Board ADS1299 Device ID: 0x3E\n") +
         (daisy ? "On Daisy ADS1299 Device ID: 0x3E\n" : "") + "LIS3DH Device ID: 0x33\nFirmware: v3.1.2\n$$$";
}

std::string set_channel(DeviceState& state, std::string_view command) {
  if (command.back() != 'X') return "Failure: Err: 9th char not X$$$";
  const std::size_t channel = of_channels.find(command[1]);
  const auto code = static_cast<std::size_t>(command[3] - '0');
  if (channel == std::string_view::npos || code >= gains.size()) return {};
  state.gain[channel] = gains[code];
  state.off_mask &= ~(std::uint64_t{1} << channel);
  if (command[2] == '1') state.off_mask |= std::uint64_t{1} << channel;
  return "Success: Channel set for " + std::to_string(channel + 1) + "$$$";
}

std::string set_lead_off(std::string_view command) {
  if (command.back() != 'Z') return "Failure: Err: 5th char not Z$$$";
  const std::size_t channel = of_channels.find(command[1]);
  return channel == std::string_view::npos ? "" : "Success: Lead off set for " + std::to_string(channel + 1) + "$$$";
}

std::string set_rate(char code) {
  constexpr std::array<int, 7> rates{16000, 8000, 4000, 2000, 1000, 500, 250};
  if (code < '0' || code > '9') return "Failure: invalid sample value$$$";
  const auto i = static_cast<std::size_t>(code - '0');
  if (i >= rates.size()) return "Failure: sample value out of bounds$$$";
  return "Success: Sample rate is " + std::to_string(rates[i]) + "Hz$$$";
}

std::string set_mode(char code) {
  constexpr std::array<std::string_view, 6> modes{"default", "debug", "analog", "digital", "marker", "BLE"};
  if (code < '0' || code > '5') return "Failure: board mode value out of bounds.$$$";
  return "Success: " + std::string(modes[static_cast<std::size_t>(code - '0')]) + "$$$";
}

std::string switch_one(DeviceState& state, std::string_view command) {
  if (const auto off = switch_off.find(command[0]); off != std::string_view::npos)
    state.off_mask |= std::uint64_t{1} << off;
  if (const auto on = switch_on.find(command[0]); on != std::string_view::npos)
    state.off_mask &= ~(std::uint64_t{1} << on);
  return {};
}

struct Command {
  char first;
  std::size_t bytes;
  std::string (*obey)(DeviceState&, std::string_view command, bool daisy);
};
constexpr std::array<Command, 10> commands{
    {{'v', 1,
      [](DeviceState& state, std::string_view, bool daisy) {
        set_defaults(state);
        return banner(daisy);
      }},
     {'d', 1,
      [](DeviceState& state, std::string_view, bool) {
        set_defaults(state);
        return std::string("updating channel settings to default$$$");
      }},
     {'b', 1,
      [](DeviceState& state, std::string_view, bool) {
        state.streaming = true;
        return std::string();
      }},
     {'c', 1, [](DeviceState&, std::string_view, bool daisy) { return std::string(daisy ? "daisy removed$$$" : ""); }},
     {'C', 1,
      [](DeviceState&, std::string_view, bool daisy) {
        return std::string(daisy ? "16$$$" : "no daisy to attach!8$$$");
      }},
     {'x', 9, [](DeviceState& state, std::string_view command, bool) { return set_channel(state, command); }},
     {'z', 5, [](DeviceState&, std::string_view command, bool) { return set_lead_off(command); }},
     {'~', 2, [](DeviceState&, std::string_view command, bool) { return set_rate(command[1]); }},
     {'/', 2, [](DeviceState&, std::string_view command, bool) { return set_mode(command[1]); }},
     {'`', 3, [](DeviceState&, std::string_view, bool) { return std::string(); }}}};

const Command* find_command(char first) {
  for (const Command& c : commands)
    if (c.first == first) return &c;
  return nullptr;
}

std::size_t command_bytes(char first) {
  const Command* command = find_command(first);
  return command != nullptr ? command->bytes : first == '\xF0' ? 2 : 1;  // F0: to the dongle
}

std::string obey(DeviceState& state, std::string_view command, bool daisy) {
  for (const Answer& a : answers)
    if (a.command == command) return std::string(a.text);
  const Command* known = find_command(command[0]);
  return known != nullptr ? known->obey(state, command, daisy) : switch_one(state, command);
}

/// A latch that comes early ends the command: "too few chars". While streaming commands work and answer nothing.
std::string listen(DeviceState& state, std::uint8_t byte, bool daisy) {
  state.pending += static_cast<char>(byte);
  const std::string& command = state.pending;
  const bool early = command.size() > 1 && command.size() < command_bytes(command[0]) &&
                     ((command[0] == 'x' && command.back() == 'X') || (command[0] == 'z' && command.back() == 'Z'));
  if (!early && command.size() < command_bytes(command[0])) return {};
  const bool streamed = state.streaming;
  if (command == "s" || command == "v") state.streaming = false;
  std::string answer = early ? "Failure: too few chars$$$" : obey(state, command, daisy);
  state.pending.clear();
  return streamed && state.streaming ? std::string() : answer;
}

std::string cyton_device(const Setup&, DeviceState& state, std::uint8_t byte) { return listen(state, byte, false); }
std::string daisy_device(const Setup&, DeviceState& state, std::uint8_t byte) { return listen(state, byte, true); }

SensorRow common_row() {
  SensorRow row;
  row.gains = {gains.begin(), gains.end()};
  row.default_gain = gains.back();
  row.lock_frames = 2;
  row.counts_from_zero = true;
  row.scale_source = "uV = count * 4.5 V / (2^23 - 1) / gain; ADS1299 data sheet, gain 1, 2, 4, 6, 8, 12 or 24";
  row.usb_ids = {"0403:6015"};
  row.channels = channels;
  row.stop = stop;
  row.at_rest = at_rest;
  row.outage = "Failure: Communications timeout - Device failed to poll Host$$$";
  row.can_test_leads = true;
  row.refusals = [](const Setup&) {
    return std::vector<Refusal>{
        {"Failure: Communications timeout", "the dongle is there, the board does not answer: switch it to PC"},
        {"Failure: System is Down", "the dongle is there, the board is not: switch it to PC"},
        {"Failure:", "the board refused a setting"}};
  };
  return row;
}

}  // namespace

extern const SensorRow cyton_row, cyton_daisy_row;
const SensorRow cyton_row = [] {
  SensorRow row = common_row();
  row.name = "cyton";
  row.title = "OpenBCI Cyton";
  row.rates_hz = {250.0};
  row.default_rate_hz = 250.0;
  row.max_channels = row.default_channels = board_channels;
  row.counter_modulus = 256;
  row.max_frame_bytes = packet_bytes;
  row.parse = parse_cyton;
  row.format = format_cyton;
  row.start = start_cyton;
  row.device = cyton_device;
  return row;
}();

const SensorRow cyton_daisy_row = [] {
  SensorRow row = common_row();
  row.name = "cyton-daisy";
  row.title = "OpenBCI Cyton with Daisy";
  row.rates_hz = {125.0};
  row.default_rate_hz = 125.0;
  row.max_channels = row.default_channels = 2 * board_channels;
  row.counter_modulus = 128;
  row.max_frame_bytes = 2 * packet_bytes;
  row.parse = parse_daisy;
  row.format = format_daisy;
  row.start = start_daisy;
  row.device = daisy_device;
  return row;
}();

}  // namespace myod::sensors
