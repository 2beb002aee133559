// `--sensor auto`: from what is plugged in to the sensors that are run.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>

#include "config/config.hpp"
#include "daemon/port/port.hpp"

namespace myod::daemon {

/// Every sensor of kind `auto` replaced by one for each device that the sensor table knows by its USB id and no other
/// sensor names, under an address that lasts. Where several kinds use a chip it is listened to, for `patience` at each
/// of their speeds; nothing is sent. Throws std::runtime_error with the remedy when nothing is plugged in, or a device
/// does not tell what it is; config::ConfigError when a port is given. Returns early when `ended`.
config::Configuration find_sensors(boost::asio::io_context& io, config::Configuration configuration,
                                   const port::Roots& roots, std::chrono::milliseconds patience, const bool& ended);

}  // namespace myod::daemon
