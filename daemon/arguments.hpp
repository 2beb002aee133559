// The command line of myod, as contracts.md fixes it.
#pragma once

#include <optional>
#include <string>

#include "config/config.hpp"

namespace myod::daemon {

struct Arguments {
  config::Configuration configuration;  ///< file, then --sensor, --listen, ..., then --set; validated
  bool check = false;
  bool print_config = false;
  bool list_sensors = false;
  bool list_features = false;
  bool list_options = false;
  bool json = false;
};

/// Nothing to run: the program ends with this code (help, version, wrong syntax); text is printed already.
struct Ended {
  int code = 0;
};

/// Throws config::ConfigError for well-formed but wrong values.
struct ParsedArguments {
  std::optional<Ended> ended;
  Arguments arguments;
};
ParsedArguments parse_arguments(int argc, char** argv);

}  // namespace myod::daemon
