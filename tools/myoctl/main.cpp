// myoctl: the command line as contracts.md fixes it, and nothing else. Exit codes: 0 done (ended by a signal included),
// 1 failed while running, 2 syntax, 78 a wrong value.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <string>

#include "config/version.hpp"
#include "dsp/words.hpp"
#include "tools/myoctl/commands.hpp"
#include "tools/myoctl/link.hpp"
#include "tools/myoctl/process.hpp"

namespace myod::myoctl {
namespace {

using Run = std::function<int(const std::string&)>;

// A range whose violation is a wrong value; what is no number at all stays for CLI11 to refuse as syntax.
CLI::Validator within(double low, double high, const std::string& unit) {
  const std::string range = CLI::detail::to_string(low) + ".." + CLI::detail::to_string(high) + " " + unit;
  return CLI::Validator(
      [=](const std::string& text) {
        double value = 0;
        if (!CLI::detail::lexical_cast(text, value) || (value >= low && value <= high)) return std::string();
        return text + ": must be " + range;
      },
      range);
}

// Every command: its options, and what to run when it was given.
struct CommandLine {
  CLI::App app{"Client of myod, the real-time EMG daemon, and offline processing.\n" + std::string(config::disclaimer),
               "myoctl"};
  std::string address;
  bool json = false;
  WatchArguments watch;
  DumpArguments dump;
  double latency_s = 5;
  CalibrateArguments calibrate;
  std::string mark;
  ExpectArguments expect;
  std::vector<std::string> settings;
  StimulusArguments stimulus;
  RecordArguments record;
  ProcessArguments process;
  Run run;

