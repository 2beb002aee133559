// What kind of sensor bytes come from, by trying the parser of every row of the sensor table on them. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "daemon/sensors/sensor.hpp"

namespace myod::daemon {

struct Recognised {
  const sensors::SensorRow* row = nullptr;
  std::uint32_t channels = 0;  ///< the fewest that make such frames; 0: the lines of the kind may have any number
};

/// The kinds whose frames these bytes are, in the order of the table: at least 16 frames, and at most a tenth of the
/// bytes in none. Nothing when there are too few bytes, or nobody's. Takes milliseconds for some kilobytes.
std::vector<Recognised> recognise(std::span<const std::uint8_t> bytes);

/// "a bitalino with 2 channels", joined by "or"; empty: none.
std::string words(const std::vector<Recognised>& kinds);

/// The newest bytes of a port that made no sample yet, bounded.
class UnreadBytes {
 public:
  void add(std::span<const std::uint8_t> bytes);
  void clear() { bytes_.clear(); }
  /// In words what they come from, when that is another sensor than the one that is set up.
  std::string from_another(const sensors::SensorRow& row, const sensors::Setup& setup) const;

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace myod::daemon
