// The loop between a device and its pseudo-terminal: real time by CLOCK_MONOTONIC, batches at absolute deadlines.
#pragma once

#include "tools/myosim/device.hpp"
#include "tools/myosim/pty.hpp"

namespace myod::myosim {

/// Until the duration is over or a signal arrives on `signals` (a signalfd).
void play(Device&, Pty&, double duration_s, int signals);

}  // namespace myod::myosim
