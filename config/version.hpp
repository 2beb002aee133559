// What every program says of itself.
#pragma once

namespace myod::config {

inline constexpr const char* version = "0.1.0";
inline constexpr const char* disclaimer = "Not a medical device: for exercise, research and development only.";

}  // namespace myod::config
