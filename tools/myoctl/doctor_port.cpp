#include "tools/myoctl/doctor_port.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>

namespace myod::myoctl {
namespace {

namespace fs = std::filesystem;
using Level = Finding::Level;

/// What the checks of one port have to go by.
struct Case {
  const port::SerialDevice& device;
  const std::vector<port::SerialDevice>& all;
  std::vector<Holder> holders;  ///< as far as this user may see them
};

Finding finding(const Case& c, Level level, std::string_view check, std::string text, std::string remedy = "") {
  return {level, std::string(check), c.device.node, std::move(text), std::move(remedy)};
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (const std::string& part : parts)
    if (!part.empty()) text += (text.empty() ? "" : std::string(between)) + part;
  return text;
}

std::string description(const port::SerialDevice& d) {
  const std::string name = joined({d.manufacturer, d.product}, " ");
  if (d.usb_id.empty()) return "bound to a Bluetooth device";
  return joined({name.empty() ? "a device without a name" : name, d.usb_id,
                 d.serial.empty() ? "no serial number" : "serial number " + d.serial},
                ", ");
}

void what_it_is(const Case& c, std::vector<Finding>& found) {
  found.push_back(finding(c, Level::ok, "device", description(c.device)));
  const std::string address = port::lasting_address(c.device, c.all);
  std::vector<std::string> kinds;
  for (const sensors::SensorRow* row : port::kinds_of(c.device)) kinds.emplace_back(row->name);
  const std::string kind = kinds.size() == 1 ? kinds.front() : "KIND";
  found.push_back(finding(
      c, Level::ok, "kind",
      kinds.empty() ? "its chip does not tell what sensor it is" : "by its chip it may be: " + joined(kinds, ", "),
      "myod --sensor " + kind + "@" + address));
}

std::string group_name(gid_t gid) {
  const group* const g = getgrgid(gid);
  return g == nullptr ? std::to_string(gid) : g->gr_name;
}

/// The group has the user as a member, so all it takes is to log in anew.
bool joined_already(gid_t gid) {
  const passwd* const user = getpwuid(geteuid());
  const group* const g = getgrgid(gid);
  if (user == nullptr || g == nullptr) return false;
  for (char** member = g->gr_mem; *member != nullptr; ++member)
    if (std::string_view(*member) == user->pw_name) return true;
  return false;
}

void who_may_open_it(const Case& c, std::vector<Finding>& found) {
  const char* const node = c.device.node.c_str();
  struct stat s {};
  if (faccessat(AT_FDCWD, node, R_OK | W_OK, AT_EACCESS) == 0 || stat(node, &s) != 0) return;
  const bool by_group = (s.st_mode & (S_IRGRP | S_IWGRP)) == (S_IRGRP | S_IWGRP) && s.st_gid != 0;
  const std::string name = group_name(s.st_gid);
  if (!by_group)
    found.push_back(finding(c, Level::wrong, "permission", "you may not open it, nor may any group but root's",
                            "serial ports belong to the group dialout: has a rule in /etc/udev/rules.d changed that?"));
  else if (joined_already(s.st_gid))
    found.push_back(finding(c, Level::wrong, "permission",
                            "you may not open it yet: you joined the group " + name + " after you logged in",
                            "log out and in again"));
  else
    found.push_back(finding(c, Level::wrong, "permission", "you may not open it: only the group " + name + " may",
                            "sudo adduser $USER " + name + ", then log out and in again"));
}

bool held_by_myod(const Case& c) {
  return std::any_of(c.holders.begin(), c.holders.end(), [](const Holder& h) { return h.name == "myod"; });
}

void who_has_it_open(const Case& c, std::vector<Finding>& found) {
  for (const Holder& h : c.holders) {
    const std::string who = h.name + " (process " + h.pid + ") has it open";
    if (h.name == "myod")
      found.push_back(finding(c, Level::ok, "holder", who));
    else
      found.push_back(finding(c, Level::wrong, "holder", who + ", so myod cannot have it", "close " + h.name));
  }
}

void how_long_it_holds_bytes(const Case& c, std::vector<Finding>& found) {
  const int ms = c.device.latency_ms.value_or(0);
  if (ms <= 1) return;
  const std::string text = "its chip holds bytes back for " + std::to_string(ms) + " ms";
  if (held_by_myod(c))
    found.push_back(finding(c, Level::wrong, "latency", text + ", although myod asked for 1 ms",
                            "install config/99-myod.rules, which sets it, then plug the device in anew"));
  else
    found.push_back(finding(c, Level::note, "latency", text + "; myod asks for 1 ms when it opens it"));
}

constexpr std::array checks{what_it_is, who_may_open_it, who_has_it_open, how_long_it_holds_bytes};

std::vector<Holder> holders_of(const fs::path& node, const fs::path& proc) {
  std::error_code none;
  const fs::path real = fs::canonical(node, none);
  std::vector<Holder> holders = processes(proc);
  std::erase_if(holders, [&](const Holder& h) {
    std::error_code unreadable;
    for (fs::directory_iterator fd(proc / h.pid / "fd", unreadable), end; !unreadable && fd != end;
         fd.increment(unreadable))
      if (std::error_code gone; fs::read_symlink(fd->path(), gone) == real) return false;
    return true;
  });
  return holders;
}

}  // namespace

std::vector<Holder> processes(const fs::path& proc) {
  std::vector<Holder> all;
  std::error_code none;
  for (fs::directory_iterator at(proc, none), end; !none && at != end; at.increment(none)) {
    const std::string pid = at->path().filename().string();
    if (!std::all_of(pid.begin(), pid.end(), [](char c) { return c >= '0' && c <= '9'; })) continue;
    std::string name;
    std::ifstream comm(at->path() / "comm");
    if (std::getline(comm, name)) all.push_back({pid, name});
  }
  return all;
}

void examine_port(const Machine& machine, const port::SerialDevice& device, const std::vector<port::SerialDevice>& all,
                  std::vector<Finding>& found) {
  const Case c{device, all, holders_of(device.node, machine.proc)};
  for (const auto& check : checks) check(c, found);
}

}  // namespace myod::myoctl
