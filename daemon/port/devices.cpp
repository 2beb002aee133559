#include "daemon/port/devices.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <system_error>

namespace myod::port {

namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

std::string capitals(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

fs::path resolved(const fs::path& path) {
  std::error_code none;
  return fs::canonical(path, none);
}

std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code none;
  for (fs::directory_iterator at(folder, none), end; !none && at != end; at.increment(none))
    found.push_back(at->path());
  std::sort(found.begin(), found.end());
  return found;
}

/// What in `folder` leads to the node; several may: the first by name.
std::string name_of(const fs::path& node, const fs::path& folder) {
  for (const fs::path& link : entries(folder))
    if (resolved(link) == resolved(node)) return link.string();
  return {};
}

/// The USB device that an interface or port is part of; empty: none.
fs::path usb_above(fs::path at) {
  for (; at.has_relative_path(); at = at.parent_path()) {
    std::error_code none;
    if (fs::exists(at / "idVendor", none)) return at;
  }
  return {};
}

std::optional<int> number_in(const fs::path& file) {
  const std::string text = first_line(file);
  int n = 0;
  const auto r = std::from_chars(text.data(), text.data() + text.size(), n);
  return r.ec == std::errc() ? std::optional(n) : std::nullopt;
}

std::optional<SerialDevice> look_at(const fs::path& entry, const Roots& roots) {
  const std::string name = entry.filename().string();
  const fs::path device = resolved(entry / "device");
  const fs::path usb = usb_above(device);
  if (usb.empty() && !name.starts_with("rfcomm")) return std::nullopt;
  SerialDevice d;
  d.node = (roots.dev / name).string();
  if (!usb.empty()) {
    d.driver = resolved(device / "driver").filename().string();
    d.usb_id = capitals(first_line(usb / "idVendor") + ":" + first_line(usb / "idProduct"));
    d.serial = first_line(usb / "serial");
    d.manufacturer = first_line(usb / "manufacturer");
    d.product = first_line(usb / "product");
    d.latency_ms = number_in(device / "latency_timer");
  }
  d.by_id = name_of(d.node, roots.dev / "serial/by-id");
  d.by_path = name_of(d.node, roots.dev / "serial/by-path");
  return d;
}

bool is_meant(const Address& address, const SerialDevice& device) {
  return device.usb_id == address.usb_id && (address.usb_serial.empty() || device.serial == address.usb_serial);
}

}  // namespace

std::vector<SerialDevice> serial_devices(const Roots& roots) {
  std::vector<SerialDevice> devices;
  for (const fs::path& entry : entries(roots.sys / "class/tty"))
    if (auto device = look_at(entry, roots)) devices.push_back(std::move(*device));
  std::stable_sort(devices.begin(), devices.end(), [](const SerialDevice& a, const SerialDevice& b) {
    return a.node.size() < b.node.size();  // ttyUSB10 after ttyUSB9
  });
  return devices;
}

std::string find_usb(const Address& address, const std::vector<SerialDevice>& devices, std::string& why) {
  std::string node, all;
  int alike = 0;
  for (const SerialDevice& device : devices) {
    if (!is_meant(address, device)) continue;
    node = device.node;
    all += (++alike == 1 ? "" : ", ") + device.node;
  }
  if (alike == 1) return node;
  why = address.text + (alike == 0 ? ": not plugged in (myoctl doctor lists what is)"
                                   : ": " + std::to_string(alike) + " are plugged in, " + all +
                                         " (myoctl doctor tells a name for each)");
  return {};
}

std::string lasting_address(const SerialDevice& device, const std::vector<SerialDevice>& devices) {
  Address address;
  address.usb_id = device.usb_id;
  address.usb_serial = device.serial;
  const bool sayable = !device.usb_id.empty() && std::all_of(device.serial.begin(), device.serial.end(),
                                                             [](char c) { return c > ' ' && c < '\x7F' && c != '?'; });
  const auto alike = std::count_if(devices.begin(), devices.end(),
                                   [&address](const SerialDevice& other) { return is_meant(address, other); });
  if (sayable && alike == 1) return "usb:" + device.usb_id + (device.serial.empty() ? "" : ":" + device.serial);
  return device.by_path.empty() ? device.node : device.by_path;
}

std::vector<const sensors::SensorRow*> kinds_of(const SerialDevice& device) {
  std::vector<const sensors::SensorRow*> kinds;
  for (const sensors::SensorRow* row : sensors::sensor_table())
    if (std::find(row->usb_ids.begin(), row->usb_ids.end(), device.usb_id) != row->usb_ids.end()) kinds.push_back(row);
  return kinds;
}

}  // namespace myod::port
