#include "daemon/lists.hpp"

#include <iomanip>
#include <sstream>

#include "config/value.hpp"
#include "daemon/sensors/sensor.hpp"
#include "dsp/features/table.hpp"
#include "dsp/words.hpp"

namespace myod::daemon {

namespace {

using config::quoted;

std::string rates(const sensors::SensorRow& row, const char* separator) {
  std::ostringstream out;
  for (const double rate : row.rates_hz) out << (out.tellp() > 0 ? separator : "") << rate;
  return out.str();
}

std::string channel_range(const sensors::SensorRow& row) {
  return row.min_channels == row.max_channels
             ? std::to_string(row.min_channels)
             : std::to_string(row.min_channels) + "-" + std::to_string(row.max_channels);
}

}  // namespace

std::string list_sensors(bool json) {
  std::ostringstream out;
  for (const sensors::SensorRow* row : sensors::sensor_table()) {
    if (json) {
      out << "{\"name\":" << quoted(row->name) << ",\"title\":" << quoted(row->title) << ",\"rates_hz\":["
          << rates(*row, ",") << "],\"default_rate_hz\":" << row->default_rate_hz
          << ",\"min_channels\":" << row->min_channels << ",\"max_channels\":" << row->max_channels
          << ",\"counter_modulus\":" << row->counter_modulus << ",\"default_port\":" << quoted(row->default_port)
          << ",\"scale_source\":" << quoted(row->scale_source) << "}\n";
      continue;
    }
    out << std::left << std::setw(12) << row->name << row->title << '\n'
        << std::setw(12) << "" << channel_range(*row) << " channels; "
        << (row->rates_hz.empty() ? std::string("any rate") : rates(*row, ", ") + " Hz") << "; "
        << (row->counter_modulus != 0 ? "counts its samples modulo " + std::to_string(row->counter_modulus)
                                      : std::string("no sample counter: losses on the way cannot be seen"))
        << '\n';
  }
  return out.str();
}

std::string list_features(bool json) {
  std::ostringstream out;
  const dsp::FeatureOptions defaults;
  for (const dsp::FrameKind kind : {dsp::FrameKind::amplitude, dsp::FrameKind::spectrum, dsp::FrameKind::control}) {
    const std::string_view word = dsp::word(dsp::frame_kind_words, kind);
    for (const dsp::FeatureRow& row : dsp::feature_rows(kind)) {
      if (json)
        out << "{\"name\":" << quoted(row.name) << ",\"kind\":" << quoted(word) << ",\"unit\":" << quoted(row.unit)
            << ",\"meaning\":" << quoted(row.meaning) << ",\"window_ms\":" << row.window_ms(defaults)
            << ",\"delay_ms\":" << row.delay_ms(defaults) << "}\n";
      else
        out << std::left << std::setw(10) << word << std::setw(24) << row.name << std::setw(6) << row.unit
            << row.meaning << " (window " << row.window_ms(defaults) << " ms, delay " << row.delay_ms(defaults)
            << " ms)\n";
    }
  }
  return out.str();
}

}  // namespace myod::daemon
