// The sensor row: everything the program knows of a kind of sensor. A sensor is one file NAME.cpp that draws its wire
// layout, defines a row, and is named once in table.cpp; simulator, round-trip, garbage and chunking tests come free.
// parse and format are pure and inverse to each other; they see one frame and no history.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dsp/stream.hpp"

namespace myod::sensors {

inline constexpr std::size_t max_channels = 64;

/// How one particular device is set up: the row's defaults overridden by the user's configuration.
struct Setup {
  double rate_hz = 0.0;               ///< 0: the kind has no nominal rate and the user gave none: it is measured
  std::uint32_t channels = 0;         ///< analogue channels; 0: found out from the data (ascii)
  double full_scale = 0.0;            ///< 0: the row's; else device-specific (ascii: reference voltage; see the row)
  double gain = 0.0;                  ///< 0: the row's
  std::int64_t bits = 0;              ///< 0: the row's converter resolution
  std::int64_t counter_column = 0;    ///< ascii: 1-based column holding a sample counter; 0: none
  std::int64_t timestamp_column = 0;  ///< ascii: 1-based column holding a device time stamp; 0: none
  std::int64_t unit = 0;              ///< of several units on one receiver: this one; 0: the one heard first
  bool lead_off = false;              ///< the device sends its current through the electrodes to test them
};

/// One packet, in the device's own integers (ascii: whatever number the sketch prints).
struct Frame {
  std::uint32_t values = 0;  ///< how many of `counts` are set: analogue channels, then auxiliary ones, per instant
  std::array<double, max_channels> counts{};
  std::uint64_t counter = 0;  ///< of its first instant, as sent, modulo the row's counter_modulus
  std::uint32_t flags = 0;    ///< device flags, by kind
  std::uint32_t unit = 0;     ///< which device of several on one receiver sent it
  double device_time = 0.0;   ///< ascii: the timestamp column, in the device's own unit
};

/// Why bytes were not a frame. Counted by name.
enum class SkipReason : std::uint8_t {
  none,
  no_sync,
  bad_crc,
  bad_length,
  bad_field,
  text,
  too_long,
  wrong_columns,
  other_unit
};
inline constexpr std::array<std::string_view, 9> skip_reason_words{
    "none", "no_sync", "bad_crc", "bad_length", "bad_field", "text", "too_long", "wrong_columns", "other_unit"};

enum class ParseStatus : std::uint8_t { frame, need_more, skip };

struct ParseResult {
  ParseStatus status = ParseStatus::need_more;
  std::size_t size = 0;  ///< bytes of the frame, or to skip (at least 1); 0 with need_more
  SkipReason reason = SkipReason::none;
};

/// One step of a session, as data.
struct Step {
  enum class Kind : std::uint8_t { send, expect, wait_ms, drain } kind = Kind::send;
  std::string bytes;     ///< send: these; expect: what the device's answer contains
  std::string until;     ///< expect: the answer ends with these, at or after `bytes`; empty: with `bytes` themselves
  int milliseconds = 0;  ///< wait_ms: how long; expect: time-out; drain: discard input until silent this long

  static Step send(std::string bytes) { return {Kind::send, std::move(bytes), "", 0}; }
  static Step expect(std::string bytes, std::string until, int timeout_ms) {
    return {Kind::expect, std::move(bytes), std::move(until), timeout_ms};
  }
  static Step wait(int ms) { return {Kind::wait_ms, "", "", ms}; }
  static Step drain(int silent_ms) { return {Kind::drain, "", "", silent_ms}; }
};

/// An answer that ends a session whatever was expected, and what it means for people.
struct Refusal {
  std::string answer, meaning;
};

/// What the device side does with a byte (or line) from the host; drives the simulator.
struct DeviceState {
  bool streaming = false;
  double rate_hz = 0.0;  ///< as set by the host; 0: Setup's
  std::uint32_t channel_mask = 0;
  std::array<double, max_channels> gain{};  ///< per analogue channel, as set by the host; 0: Setup's
  std::uint64_t off_mask = 0;               ///< analogue channels that are switched off: they send 0
  std::string pending;                      ///< bytes of a command not complete yet
  std::string memory;                       ///< what else the host told it to keep, by kind
};

struct SensorRow {
  std::string_view name;          ///< the KIND of the command line
  std::string_view title;         ///< for people
  std::string_view default_port;  ///< empty: must be given
  std::vector<double> rates_hz;   ///< the rates it can be set to; empty: any
  std::vector<double> gains;      ///< the gains it can be set to; empty: any
  double default_rate_hz = 0.0;   ///< 0: none, measured
  std::uint32_t min_channels = 1, max_channels = 1, default_channels = 1;
  std::uint32_t baud = 115200;
  std::uint64_t counter_modulus = 0;      ///< 0: no counter
  std::uint32_t instants = 1;             ///< of every channel in a frame: counts[instant * channels + channel]
  std::uint32_t lock_frames = 1;          ///< consecutive good frames (counter +1 each) before the first is believed
  std::size_t max_frame_bytes = 0;        ///< also the assembler's look-ahead
  bool fixed_size = true;                 ///< every frame of a setup has the same length
  std::string_view scale_source;          ///< where the scale to microvolt comes from
  std::vector<std::string_view> usb_ids;  ///< VID:PID

