// Everything the start would refuse a configuration for, without starting: what --check says is good can be run.
#pragma once

#include "config/config.hpp"

namespace myod::daemon {

/// Throws config::ConfigError with the place of what is wrong: addresses, sensors and their ports, options of the
/// signal processing a sensor's rate does not allow.
void check(const config::Configuration&);

}  // namespace myod::daemon
