// What is wrong with the sensors of this machine, and how it is mended. Ports are looked at from outside and never
// opened: opening resets boards.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "daemon/port/devices.hpp"
#include "myod/v1/myod.pb.h"

namespace myod::myoctl {

/// Where the machine is looked at.
struct Machine {
  port::Roots roots;
  std::filesystem::path proc = "/proc", run = "/run", etc = "/etc";
};

struct Finding {
  enum class Level : std::uint8_t { ok, note, wrong } level = Level::ok;
  std::string check;    ///< which of the checks found it, for programs
  std::string subject;  ///< a port, a sensor of the configuration, or the machine
  std::string text;
  std::string remedy;  ///< what to do; empty: nothing, or the text says it
};

/// All findings, those of one subject together. `status`: what the daemon says; nothing: it does not answer.
std::vector<Finding> examine(const Machine& machine, const std::optional<v1::Status>& status);

/// For people: a heading per subject, a line or two per finding, how many are wrong in the end.
std::vector<std::string> lines_of(const std::vector<Finding>& findings);
std::string json_line(const Finding& finding);

}  // namespace myod::myoctl