  /// At the first byte: a frame of `size`, need_more, or skip `size` bytes for a reason. Never reads past `bytes`.
  ParseResult (*parse)(const Setup&, std::span<const std::uint8_t> bytes, Frame& frame) = nullptr;
  /// The inverse; returns the bytes written (at most max_frame_bytes).
  std::size_t (*format)(const Setup&, const Frame&, std::span<std::uint8_t> out) = nullptr;
  /// The channels a setup has, with scale, offset and rails. Channel names here are the device's own ("A1").
  std::vector<dsp::Channel> (*channels)(const Setup&) = nullptr;
  /// From any state to streaming, and back. A device that streams unasked needs none.
  std::vector<Step> (*start)(const Setup&) = [](const Setup&) { return std::vector<Step>(); };
  std::vector<Step> (*stop)(const Setup&) = [](const Setup&) { return std::vector<Step>(); };
  /// Device side: one byte from the host; returns what the device answers at once.
  std::string (*device)(const Setup&, DeviceState&, std::uint8_t byte) = [](const Setup&, DeviceState&, std::uint8_t) {
    return std::string();
  };
  bool streams_unasked = false;  ///< the device streams from power-up

  /// Answers that end any session.
  std::vector<Refusal> (*refusals)(const Setup&) = [](const Setup&) { return std::vector<Refusal>(); };
  std::string_view banner;  ///< device side: printed on power-up
  std::string_view outage;  ///< device side: text the receiver puts into the stream when the radio is interrupted
  /// Device side: what the channels beyond the analogue ones read, in counts, on a device that lies still; empty: their
  /// offset. `counts`: those channels alone, NaN where the device sends nothing new.
  void (*at_rest)(const Setup&, std::uint64_t index, std::span<double> counts) = nullptr;

  bool text_lines = false;        ///< frames are lines: after opening, what precedes the first line end is not believed
  bool counts_from_zero = false;  ///< the first frame after `start` carries counter 0; else the counter just goes on
  double default_full_scale = 0.0;  ///< of Setup::full_scale; 0: the setting means nothing to this kind
  double default_gain = 0.0;        ///< of Setup::gain, likewise
  std::int64_t default_bits = 0;    ///< of Setup::bits, likewise
  std::int64_t max_bits = 32;
  bool several_units = false;   ///< one receiver brings frames of more than one device
  bool can_test_leads = false;  ///< Setup::lead_off has a meaning
  /// The analogue channels, one bit each, whose electrodes the device says are off; empty: it does not say.
  std::uint64_t (*leads_off)(const Setup&, const Frame&) = nullptr;
  bool rate_is_shared = false;  ///< default_rate_hz is that of all channels together: each has its share
  /// The modulus where it is the setup's; empty: counter_modulus.
  std::uint64_t (*modulus)(const Setup&) = nullptr;
};

/// Every row, in the order of --list-sensors.
std::span<const SensorRow* const> sensor_table();
const SensorRow* find_sensor(std::string_view name);

/// Modulus of the counter a setup really has, in instants (ascii: one only when a counter column is named); 0: none.
std::uint64_t counter_modulus(const SensorRow&, const Setup&);

/// Bytes of one frame of a row with fixed_size.
std::size_t frame_size(const SensorRow&, const Setup&);

/// The row's defaults with the user's wishes; throws std::invalid_argument naming key, value and what is allowed.
Setup complete_setup(const SensorRow&, Setup wished);

}  // namespace myod::sensors
