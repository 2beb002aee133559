// The serial devices that are plugged into this machine, as the kernel's sysfs tells them and as udev named them.
// Nothing is opened: opening resets boards.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "daemon/port/port.hpp"

namespace myod::port {

/// A line on USB, or one that is bound to a Bluetooth device (rfcomm).
struct SerialDevice {
  std::string node;                           ///< /dev/ttyUSB0
  std::string driver;                         ///< ftdi_sio, cp210x, ch341, cdc_acm, ...; empty: none told
  std::string usb_id;                         ///< VID:PID, four hexadecimal digits in capitals each; empty: not on USB
  std::string serial, manufacturer, product;  ///< as the device says itself; empty: it does not
  std::string by_id, by_path;                 ///< names below /dev/serial that last; empty: udev made none
  std::optional<int> latency_ms;              ///< how long the chip holds bytes back, where that can be set (FTDI)
};

/// In the order of their numbers. Unreadable entries are left out: devices come and go while this looks.
std::vector<SerialDevice> serial_devices(const Roots& roots);

/// The one device a usb: address means. Empty with `why` when none is plugged in or several are alike.
std::string find_usb(const Address& address, const std::vector<SerialDevice>& devices, std::string& why);

/// The address of a device that lasts when it is plugged in again: usb: with its serial number where that tells it
/// from all others, else its by-path name, else its node.
std::string lasting_address(const SerialDevice& device, const std::vector<SerialDevice>& devices);

/// The kinds of sensors that use such a device, in the order of the sensor table. A chip says little: several, or none.
std::vector<const sensors::SensorRow*> kinds_of(const SerialDevice& device);

}  // namespace myod::port
