// A terminal line as a plain byte pipe. In a file of its own: the kernel's termios2 and the C library's termios exclude
// each other.
#pragma once

#include <cstdint>
#include <optional>

namespace myod::port {

/// 8N1, no flow control, no translation, no hang-up on close, any baud rate: returns the one the driver could make of
/// it, nothing with errno set when the line cannot be set up.
std::optional<std::uint32_t> set_raw(int fd, std::uint32_t baud);

/// Near enough to understand each other: ten bits are sampled in their middles, so half a bit in ten (5 %) is what both
/// clocks may be off together, and half of that is left to the device.
bool same_speed(std::uint32_t wished, std::uint32_t got);

/// Asks the driver not to hold bytes back (FTDI: 16 ms otherwise). Drivers without the knob are left alone.
void ask_low_latency(int fd);

/// Takes back DTR and RTS, which opening asserted; false with errno set where there are none (pseudo-terminals).
bool drop_dtr(int fd);

}  // namespace myod::port
