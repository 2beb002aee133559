// Sixteen simulated sensors of mixed kinds at once, 64 analogue channels in all, as fast as each kind goes up to 2 kHz:
// the most one machine is asked for.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/process.hpp"

namespace myod::test {

struct OneOfMany {
  std::string_view kind;
  std::uint32_t channels = 1;
  double rate_hz = 0.0;
};

inline constexpr std::array<OneOfMany, 16> sixteen_sensors{{{"sim", 4, 2000.0},
                                                            {"sim", 4, 2000.0},
                                                            {"sim", 4, 2000.0},
                                                            {"sim", 4, 2000.0},
                                                            {"bitalino", 4, 1000.0},
                                                            {"bitalino", 4, 1000.0},
                                                            {"cyton", 8, 250.0},
                                                            {"knight", 8, 125.0},
                                                            {"chords", 6, 250.0},
                                                            {"olimex", 6, 250.0},
                                                            {"shimmer3", 2, 1024.0},
                                                            {"shimmer3", 2, 1024.0},
                                                            {"umyo", 1, 1150.0},
                                                            {"umyo", 1, 1150.0},
                                                            {"ascii", 4, 500.0},
                                                            {"backyardbrains", 2, 5000.0}}};

/// Those from `first` on as running simulators, named by their places ("s0"), and the configuration that reads them.
class ManySensors {
 public:
  explicit ManySensors(const TemporaryFolder& folder, std::size_t first = 0);
  /// Lines of a configuration file: [[sensor]] tables.
  const std::string& configuration() const { return configuration_; }

 private:
  std::vector<std::unique_ptr<Process>> simulators_;
  std::string configuration_;
};

}  // namespace myod::test
