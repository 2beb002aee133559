#include "daemon/check.hpp"

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <system_error>

#include "config/value.hpp"
#include "daemon/calibration_file.hpp"
#include "daemon/plan.hpp"
#include "daemon/port/port.hpp"
#include "daemon/sensors/sensor.hpp"
#include "daemon/serve/address.hpp"
#include "dsp/pipeline.hpp"

namespace myod::daemon {

namespace {

void check_addresses(const config::Configuration& c) {
  const auto check = [&c](const std::string& key, const std::string& address) {
    try {
      serve::check_address(address);
    } catch (const std::invalid_argument& wrong) {
      throw config::ConfigError(config::located(c, key + " = " + wrong.what()));
    }
  };
  for (const std::string& address : c.serve.listen) check("serve.listen", address);
  if (c.serve.http != "off") check("serve.http", "http://" + c.serve.http);
}

/// What two sensors cannot share, under one name however it is written; empty: they can.
std::string exclusive(const std::string& port) {
  using Kind = port::Address::Kind;
  const port::Address a = port::parse_address(port);
  if (a.kind == Kind::sim || a.kind == Kind::file) return {};
  if (a.kind == Kind::tcp || a.kind == Kind::udp)
    return (a.kind == Kind::tcp ? "tcp:" : "udp:") + a.path + ":" + a.service;
  if (!a.usb_id.empty()) return "usb:" + a.usb_id + ":" + a.usb_serial;
  std::error_code unresolved;
  const auto path = std::filesystem::weakly_canonical(a.path, unresolved);
  return unresolved ? a.path : path.string();
}

void check_ports(const std::vector<SensorPlan>& plans, const config::Configuration& c) {
  std::map<std::string, std::string> taken;
  for (const SensorPlan& plan : plans) {
    const std::string port = exclusive(plan.port);
    if (port.empty()) continue;
    const auto [first, fresh] = taken.emplace(port, plan.name);
    if (!fresh)
      throw config::ConfigError(config::located(
          c.sensors[plan.stream], "port = " + config::quoted(plan.port) + ": must be another than that of sensor " +
                                      first->second + ": two sensors cannot share one port"));
  }
}

/// A pipeline is the one that knows what it can do, so one is made.
void check_processing(const SensorPlan& plan, const config::Configuration& c) {
  sensors::Setup layout = plan.setup;
  if (layout.rate_hz <= 0.0) return;              // found out from the data
  if (layout.channels == 0) layout.channels = 1;  // likewise, and any number will do
  try {
    (void)dsp::Pipeline(make_stream(plan, layout, layout.rate_hz, c), c.dsp, plan.stream, 1);
  } catch (const std::invalid_argument& wrong) {
    throw config::ConfigError(
        config::located(c.sensors[plan.stream],
                        "rate_hz = " + config::toml_text(&layout.rate_hz) + ": cannot be processed: " + wrong.what()));
  }
}

}  // namespace

void check(const config::Configuration& configuration) {
  check_addresses(configuration);
  const auto plans = plan_sensors(configuration);
  check_ports(plans, configuration);
  for (const SensorPlan& plan : plans) check_processing(plan, configuration);
  (void)earlier_calibration(configuration);
}

}  // namespace myod::daemon
