#include "daemon/port/raw_mode.hpp"

#include <asm/termbits.h>
#include <linux/serial.h>
#include <sys/ioctl.h>

namespace myod::port {

bool set_raw(int fd, std::uint32_t baud) {
  termios2 t{};
  if (ioctl(fd, TCGETS2, &t) != 0) return false;
  t.c_iflag &= ~static_cast<tcflag_t>(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON | IXOFF | IXANY);
  t.c_oflag &= ~static_cast<tcflag_t>(OPOST);
  t.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
  // HUPCL off: dropping DTR resets many boards each time the port is closed.
  t.c_cflag &= ~static_cast<tcflag_t>(CSIZE | PARENB | CSTOPB | CRTSCTS | HUPCL | CBAUD | (CBAUD << IBSHIFT));
  t.c_cflag |= static_cast<tcflag_t>(CS8 | CLOCAL | CREAD | BOTHER | (BOTHER << IBSHIFT));
  t.c_ispeed = t.c_ospeed = baud;
  t.c_cc[VMIN] = 1;
  t.c_cc[VTIME] = 0;
  return ioctl(fd, TCSETS2, &t) == 0;
}

void ask_low_latency(int fd) {
  serial_struct s{};
  if (ioctl(fd, TIOCGSERIAL, &s) != 0) return;  // ENOTTY, EINVAL: no such knob
  s.flags |= ASYNC_LOW_LATENCY;
  static_cast<void>(ioctl(fd, TIOCSSERIAL, &s));
}

}  // namespace myod::port
