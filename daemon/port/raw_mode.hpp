// A terminal line as a plain byte pipe. In a file of its own: the kernel's termios2 and the C library's termios exclude
// each other.
#pragma once

#include <cstdint>

namespace myod::port {

/// 8N1, no flow control, no translation, any baud rate, no hang-up on close; false with errno set.
bool set_raw(int fd, std::uint32_t baud);

/// Asks the driver not to hold bytes back (FTDI: 16 ms otherwise). Drivers without the knob are left alone.
void ask_low_latency(int fd);

}  // namespace myod::port
