#include "tools/myoctl/doctor.hpp"

#include <array>
#include <string_view>
#include <system_error>

#include "tools/myoctl/ask.hpp"
#include "tools/myoctl/commands.hpp"
#include "tools/myoctl/doctor_port.hpp"
#include "tools/myoctl/json.hpp"
#include "tools/myoctl/link.hpp"
#include "tools/myoctl/text.hpp"

namespace myod::myoctl {
namespace {

using Level = Finding::Level;

constexpr std::array<std::string_view, 3> level_words{"ok", "note", "wrong"};
constexpr std::size_t indent = 9;

bool is_there(const std::filesystem::path& file) {
  std::error_code unreadable;
  return std::filesystem::exists(file, unreadable);
}

bool runs(const Machine& machine, std::string_view program) {
  for (const Holder& process : processes(machine.proc))
    if (process.name == program) return true;
  return false;
}

void examine_daemon(const std::optional<v1::Status>& status, std::vector<Finding>& found) {
  if (!status) {
    found.push_back({Level::note, "myod", "myod", "does not answer: it does not run, or listens elsewhere (--connect)",
                     "to start it: myod --sensor KIND@PORT"});
    return;
  }
  found.push_back({Level::ok, "myod", "myod", "runs, version " + status->version(), ""});
  for (const v1::SensorStatus& s : status->sensors()) {
    const bool streams = s.state() == "streaming";
    const std::string who = "sensor " + s.name();
    found.push_back({streams ? Level::ok : Level::wrong, "sensor", who,
                     s.kind() + " on " + s.port() + ", " + state_text(s.state(), streams ? "" : s.detail()), ""});
    if (streams && needs_words(s.state(), s.detail())) found.push_back({Level::wrong, "sensor", who, s.detail(), ""});
    if (!s.hint().empty()) found.push_back({Level::wrong, "sensor", who, s.hint(), ""});
  }
}

void examine_machine(const Machine& machine, bool any_device, std::vector<Finding>& found) {
  const std::string who = "this machine";
  if (!any_device)
    found.push_back({Level::note, "devices", who, "no serial device is plugged in",
                     "plug the sensor in; a cable that only charges carries no data; Bluetooth needs rfcomm bind"});
  if (!is_there(machine.run / "udev/control"))
    found.push_back({Level::note, "udev", who,
                     "udev does not run (a container?): a sensor that is plugged in is noticed after up to 5 s", ""});
  if (any_device && runs(machine, "ModemManager") && !is_there(machine.etc / "udev/rules.d/99-myod.rules"))
    found.push_back({Level::wrong, "modemmanager", who, "ModemManager runs and may talk to sensors as if to modems",
                     "sudo cp config/99-myod.rules /etc/udev/rules.d/ && sudo udevadm control --reload && sudo udevadm "
                     "trigger"});
}

}  // namespace

std::vector<Finding> examine(const Machine& machine, const std::optional<v1::Status>& status) {
  std::vector<Finding> found;
  examine_daemon(status, found);
  const auto devices = port::serial_devices(machine.roots);
  for (const port::SerialDevice& device : devices) examine_port(machine, device, devices, found);
  examine_machine(machine, !devices.empty(), found);
  return found;
}

std::vector<std::string> lines_of(const std::vector<Finding>& findings) {
  std::vector<std::string> lines;
  std::string subject;
  std::uint64_t wrong = 0;
  for (const Finding& f : findings) {
    if (f.subject != subject) lines.push_back(printable(subject = f.subject));
    lines.push_back("  " + fit(level_words[static_cast<std::size_t>(f.level)], indent - 2) + printable(f.text));
    if (!f.remedy.empty()) lines.push_back(std::string(indent, ' ') + printable(f.remedy));
    if (f.level == Level::wrong) ++wrong;
  }
  lines.push_back(wrong == 0 ? "nothing is wrong" : counted(wrong, "thing is wrong", "things are wrong"));
  return lines;
}

std::string json_line(const Finding& f) {
  Json json;
  json.open_object().field("check", f.check).field("subject", f.subject);
  json.field("level", level_words[static_cast<std::size_t>(f.level)]).field("text", f.text);
  return json.field("remedy", f.remedy).close_object().text();
}

int run_doctor(const std::string& address, bool json) {
  std::optional<v1::Status> status;
  try {
    status = ask(address).status;
  } catch (const Failure& failure) {
    if (failure.code != exit_failed) throw;  // nobody answers: that is a finding
  }
  const auto findings = examine({}, status);
  if (json)
    for (const Finding& finding : findings) print_line(json_line(finding));
  else
    for (const std::string& line : lines_of(findings)) print_line(line);
  return 0;
}

}  // namespace myod::myoctl
