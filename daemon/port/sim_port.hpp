// The embedded simulator as a port: muscles of dsp/synth, paced by CLOCK_MONOTONIC, in the bytes of the given sensor.
// It is a device like any other: it stays silent until the session's start commands are written to it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "daemon/port/port.hpp"
#include "daemon/sensors/sensor.hpp"

namespace myod::port {

/// The setup must be complete (rate and channels known).
std::unique_ptr<Port> open_sim(boost::asio::io_context&, const sensors::SensorRow&, const sensors::Setup&);

}  // namespace myod::port
