#include "daemon/auto_sensor.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "daemon/port/devices.hpp"
#include "daemon/recognition.hpp"

namespace myod::daemon {

namespace {

using Rows = std::vector<const sensors::SensorRow*>;

/// The machine, as it is looked at.
struct Search {
  boost::asio::io_context& io;
  const port::Roots& roots;
  std::chrono::milliseconds patience;
  const bool& ended;
  std::vector<port::SerialDevice> devices;
};

std::string names(const Rows& rows) {
  std::string text;
  for (const sensors::SensorRow* row : rows) text += (text.empty() ? "" : ", ") + std::string(row->name);
  return text;
}

/// Those of `kinds` whose frames come from a device at this speed.
std::vector<Recognised> listen(const Search& search, const std::string& node, std::uint32_t baud, const Rows& kinds) {
  port::Address address;
  address.path = address.text = node;
  address.baud = baud;
  std::string why;
  const auto port = port::open(search.io, address, *kinds.front(), {}, why);
  if (!port) throw std::runtime_error("auto: " + why);
  std::vector<std::uint8_t> heard;
  std::vector<Recognised> found;
  bool closed = false;
  port->start(
      [&](std::span<const std::uint8_t> bytes, std::int64_t) {
        heard.insert(heard.end(), bytes.begin(), bytes.end());
        found = recognise(heard);
        std::erase_if(found, [&kinds](const Recognised& r) {
          return std::find(kinds.begin(), kinds.end(), r.row) == kinds.end();
        });
        if (heard.size() > 16384) heard.clear();
      },
      [&closed](std::string_view, bool) { closed = true; });
  const auto until = std::chrono::steady_clock::now() + search.patience;
  while (found.empty() && !closed && !search.ended && std::chrono::steady_clock::now() < until)
    search.io.run_one_until(until);
  return found;
}

std::optional<Recognised> kind_of(const Search& search, const port::SerialDevice& device, const Rows& kinds) {
  if (kinds.size() == 1) return Recognised{kinds.front(), 0};
  std::set<std::uint32_t> speeds;
  for (const sensors::SensorRow* row : kinds)
    if (row->streams_unasked) speeds.insert(row->baud);
  for (const std::uint32_t baud : speeds) {
    const auto found = listen(search, device.node, baud, kinds);
    if (search.ended) return std::nullopt;
    if (found.size() == 1) return found.front();
  }
  throw std::runtime_error("auto: " + device.node + " may be " + names(kinds) +
                           " and does not tell: name it with --sensor KIND@" +
                           port::lasting_address(device, search.devices));
}

bool is_taken(const port::SerialDevice& device, const Search& search, const config::Configuration& configuration) {
  return std::any_of(configuration.sensors.begin(), configuration.sensors.end(), [&](const config::SensorConfig& c) {
    if (c.kind == "auto" || c.port.empty()) return false;
    const port::Address address = port::parse_address(c.port);
    if (address.kind != port::Address::Kind::serial) return false;
    std::string why;
    std::error_code none;
    const std::string node = address.usb_id.empty() ? address.path : port::find_usb(address, search.devices, why);
    return !node.empty() &&
           std::filesystem::weakly_canonical(node, none) == std::filesystem::weakly_canonical(device.node, none);
  });
}

}  // namespace

config::Configuration find_sensors(boost::asio::io_context& io, config::Configuration configuration,
                                   const port::Roots& roots, std::chrono::milliseconds patience, const bool& ended) {
  const auto is_auto = [](const config::SensorConfig& c) { return c.kind == "auto"; };
  const auto wish = std::find_if(configuration.sensors.begin(), configuration.sensors.end(), is_auto);
  if (wish == configuration.sensors.end()) return configuration;
  const auto second = std::find_if(wish + 1, configuration.sensors.end(), is_auto);
  if (second != configuration.sensors.end())
    throw config::ConfigError(config::located(*second, "kind = \"auto\": once is enough, it finds every sensor"));
  if (!wish->port.empty())
    throw config::ConfigError(
        config::located(*wish, "port = \"" + wish->port + "\": auto looks at every port: leave it out"));
  const Search search{io, roots, patience, ended, port::serial_devices(roots)};
  std::vector<config::SensorConfig> found;
  std::map<std::string, int> seen;
  for (const port::SerialDevice& device : search.devices) {
    const Rows kinds = port::kinds_of(device);
    if (kinds.empty() || is_taken(device, search, configuration)) continue;
    const auto kind = kind_of(search, device, kinds);
    if (!kind) return configuration;
    config::SensorConfig sensor = *wish;
    sensor.kind = kind->row->name;
    sensor.port = port::lasting_address(device, search.devices);
    if (sensor.channels == 0) sensor.channels = kind->channels;
    if (sensor.name == "auto") sensor.name = sensor.kind;
    const int count = ++seen[sensor.name];
    if (count > 1) sensor.name += std::to_string(count);
    found.push_back(std::move(sensor));
  }
  if (found.empty())
    throw std::runtime_error(
        "auto: no sensor is plugged in that is known by its USB id (myoctl doctor tells what is): name it with "
        "--sensor "
        "KIND@PORT");
  configuration.sensors.insert(configuration.sensors.erase(wish), found.begin(), found.end());
  return configuration;
}

}  // namespace myod::daemon
