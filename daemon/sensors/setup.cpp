// How a device is set up: the row's defaults overridden by the user's wishes. A wish the kind cannot grant is refused
// with its key, its value and what is allowed; nothing is ever corrected.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {

namespace {

constexpr double max_rate_hz = 100'000.0;

std::string text(double v) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), v).ptr;
  return {buffer.data(), end};
}

[[noreturn]] void refuse(std::string_view key, const std::string& value, const std::string& allowed) {
  throw std::invalid_argument(std::string(key) + " = " + value + ": " + allowed);
}

std::string listed(const std::vector<double>& values) {
  std::string list;
  for (const double v : values) list += (list.empty() ? "" : ", ") + text(v);
  return list;
}

void choose_rate(const SensorRow& row, Setup& s) {
  if (s.rate_hz == 0.0) {
    s.rate_hz = row.rate_is_shared ? row.default_rate_hz / s.channels : row.default_rate_hz;
    return;
  }
  if (row.rates_hz.empty()) {
    if (!(s.rate_hz > 0.0 && s.rate_hz <= max_rate_hz))
      refuse("rate_hz", text(s.rate_hz), "must be above 0 and at most " + text(max_rate_hz) + " Hz");
    return;
  }
  if (std::find(row.rates_hz.begin(), row.rates_hz.end(), s.rate_hz) != row.rates_hz.end()) return;
  refuse("rate_hz", text(s.rate_hz), "must be " + listed(row.rates_hz) + " Hz");
}

void choose_gain(const SensorRow& row, Setup& s) {
  const auto& gains = row.gains;
  if (s.gain != 0.0 && !gains.empty() && std::find(gains.begin(), gains.end(), s.gain) == gains.end())
    refuse("gain", text(s.gain), "must be " + listed(gains));
}

void choose_channels(const SensorRow& row, Setup& s) {
  if (s.channels == 0)
    s.channels = row.default_channels;
  else if (s.channels < row.min_channels || s.channels > row.max_channels)
    refuse("channels", std::to_string(s.channels),
           "must be " + std::to_string(row.min_channels) + ".." + std::to_string(row.max_channels));
}

void choose_positive(const SensorRow& row, std::string_view key, double& wished, double by_default,
                     std::string_view unit) {
  if (wished == 0.0) {
    wished = by_default;
    return;
  }
  if (by_default == 0.0) refuse(key, text(wished), "means nothing to kind " + std::string(row.name) + ": leave it out");
  if (!(wished > 0.0 && wished <= 1e9))
    refuse(key, text(wished), "must be above 0 and at most 1e9" + std::string(unit));
}

void choose_bits(const SensorRow& row, Setup& s) {
  if (s.bits == 0) {
    s.bits = row.default_bits;
    return;
  }
  if (row.default_bits == 0)
    refuse("bits", std::to_string(s.bits), "means nothing to kind " + std::string(row.name) + ": leave it out");
  if (s.bits < 1 || s.bits > row.max_bits)
    refuse("bits", std::to_string(s.bits), "must be 1.." + std::to_string(row.max_bits));
}

void check_column(const SensorRow& row, std::string_view key, std::int64_t column) {
  if (column == 0) return;
  if (!row.text_lines)
    refuse(key, std::to_string(column), "means nothing to kind " + std::string(row.name) + ": leave it out");
  if (column < 1 || column > static_cast<std::int64_t>(row.max_channels) + 2)
    refuse(key, std::to_string(column), "must be 1.." + std::to_string(row.max_channels + 2) + " (0: none)");
}

void check_meaning(const SensorRow& row, std::string_view key, const std::string& value, bool wished, bool meant) {
  if (wished && !meant) refuse(key, value, "means nothing to kind " + std::string(row.name) + ": leave it out");
}

/// A line of known channels has no column beyond them and the others.
void check_within(const Setup& s, std::string_view key, std::int64_t column, std::int64_t others) {
  const std::int64_t columns = s.channels + others;
  if (s.channels != 0 && column > columns)
    refuse(key, std::to_string(column),
           "must be 1.." + std::to_string(columns) +
               ": a line has so many columns with channels = " + std::to_string(s.channels));
}

}  // namespace

Setup complete_setup(const SensorRow& row, Setup wished) {
  choose_channels(row, wished);
  choose_rate(row, wished);
  choose_gain(row, wished);
  choose_positive(row, "full_scale", wished.full_scale, row.default_full_scale, " V");
  choose_positive(row, "gain", wished.gain, row.default_gain, "");
  choose_bits(row, wished);
  check_meaning(row, "unit", std::to_string(wished.unit), wished.unit != 0, row.several_units);
  check_meaning(row, "lead_off", "true", wished.lead_off, row.can_test_leads);
  check_column(row, "counter_column", wished.counter_column);
  check_column(row, "timestamp_column", wished.timestamp_column);
  const std::int64_t others = (wished.counter_column != 0 ? 1 : 0) + (wished.timestamp_column != 0 ? 1 : 0);
  check_within(wished, "counter_column", wished.counter_column, others);
  check_within(wished, "timestamp_column", wished.timestamp_column, others);
  if (wished.counter_column != 0 && wished.counter_column == wished.timestamp_column)
    refuse("timestamp_column", std::to_string(wished.timestamp_column), "must not be the counter_column too");
  return wished;
}

std::uint64_t counter_modulus(const SensorRow& row, const Setup& setup) {
  return row.modulus != nullptr ? row.modulus(setup) : row.counter_modulus;
}

std::size_t frame_size(const SensorRow& row, const Setup& setup) {
  std::vector<std::uint8_t> bytes(row.max_frame_bytes);
  Frame frame;
  frame.values = row.instants * static_cast<std::uint32_t>(row.channels(setup).size());
  return row.format(setup, frame, bytes);
}

}  // namespace myod::sensors
