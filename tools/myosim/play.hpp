// The loop between a device and its pseudo-terminal: real time by CLOCK_MONOTONIC, batches at absolute deadlines.
#pragma once

#include "tools/myosim/device.hpp"
#include "tools/myosim/pty.hpp"

namespace myod::myosim {

/// Bytes leave every `burst_ms`. Until the duration is over or a signal arrives on `signals` (a signalfd).
void play(Device&, Pty&, double burst_ms, double duration_s, int signals);

}  // namespace myod::myosim
