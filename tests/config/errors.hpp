// What a mistake in a configuration says.
#pragma once

#include <string>
#include <string_view>

#include "config/config.hpp"

namespace myod::config {

template <typename Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "no error";
}

/// Of a file lab.toml with that text.
inline std::string parse_error(std::string_view toml) {
  return error_of([toml] { parse(toml, "lab.toml"); });
}

}  // namespace myod::config
