// Lines of numbers, as any sketch prints them: one line an instant, LF or CR LF, at most 256 bytes.
//
//   523                     1,2,3     1; 2; 3     1 2 3     1<TAB>2      columns
//   emg: 523                a:1,b:2                                     labels (Arduino plotter); the last colon counts
//   >emg:523                >emg:1627551892437:523                       Teleplot, one variable; time and unit ignored
//   # anything, or words                                                no sample: counted as text
//
// Of the columns, one may be a sample counter and one the device's time (Setup). Columns count as the setup says; with
// channels 0 any number passes and the layout is found by the caller. An empty field, NaN or infinity refuses the line.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "daemon/sensors/channels.hpp"
#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {

namespace {

constexpr std::size_t longest_line = 256;
constexpr std::size_t most_columns = 34;  // 32 channels, counter, time

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_separator(char c) { return c == ',' || c == ';' || c == '\t'; }
bool starts_number(char c) { return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.'; }

struct Columns {
  std::array<double, most_columns> values{};
  std::size_t count = 0;
};

// "12.5" whole and finite.
bool read_number(std::string_view s, double& value) {
  if (!s.empty() && s.front() == '+') s.remove_prefix(1);
  if (s.empty() || is_letter(s.front())) return false;
  const auto r = std::from_chars(s.data(), s.data() + s.size(), value);
  return r.ec == std::errc() && r.ptr == s.data() + s.size() && std::isfinite(value);
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\r')) s.remove_suffix(1);
  return s;
}

// A field between separators: an optional label, then numbers with spaces between them.
SkipReason read_field(std::string_view field, Columns& columns) {
  if (const auto colon = field.rfind(':'); colon != std::string_view::npos) field = field.substr(colon + 1);
  field = trimmed(field);
  if (field.empty()) return SkipReason::bad_field;
  while (!field.empty()) {
    const auto end = std::min(field.find(' '), field.size());
    if (columns.count == most_columns) return SkipReason::wrong_columns;
    if (!read_number(field.substr(0, end), columns.values[columns.count])) return SkipReason::bad_field;
    ++columns.count;
    field = trimmed(field.substr(end));
  }
  return SkipReason::none;
}

// Words before any number are a message; a single stray letter is a damaged number.
bool is_text(std::string_view line) {
  if (line.empty() || line.front() == '#') return true;
  if (line.find(':') != std::string_view::npos) return false;
  int letters = 0;
  for (const char c : line) {
    if (starts_number(c) && letters < 2) return false;
    if (is_letter(c)) ++letters;
  }
  return letters >= 2;
}

SkipReason read_line(std::string_view line, Columns& columns) {
  line = trimmed(line);
  if (is_text(line)) return SkipReason::text;
  if (line.front() == '>') {  // >name:value, >name:ms:value; then perhaps §unit and |flags
    line.remove_prefix(1);
    line = line.substr(0, std::min(line.find("\xC2\xA7"), line.find('|')));
  }
  if (line.empty()) return SkipReason::bad_field;
  if (is_separator(line.back())) line.remove_suffix(1);  // many a sketch prints one after every value
  while (true) {
    const auto end = std::min(line.find_first_of(",;\t"), line.size());
    if (const SkipReason why = read_field(line.substr(0, end), columns); why != SkipReason::none) return why;
    if (end == line.size()) return SkipReason::none;
    line.remove_prefix(end + 1);
  }
}

// Counter and time leave the columns, the rest are the channels.
SkipReason sort_columns(const Setup& setup, const Columns& columns, Frame& frame) {
  frame.values = 0;
  frame.counter = 0;
  frame.flags = 0;
  frame.device_time = 0.0;
  for (std::size_t i = 0; i < columns.count; ++i) {
    const double v = columns.values[i];
    const auto number = static_cast<std::int64_t>(i) + 1;
    if (number == setup.counter_column) {
      if (!(v >= 0.0 && v < 4294967296.0) || v != std::floor(v)) return SkipReason::bad_field;
      frame.counter = static_cast<std::uint64_t>(v);
    } else if (number == setup.timestamp_column) {
      frame.device_time = v;
    } else {
      frame.counts[frame.values++] = v;
    }
  }
  const std::size_t others = (setup.counter_column != 0 ? 1U : 0U) + (setup.timestamp_column != 0 ? 1U : 0U);
  const bool as_many = setup.channels == 0 ? frame.values > 0 : frame.values == setup.channels;
  return as_many && columns.count == frame.values + others ? SkipReason::none : SkipReason::wrong_columns;
}

ParseResult parse(const Setup& setup, std::span<const std::uint8_t> bytes, Frame& frame) {
  const auto* const text = reinterpret_cast<const char*>(bytes.data());
  const std::size_t seen = std::min(bytes.size(), longest_line);
  const auto* const end = seen == 0 ? nullptr : static_cast<const char*>(std::memchr(text, '\n', seen));
  if (end == nullptr) {
    if (seen < longest_line) return {};
    return {ParseStatus::skip, longest_line, SkipReason::too_long};
  }
  const auto size = static_cast<std::size_t>(end - text) + 1;
  Columns columns;
  SkipReason why = read_line({text, size - 1}, columns);
  if (why == SkipReason::none) why = sort_columns(setup, columns, frame);
  if (why != SkipReason::none) return {ParseStatus::skip, size, why};
  return {ParseStatus::frame, size, SkipReason::none};
}

std::size_t format(const Setup& setup, const Frame& frame, std::span<std::uint8_t> out) {
  std::array<char, 32 * (most_columns + 1)> line;  // NOLINT: filled by to_chars
  char* at = line.data();
  std::uint32_t channel = 0;
  for (std::int64_t column = 1; column <= static_cast<std::int64_t>(most_columns); ++column) {
    char* const last = at + 30;
    char* const from = at == line.data() ? at : (*at = ',', at + 1);
    if (column == setup.counter_column)
      at = std::to_chars(from, last, frame.counter).ptr;
    else if (column == setup.timestamp_column)
      at = std::to_chars(from, last, frame.device_time).ptr;
    else if (channel < frame.values)
      at = std::to_chars(from, last, frame.counts[channel++]).ptr;
  }
  *at++ = '\r';
  *at++ = '\n';
  const auto size = static_cast<std::size_t>(at - line.data());
  if (size > std::min(out.size(), longest_line)) return 0;
  std::memcpy(out.data(), line.data(), size);
  return size;
}

std::vector<dsp::Channel> channels(const Setup& setup) {
  return analogue_channels(setup.channels, unsigned_converter(setup.bits, setup.full_scale, setup.gain));
}

// A column counts in an unsigned long, on every Arduino 32 bits.
std::uint64_t modulus(const Setup& setup) { return setup.counter_column != 0 ? std::uint64_t{1} << 32U : 0; }

}  // namespace

extern const SensorRow ascii_row;
const SensorRow ascii_row = [] {
  SensorRow row;
  row.name = "ascii";
  row.title = "lines of numbers (MyoWare, Grove EMG, any Arduino sketch)";
  row.max_channels = 32;
  row.default_channels = 0;  // found out
  row.max_frame_bytes = longest_line;
  row.fixed_size = false;
  row.scale_source =
      "uV = (count - 2^bits / 2) * reference voltage / 2^bits / gain; 10 bit, 5 V, gain 200: MyoWare 2.0 RAW on an Uno";
  row.usb_ids = {"2341:0043", "2341:0042", "2341:0010", "2341:8036", "2341:0069", "2341:1002",
                 "2341:0243", "1A86:7523", "1A86:55D4", "10C4:EA60", "0403:6001", "303A:1001"};
  row.parse = parse;
  row.format = format;
  row.channels = channels;
  row.modulus = modulus;
  row.streams_unasked = true;
  row.text_lines = true;
  row.default_full_scale = 5.0;
  row.default_gain = 200.0;
  row.default_bits = 10;
  return row;
}();

}  // namespace myod::sensors
