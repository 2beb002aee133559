// Serial ports and pseudo-terminals: raw, exclusive, never the controlling terminal.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <system_error>

#include "daemon/port/devices.hpp"
#include "daemon/port/kinds.hpp"
#include "daemon/port/raw_mode.hpp"
#include "daemon/port/stream_port.hpp"

namespace myod::port {

namespace {

std::string message(int error) { return std::generic_category().message(error); }

std::string remedy(int error) {
  switch (error) {
    case ENOENT:
      return " (plug the sensor in, or name its port)";
    case EACCES:
      return " (join the group dialout: sudo adduser $USER dialout, then log in again)";
    case EBUSY:
      return " (another program has it: close that first)";
    default:
      return "";
  }
}

// The exclusive mark of a pseudo-terminal outlives a crashed owner as long as its other side is open, so only real
// lines get it; the file lock serves for both.
bool is_pty(int fd) {
  struct stat s {};
  constexpr unsigned first_pty_major = 136, last_pty_major = 143;
  return fstat(fd, &s) == 0 && major(s.st_rdev) >= first_pty_major && major(s.st_rdev) <= last_pty_major;
}

bool prepare(int fd, const std::string& path, const Address& address, std::uint32_t baud, std::string& why) {
  if (isatty(fd) == 0) {
    why = path + ": not a serial port (for a file of bytes write file:" + path + "?rate=1000)";
    return false;
  }
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    why = path + ": " + message(EBUSY) + remedy(EBUSY);
    return false;
  }
  const auto got = set_raw(fd, baud);
  if (!got || !same_speed(baud, *got)) {
    why = path + ": cannot be set to " + std::to_string(baud) +
          " baud: " + (got ? "the nearest it can do is " + std::to_string(*got) : message(errno));
    return false;
  }
  if (!is_pty(fd) && ioctl(fd, TIOCEXCL) != 0) {
    why = path + ": cannot be had alone: " + message(errno);
    return false;
  }
  if (!address.dtr && !drop_dtr(fd)) {
    why = path + ": dtr=off: it has no such line: " + message(errno);
    return false;
  }
  ask_low_latency(fd);
  return true;
}

}  // namespace

std::unique_ptr<Port> open_serial(boost::asio::io_context& io, const Address& address, std::uint32_t baud,
                                  const Roots& roots, std::string& why) {
  const std::string path = address.usb_id.empty() ? address.path : find_usb(address, serial_devices(roots), why);
  if (path.empty()) return nullptr;
  const int fd = ::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) {
    why = path + ": " + message(errno) + remedy(errno);
    return nullptr;
  }
  if (!prepare(fd, path, address, baud, why)) {
    ::close(fd);
    return nullptr;
  }
  using Descriptor = boost::asio::posix::stream_descriptor;
  return std::make_unique<StreamPort<Descriptor>>(Descriptor(io, fd), path);
}

}  // namespace myod::port
