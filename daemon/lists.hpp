// --list-sensors and --list-features: the tables as text for people or JSON lines for programs.
#pragma once

#include <string>

namespace myod::daemon {

std::string list_sensors(bool json);
std::string list_features(bool json);

}  // namespace myod::daemon
