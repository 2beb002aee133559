#include "tools/myosim/options.hpp"

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <iostream>
#include <stdexcept>

#include "config/version.hpp"
#include "tools/myosim/list.hpp"

namespace myod::myosim {

namespace {

constexpr int exit_syntax = 2;
/// Kinds whose devices have no rate or channel count of their own (an Arduino sketch) get these.
constexpr double plain_rate_hz = 1000.0;
constexpr std::uint32_t plain_channels = 1;

struct Unit {
  std::string_view name;
  double uv;
};
constexpr std::array<Unit, 3> units{{{"uV", 1.0}, {"mV", 1e3}, {"V", 1e6}}};

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument(what); }

/// S@T, both seconds.
std::optional<Stall> read_stall(const std::string& text) {
  Stall stall;
  int used = 0;
  if (std::sscanf(text.c_str(), "%lf@%lf%n", &stall.length_s, &stall.at_s, &used) != 2) return std::nullopt;
  if (static_cast<std::size_t>(used) != text.size()) return std::nullopt;
  return stall;
}

void check_probability(const char* key, double p) {
  if (!(p >= 0.0 && p <= 1.0)) refuse(std::string(key) + ": must be a probability, 0..1");
}

void check_csv(const Options& o, const std::string& unit) {
  if (o.csv.empty()) {
    if (o.csv_rate_hz != 0.0 || !unit.empty()) refuse("--csv-rate and --csv-unit belong to --csv FILE");
    return;
  }
  if (o.csv_rate_hz == 0.0) refuse("--csv: say the file's sampling rate with --csv-rate HZ");
  if (unit.empty()) refuse("--csv: say the file's unit with --csv-unit uV, mV or V");
  if (o.csv_rate_hz == o.setup.rate_hz) return;
  std::string remedy = "give --rate the same value";
  for (const double r : o.row->rates_hz)
    remedy = "resample the file to a rate this kind has, such as " + CLI::detail::to_string(r) + " Hz";
  refuse("--csv-rate: the file has " + CLI::detail::to_string(o.csv_rate_hz) + " Hz, the device " +
         CLI::detail::to_string(o.setup.rate_hz) + " Hz; " + remedy);
}

}  // namespace

std::optional<Options> read_command_line(int argc, char** argv, int& exit_code) {
  Options o;
  std::string kind, scenario(dsp::synth::scenario_table().front().name), unit;
  std::vector<std::string> stalls;
  bool list = false, json = false;

  CLI::App app{
      "myosim: plays muscles or a CSV file as a sensor on a pseudo-terminal, whose path it prints.\n"
      "Kinds and scenarios: myosim --list",
      "myosim"};
  app.set_version_flag("--version", std::string("myosim ") + config::version + "\n" + config::disclaimer);
  app.add_option("KIND", kind, "sensor to be, a row of the sensor table");
  app.add_option("--link", o.link, "symbolic link to the pseudo-terminal, for a name that stays");
  app.add_option("--rate", o.setup.rate_hz, "sampling rate in Hz (default: the kind's; 1000 where it has none)");
  app.add_option("--channels", o.setup.channels, "channels (default: the kind's; 1 where it has none)");
  app.add_option("--scenario", scenario, "what the simulated person does")->capture_default_str();
  app.add_option("--csv", o.csv, "play this file (header row, one column per channel) instead, once");
  app.add_option("--csv-rate", o.csv_rate_hz, "its sampling rate in Hz");
  app.add_option("--csv-unit", unit, "its unit: uV, mV or V");
  app.add_option("--duration", o.duration_s, "seconds after which to end (default: never)");
  app.add_option("--seed", o.seed, "of muscles and faults; the same seed gives the same bytes")->capture_default_str();
  app.add_option("--drop", o.drop, "probability 0..1 that a frame is not sent");
  app.add_option("--corrupt", o.corrupt, "probability 0..1 that one bit of a frame is flipped");
  app.add_option("--stall", stalls, "S@T: nothing for S seconds at second T of the stream; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--drift", o.drift_ppm, "parts per million by which the device's clock is fast");
  app.add_option("--burst", o.burst_ms, "bytes leave every so many milliseconds (an FTDI chip as it comes: 16)")
      ->capture_default_str();
  app.add_option("--truth", o.truth, "CSV of every sample: what it was and what became of its frame");
  app.add_flag("--list", list, "list kinds and scenarios");
  app.add_flag("--json", json, "with --list: one JSON object per kind and line")->needs("--list");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    exit_code = app.exit(e, std::cout, std::cerr) == 0 ? 0 : exit_syntax;
    return std::nullopt;
  }
  if (list) {
    json ? list_json() : list_text();
    exit_code = 0;
    return std::nullopt;
  }
  const auto syntax = [&](const std::string& what) {
    std::fprintf(stderr, "myosim: %s\n", what.c_str());
    exit_code = exit_syntax;
    return std::nullopt;
  };
  if (kind.empty()) return syntax("which KIND of sensor? myosim --list shows them");
  for (const std::string& text : stalls) {
    const auto stall = read_stall(text);
    if (!stall) return syntax("--stall " + text + ": write S@T in seconds, such as 2@10");
    if (!(stall->length_s > 0.0 && stall->at_s >= 0.0))
      refuse("--stall " + text + ": length must be above 0, time at least 0");
    o.stalls.push_back(*stall);
  }

  o.row = sensors::find_sensor(kind);
  if (o.row == nullptr) refuse("KIND " + kind + ": no such sensor; myosim --list shows them");
  o.scenario = dsp::synth::find_scenario(scenario);
  if (o.scenario == nullptr) refuse("--scenario " + scenario + ": no such scenario; myosim --list shows them");
  if (app.count("--rate") != 0 && !(o.setup.rate_hz > 0.0)) refuse("--rate: must be above 0 Hz");
  if (app.count("--channels") != 0 && o.setup.channels == 0) refuse("--channels: must be at least 1");
  o.setup = sensors::complete_setup(*o.row, o.setup);
  if (o.setup.rate_hz == 0.0) o.setup.rate_hz = o.csv_rate_hz > 0.0 ? o.csv_rate_hz : plain_rate_hz;
  if (o.setup.channels == 0) o.setup.channels = plain_channels;
  check_probability("--drop", o.drop);
  check_probability("--corrupt", o.corrupt);
  if (!(o.duration_s > 0.0)) refuse("--duration: must be above 0 s");
  if (!(o.drift_ppm > -1e5 && o.drift_ppm < 1e5)) refuse("--drift: must be within +-100000 ppm");
  if (!(o.burst_ms >= 1.0 && o.burst_ms <= 1000.0)) refuse("--burst: must be 1..1000 ms");
  check_csv(o, unit);
  if (!unit.empty()) {
    const Unit* found = nullptr;
    for (const Unit& u : units)
      if (u.name == unit) found = &u;
    if (found == nullptr) refuse("--csv-unit " + unit + ": must be uV, mV or V");
    o.csv_unit_uv = found->uv;
  }
  return o;
}

}  // namespace myod::myosim
