// A CSV file of samples: a header row of channel names, then one number per column and line.
#pragma once

#include <string>
#include <vector>

namespace myod::myosim {

struct Csv {
  std::vector<std::string> names;
  std::vector<double> values;  ///< row after row
};

/// Throws std::runtime_error when the file cannot be read, std::invalid_argument with FILE:LINE when it is no such
/// table.
Csv read_csv(const std::string& path);

}  // namespace myod::myosim
