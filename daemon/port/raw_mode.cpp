#include "daemon/port/raw_mode.hpp"

#include <asm/termbits.h>
#include <linux/serial.h>
#include <sys/ioctl.h>

namespace myod::port {

std::optional<std::uint32_t> set_raw(int fd, std::uint32_t baud) {
  termios2 t{};
  if (ioctl(fd, TCGETS2, &t) != 0) return std::nullopt;
  t.c_iflag &= ~static_cast<tcflag_t>(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON | IXOFF | IXANY);
  t.c_oflag &= ~static_cast<tcflag_t>(OPOST);
  t.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
  // HUPCL off: dropping DTR resets many boards each time the port is closed.
  t.c_cflag &= ~static_cast<tcflag_t>(CSIZE | PARENB | CSTOPB | CRTSCTS | HUPCL | CBAUD | (CBAUD << IBSHIFT));
  t.c_cflag |= static_cast<tcflag_t>(CS8 | CLOCAL | CREAD | BOTHER | (BOTHER << IBSHIFT));
  t.c_ispeed = t.c_ospeed = baud;
  t.c_cc[VMIN] = 1;
  t.c_cc[VTIME] = 0;
  if (ioctl(fd, TCSETS2, &t) != 0 || ioctl(fd, TCGETS2, &t) != 0) return std::nullopt;
  return t.c_ospeed;
}

bool same_speed(std::uint32_t wished, std::uint32_t got) {
  const std::uint64_t off = wished > got ? wished - got : got - wished;
  return off * 40 <= wished;
}

void ask_low_latency(int fd) {
  serial_struct s{};
  if (ioctl(fd, TIOCGSERIAL, &s) != 0) return;  // ENOTTY, EINVAL: no such knob
  s.flags |= ASYNC_LOW_LATENCY;
  static_cast<void>(ioctl(fd, TIOCSSERIAL, &s));
}

bool drop_dtr(int fd) {
  const int lines = TIOCM_DTR | TIOCM_RTS;
  return ioctl(fd, TIOCMBIC, &lines) == 0;
}

}  // namespace myod::port
