// What one serial device shows from outside: what it may be, who may open it, who has it open, how long it holds bytes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/myoctl/doctor.hpp"

namespace myod::myoctl {

/// A process, by what /proc tells.
struct Holder {
  std::string pid, name;
};
std::vector<Holder> processes(const std::filesystem::path& proc);

/// Adds what there is to say of `device`, one of `all`.
void examine_port(const Machine& machine, const port::SerialDevice& device, const std::vector<port::SerialDevice>& all,
                  std::vector<Finding>& found);

}  // namespace myod::myoctl
