#include "daemon/arguments.hpp"

#include <CLI/CLI.hpp>
#include <map>
#include <vector>

#include "config/version.hpp"

namespace myod::daemon {

namespace {

config::SensorConfig sensor_from(const std::string& text, std::map<std::string, int>& seen) {
  config::SensorConfig sensor;
  const auto at = text.find('@');
  sensor.kind = text.substr(0, at);
  if (at != std::string::npos) sensor.port = text.substr(at + 1);
  const int count = ++seen[sensor.kind];
  sensor.name = count == 1 ? sensor.kind : sensor.kind + std::to_string(count);
  sensor.places[""] = "--sensor " + text;
  return sensor;
}

}  // namespace

ParsedArguments parse_arguments(int argc, char** argv) {
  CLI::App cli("myod: reads EMG sensors, extracts activation and fatigue, streams the numbers to clients.\n" +
                   std::string(config::disclaimer),
               "myod");
  cli.set_version_flag("--version", std::string("myod ") + config::version + "\n" + config::disclaimer);
  std::string file, http, data_dir;
  std::vector<std::string> sets, sensors, listen;
  Arguments a;
  cli.add_option("--config", file, "configuration file (TOML); none is read unless named");
  cli.add_option("--set", sets, "one option, KEY=VALUE; after the file; may be repeated (--list-options)")
      ->allow_extra_args(false);
  cli.add_option("--sensor", sensors,
                 "KIND@PORT, or sim, or auto (what is plugged in); may be repeated; replaces the sensors of the file "
                 "(--list-sensors)")
      ->allow_extra_args(false);
  cli.add_option("--listen", listen,
                 "unix:PATH or tcp:HOST:PORT; may be repeated; replaces the defaults; port 0 picks one")
      ->allow_extra_args(false);
  cli.add_option("--http", http, "where HTTP and WebSocket are served, HOST:PORT or off (127.0.0.1:7680)");
  cli.add_option("--data-dir", data_dir, "folder of the recordings");
  cli.add_flag("--check", a.check, "check the configuration, then end");
  cli.add_flag("--print-config", a.print_config, "print the whole configuration as TOML, then end");
  cli.add_flag("--list-sensors", a.list_sensors, "list the kinds of sensors, then end");
  cli.add_flag("--list-features", a.list_features, "list the numbers in the feature frames, then end");
  cli.add_flag("--list-options", a.list_options, "list every option with its range, then end");
  cli.add_flag("--json", a.json, "lists as one JSON object per line");
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return {Ended{cli.exit(e) == 0 ? 0 : 2}, {}};
  }

  config::Configuration& c = a.configuration;
  if (!file.empty()) c = config::load(file);
  if (!sensors.empty()) {
    c.sensors.clear();
    std::map<std::string, int> seen;
    for (const std::string& sensor : sensors) c.sensors.push_back(sensor_from(sensor, seen));
  }
  if (!listen.empty()) {
    c.serve.listen = listen;
    c.places["serve.listen"] = "--listen";
  }
  if (!http.empty()) {
    c.serve.http = http;
    c.places["serve.http"] = "--http";
  }
  if (!data_dir.empty()) c.record.data_dir = data_dir;
  for (const std::string& set : sets) config::set(c, set);
  config::validate(c);
  return {std::nullopt, a};
}

}  // namespace myod::daemon