  CommandLine();
  CLI::App* command(CLI::App& parent, const std::string& name, const std::string& help, Run what);
  void add_watch();
  void add_measuring();
  void add_calibrate();
  void add_orders();
  void add_process();
};

CLI::App* CommandLine::command(CLI::App& parent, const std::string& name, const std::string& help, Run what) {
  auto* sub = parent.add_subcommand(name, help);
  sub->callback([this, what = std::move(what)] { run = what; });
  return sub;
}

CommandLine::CommandLine() {
  app.set_version_flag("--version", std::string("myoctl ") + config::version + "\n" + config::disclaimer);
  app.require_subcommand(1);
  app.failure_message([](const CLI::App*, const CLI::Error& e) {
    return "myoctl: " + std::string(e.what()) + ": see myoctl --help, or myoctl COMMAND --help\n";
  });
  app.add_option("--connect", address, "unix:PATH or tcp:HOST:PORT (default: where a myod of this machine listens)");
  const auto lists = [this](const char* name, const char* help, int (*what)(const std::string&, bool)) {
    command(app, name, help, [this, what](const std::string& a) {
      return what(a, json);
    })->add_flag("--json", json, "one JSON object per line");
  };
  lists("status", "how the sensors are doing", run_status);
  lists("sensors", "what the sensors are: channels, conditioning, limits", run_sensors);
  lists("doctor", "what is plugged in, what is wrong with it, and how to mend that", run_doctor);
  add_watch();
  add_measuring();
  lists("events", "onsets, repetitions, spasms, gaps, marks and all else that happens, a line each", run_events);
  add_calibrate();
  add_orders();
  add_process();
}

void CommandLine::add_watch() {
  auto* sub =
      command(app, "watch", "the muscles live; q leaves", [this](const std::string& a) { return run_watch(a, watch); });
  sub->add_flag("--raw", watch.raw, "samples instead of features (not in this version)");
  sub->add_option("--rate", watch.rate_hz, "redraws or lines per second")
      ->check(within(0.1, 100, "Hz"))
      ->capture_default_str();
  sub->add_option("--channel", watch.channels, "only this channel; may be repeated")->allow_extra_args(false);
  sub->add_flag("--json", watch.json, "one JSON object per line: a channel of a frame, all its features by name");
}

void CommandLine::add_measuring() {
  auto* late = command(app, "latency", "how late frames come, by stage; the delays of the algorithms stand beside it",
                       [this](const std::string& a) { return run_latency(a, latency_s, json); });
  late->add_option("--seconds", latency_s, "how long to listen")->check(within(0.1, 3600, "s"))->capture_default_str();
  late->add_flag("--json", json, "one JSON object per sensor and kind of frame");
  command(app, "monitor", "the whole daemon on one screen: sensors, channels, clients, losses, latency; q leaves",
          [](const std::string& a) { return run_monitor(a); });
  auto* sub = command(app, "dump", "every number as it comes: CSV with a header, a line per channel",
                      [this](const std::string& a) { return run_dump(a, dump); });
  sub->add_option("--kind", dump.kind, "which frames")
      ->check(CLI::IsMember(std::vector<std::string>(dsp::frame_kind_words.begin(), dsp::frame_kind_words.end())))
      ->capture_default_str();
  sub->add_option("--channel", dump.channels, "only this channel; may be repeated")->allow_extra_args(false);
  sub->add_option("--seconds", dump.seconds, "how long (default: until it is stopped)")->check(within(0.1, 1e6, "s"));
  sub->add_flag("--json", dump.json, "one JSON object per line instead");
}

void CommandLine::add_calibrate() {
  auto* both = app.add_subcommand("calibrate", "measure the rest level or the reference (100 %) of channels");
  both->require_subcommand(1);
  const auto kind = [&](const char* name, const char* help, bool rest) {
    auto* sub = command(*both, name, help, [this, rest](const std::string& a) {
      calibrate.rest = rest;
      return run_calibrate(a, calibrate);
    });
    sub->add_option("channel", calibrate.channels, "names of channels")->required();
    sub->add_option("--seconds", calibrate.seconds, rest ? "how long to measure (2)" : "how long to measure (5)")
        ->check(within(0.5, 120, "s"));
    return sub;
  };
  kind("rest", "relax: the level of the relaxed muscle", true);
  auto* reference = kind("reference", "contract: the level that counts as 100 %", false);
  std::vector<std::string> words(dsp::reference_kind_words.begin() + 1, dsp::reference_kind_words.end());
  reference->add_option("--kind", calibrate.kind, "what the effort is")
      ->check(CLI::IsMember(words))
      ->capture_default_str();
  reference->add_option("--percent", calibrate.percent, "effort asked for, % of the maximum")
      ->check(within(1, 100, "%"))
      ->capture_default_str();
  reference->add_flag("--anew", calibrate.anew, "forget the trials before: else the largest of them holds");
}

void CommandLine::add_orders() {
  command(app, "mark", "put a mark into the events and the recording",
          [this](const std::string& a) { return run_mark(a, mark); })
      ->add_option("text", mark)
      ->required();
  command(app, "stop", "stimulation has to stop: counted on the control page that stimulator controllers read",
          [](const std::string& a) { return run_stop(a); });
  auto* pulses =
      command(app, "stimulus",
              "tell pulses of a stimulator, to be blanked (condition.blanking = events); replaces those told for later",
              [this](const std::string& a) { return run_stimulus(a, stimulus); });
  pulses
      ->add_option("--at", stimulus.at_s, "time of the first in s of the sensor's samples, as t_event_s (default: now)")
      ->check(within(0, 1e9, "s"));
  pulses->add_option("--pulses", stimulus.pulses, "how many")->check(within(1, 1e6, ""))->capture_default_str();
  pulses->add_option("--period", stimulus.period_ms, "ms from pulse to pulse")->check(within(5, 10000, "ms"));
  pulses->add_option("--sensor", stimulus.sensor, "whose samples they are in (default: every sensor's)");
  auto* expected = command(
      app, "expect", "say that a contraction is expected now; activity at other times is a spasm event from then on",
      [this](const std::string& a) { return run_expect(a, expect); });
  expected->add_option("seconds", expect.seconds, "for so long; 0: none is expected")
      ->required()
      ->check(within(0, 3600, "s"));
  expected->add_option("--channel", expect.channels, "of this muscle, may be repeated (default: of every muscle)");
  command(app, "configure", "change options of the running daemon",
          [this](const std::string& a) { return run_configure(a, settings); })
      ->add_option("setting", settings, "KEY=VALUE, as --set of myod")
      ->required()
      ->each([](const std::string& setting) {
        if (setting.find('=') == std::string::npos)
          throw CLI::ParseError("configure: " + setting + ": must be KEY=VALUE", exit_syntax);
      });
  auto* both = app.add_subcommand("record", "start or stop a recording");
  both->require_subcommand(1);
  auto* start = command(*both, "start", "begin a recording", [this](const std::string& a) {
    record.start = true;
    return run_record(a, record);
  });
  start->add_option("--subject", record.subject, "pseudonymous id, 1..64 of A-Z a-z 0-9 _ - (default: unassigned)");
  start->add_option("--label", record.label, "1..64 of A-Z a-z 0-9 _ - (default: session)");
  command(*both, "stop", "end the recording", [this](const std::string& a) { return run_record(a, record); });
}

void CommandLine::add_process() {
  auto* sub = command(app, "process", "run the daemon's own pipeline over files, faster than real time",
                      [this](const std::string&) { return run_process(process); });
  sub->add_option("input", process.inputs, "CSV with a header row of channel names, or a recording")->required();
  sub->add_option("--rate", process.rate_hz, "Hz, of a CSV");
  sub->add_option("--unit", process.unit, "uV, mV or V, of a CSV");
  sub->add_option("--full-scale", process.full_scale_v, "V at the electrode, of a CSV");
  sub->add_option("--calibration", process.calibration, "rest and reference levels (TOML)");
  sub->add_option("--set", process.set, "KEY=VALUE; may be repeated")->allow_extra_args(false);
  sub->add_flag("--filtered", process.filtered, "also write filtered.csv");
  sub->add_flag("--json", process.json, "the summary as one JSON object per input");
  sub->add_option("--out", process.out, "folder of the results; of several inputs, a folder in it for each")
      ->required();
  sub->footer(std::string(process_files_help));
}

int run(int argc, char** argv) {
  CommandLine line;
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ValidationError& e) {
    std::fprintf(stderr, "myoctl: %s\n", e.what());
    return exit_wrong_value;
  } catch (const CLI::ParseError& e) {
    return line.app.exit(e) == 0 ? 0 : exit_syntax;
  }
  return line.run(line.address);
}

}  // namespace
}  // namespace myod::myoctl

int main(int argc, char** argv) {
  try {
    return myod::myoctl::run(argc, argv);
  } catch (const myod::myoctl::Ended&) {
    return 0;
  } catch (const myod::myoctl::Failure& failure) {
    std::fprintf(stderr, "myoctl: %s\n", failure.what());
    return failure.code;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "myoctl: %s\n", e.what());
    return myod::myoctl::exit_failed;
  }
}
