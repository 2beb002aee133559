// Commands that change something in the daemon: calibrate, mark, stop, stimulus, configure, record. One Command out,
// its Reply back.
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <functional>
#include <utility>

#include "tools/myoctl/commands.hpp"
#include "tools/myoctl/link.hpp"
#include "tools/myoctl/text.hpp"

namespace myod::myoctl {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t patience_ns = 10 * second_ns;  // beyond the time the command itself takes

// Gives the command and waits for its reply; `waiting` is called every 100 ms with the time gone by.
v1::Reply order(const std::string& address, v1::Command command, std::int64_t takes_ns,
                const std::function<void(std::int64_t)>& waiting) {
  Signals signals;
  Link link(signals, address);
  v1::ClientMessage message;
  command.set_id(1);
  *message.mutable_command() = std::move(command);
  link.send(message);
  const std::int64_t begin = monotonic_ns();
  for (std::int64_t now = begin; now - begin < takes_ns + patience_ns; now = monotonic_ns()) {
    waiting(now - begin);
    const auto answer = link.wait(now + second_ns / 10);
    if (answer && answer->has_reply() && answer->reply().id() == 1) return answer->reply();
  }
  throw Failure(exit_failed, "myod did not answer in time; does the sensor stream? (myoctl status)");
}

void nothing(std::int64_t) {}

int done(const v1::Reply& reply, std::string_view otherwise) {
  check(reply);
  print_line(reply.text().empty() ? std::string(otherwise) : printable(reply.text()));
  return 0;
}

std::string instruction(const CalibrateArguments& arguments) {
  std::string names;
  for (const auto& name : arguments.channels) names += (names.empty() ? "" : ", ") + printable(name);
  if (arguments.rest) return "Relax " + names;
  const std::string percent = number(arguments.percent, 0) + " %";
  if (arguments.kind == "submax") return "Hold " + names + " at " + percent + " of the maximum";
  if (arguments.kind == "task_peak") return "Do the task with " + names;
  if (arguments.kind == "mmax") return "Stimulate " + names + " to the largest response";
  return "Contract " + names + (arguments.percent < 100 ? " at " + percent : " as hard as you can");
}

}  // namespace

void print_line(std::string_view line) {
  const std::string text = std::string(line) + "\n";
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw Failure(exit_failed, "cannot write to standard output");
}

int run_calibrate(const std::string& address, const CalibrateArguments& arguments) {
  const double seconds = arguments.seconds > 0 ? arguments.seconds : arguments.rest ? 2 : 5;
  v1::Command command;
  auto& calibrate = *command.mutable_calibrate();
  calibrate.set_what(arguments.rest ? v1::CALIBRATE_WHAT_REST : v1::CALIBRATE_WHAT_REFERENCE);
  calibrate.set_seconds(seconds);
  for (const auto& name : arguments.channels) calibrate.add_channels(name);
  if (!arguments.rest) {
    calibrate.set_reference_kind(arguments.kind);
    calibrate.set_percent(arguments.percent);
    calibrate.set_anew(arguments.anew);
  }

  const bool terminal = isatty(STDERR_FILENO) != 0;
  const std::string what = instruction(arguments);
  bool instructed = terminal;
  const auto countdown = [&](std::int64_t gone_ns) {  // called when the command has been given, not before
    if (!std::exchange(instructed, true))
      std::fprintf(stderr, "%s for %s s\n", what.c_str(), number(seconds, 1).c_str());
    const double left = seconds - static_cast<double>(gone_ns) * 1e-9;
    const std::string text = left > 0 ? number(std::ceil(left), 0) + " s" : "measuring ...";
    if (terminal) std::fprintf(stderr, "\r%s: %s \x1b[K", what.c_str(), text.c_str());
  };
  struct ClearLine {  // also when a signal or a lost connection ends the wait
    bool terminal;
    ~ClearLine() {
      if (terminal) std::fprintf(stderr, "\r\x1b[K");
    }
  };
  const v1::Reply reply = [&] {
    const ClearLine clear{terminal};
    return order(address, command, static_cast<std::int64_t>(seconds * 1e9), countdown);
  }();

  bool all = true;
  for (const auto& measured : reply.measured()) {
    all = all && measured.done();
    const std::string head = printable(measured.channel()) + ": ", text = printable(measured.text());
    if (measured.done()) {
      print_line(head + (text.empty() ? amplitude(measured.value_uv()) + " uV" : text));
    } else {
      std::fprintf(stderr, "myoctl: %snot calibrated: %s\n", head.c_str(), text.c_str());
    }
  }
  if (all) check(reply);  // what failed has been said channel by channel
  return all ? 0 : exit_failed;
}

int run_mark(const std::string& address, const std::string& text) {
  v1::Command command;
  command.mutable_mark()->set_text(text);
  return done(order(address, command, 0, nothing), "marked");
}

int run_stop(const std::string& address) {
  v1::Command command;
  command.mutable_stop();
  return done(order(address, command, 0, nothing), "stopped");
}

int run_stimulus(const std::string& address, const StimulusArguments& arguments) {
  v1::Command command;
  auto& stimulus = *command.mutable_stimulus();
  stimulus.set_sensor(arguments.sensor);
  if (arguments.at_s < 0)
    stimulus.set_time_ns(monotonic_ns());
  else
    stimulus.set_t_s(arguments.at_s);
  stimulus.set_pulses(arguments.pulses);
  stimulus.set_period_s(arguments.period_ms / 1000);
  return done(order(address, command, 0, nothing), "told");
}

int run_expect(const std::string& address, const ExpectArguments& arguments) {
  v1::Command command;
  auto& expect = *command.mutable_expect();
  expect.set_seconds(arguments.seconds);
  for (const auto& channel : arguments.channels) expect.add_channels(channel);
  return done(order(address, command, 0, nothing), "expecting");
}

int run_configure(const std::string& address, const std::vector<std::string>& settings) {
  v1::Command command;
  for (const auto& setting : settings) command.mutable_configure()->add_settings(setting);
  return done(order(address, command, 0, nothing), "configured");
}

int run_record(const std::string& address, const RecordArguments& arguments) {
  v1::Command command;
  auto& record = *command.mutable_record();
  record.set_start(arguments.start);
  record.set_subject(arguments.subject);
  record.set_label(arguments.label);
  return done(order(address, command, 0, nothing), arguments.start ? "recording" : "stopped");
}

}  // namespace myod::myoctl
