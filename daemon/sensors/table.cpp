// The sensor table: a sensor is its own file and its name here.
#include <array>

#include "daemon/sensors/sensor.hpp"

namespace myod::sensors {

extern const SensorRow sim_row, ascii_row, cyton_row, cyton_daisy_row, bitalino_row, chords_row, olimex_row,
    backyardbrains_row, umyo_row, shimmer3_row, healthypi_row, knight_row, freeeeg32_row;

std::span<const SensorRow* const> sensor_table() {
  static constexpr std::array rows{&sim_row,       &ascii_row,  &cyton_row,          &cyton_daisy_row, &bitalino_row,
                                   &chords_row,    &olimex_row, &backyardbrains_row, &umyo_row,        &shimmer3_row,
                                   &healthypi_row, &knight_row, &freeeeg32_row};
  return rows;
}

const SensorRow* find_sensor(std::string_view name) {
  for (const SensorRow* row : sensor_table())
    if (row->name == name) return row;
  return nullptr;
}

}  // namespace myod::sensors
