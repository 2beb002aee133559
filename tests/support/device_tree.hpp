// A machine's devices as files: a folder with the parts of sysfs and /dev that tell of serial devices, laid out as the
// kernel and udev lay them out. Plugging makes the entries, unplugging removes them.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace myod::test {

class DeviceTree {
 public:
  explicit DeviceTree(const std::string& folder) : root_(folder) {
    std::filesystem::create_directories(sys() / "class/tty");
    std::filesystem::create_directories(dev() / "serial/by-id");
    std::filesystem::create_directories(dev() / "serial/by-path");
  }
  std::filesystem::path sys() const { return root_ / "sys"; }
  std::filesystem::path dev() const { return root_ / "dev"; }

  struct Usb {
    std::string vendor, product_id;  ///< as sysfs writes them: four digits, small letters
    std::string serial = "", manufacturer = "", product = "";
    std::string driver = "ftdi_sio";
    std::string latency_ms = "";
  };
  /// A USB device on port 1-`place` with one line called `tty`, whose node leads to `to` (a file when empty).
  void plug(const std::string& tty, const std::string& place, const Usb& usb, const std::filesystem::path& to = {}) {
    const auto device = sys() / "devices/pci0000:00/usb1" / ("1-" + place);
    const bool acm = usb.driver == "cdc_acm";
    const auto interface = device / ("1-" + place + ":1.0");
    const auto port = acm ? interface : interface / tty;
    write(device / "idVendor", usb.vendor);
    write(device / "idProduct", usb.product_id);
    if (!usb.serial.empty()) write(device / "serial", usb.serial);
    if (!usb.manufacturer.empty()) write(device / "manufacturer", usb.manufacturer);
    if (!usb.product.empty()) write(device / "product", usb.product);
    if (!usb.latency_ms.empty()) write(port / "latency_timer", usb.latency_ms);
    const auto driver = sys() / "bus" / (acm ? "usb" : "usb-serial") / "drivers" / usb.driver;
    std::filesystem::create_directories(driver);
    std::filesystem::create_directories(port / "tty" / tty);
    std::filesystem::create_symlink(driver, port / "driver");
    std::filesystem::create_symlink(port, port / "tty" / tty / "device");
    std::filesystem::create_symlink(port / "tty" / tty, sys() / "class/tty" / tty);
    node(tty, to);
  }
  /// A line without a device below it: a console, a virtual terminal, one bound to Bluetooth.
  void add_line(const std::string& tty) {
    std::filesystem::create_directories(sys() / "devices/virtual/tty" / tty);
    std::filesystem::create_symlink(sys() / "devices/virtual/tty" / tty, sys() / "class/tty" / tty);
    node(tty, {});
  }
  void unplug(const std::string& tty) {
    std::filesystem::remove(sys() / "class/tty" / tty);
    std::filesystem::remove(dev() / tty);
  }
  /// A name that udev makes: by-id/NAME or by-path/NAME.
  void name(const std::string& tty, const std::string& link) const {
    std::filesystem::create_symlink("../../" + tty, dev() / "serial" / link);
  }

 private:
  static void write(const std::filesystem::path& file, const std::string& text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text << '\n';
  }
  void node(const std::string& tty, const std::filesystem::path& to) const {
    if (to.empty())
      std::ofstream(dev() / tty) << "";
    else
      std::filesystem::create_symlink(to, dev() / tty);
  }

  std::filesystem::path root_;
};

}  // namespace myod::test
