#include "daemon/paths.hpp"

#include <cstdlib>
#include <stdexcept>

namespace myod::daemon {

namespace {
std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}
}  // namespace

std::vector<std::string> default_addresses() {
  const std::string runtime = environment("XDG_RUNTIME_DIR");
  return {"unix:" + (runtime.empty() ? std::string("/run/myod") : runtime) + "/myod.sock", "tcp:127.0.0.1:7600"};
}

std::string default_data_dir() {
  if (std::string service = environment("STATE_DIRECTORY"); !service.empty()) return service;
  if (std::string data = environment("XDG_DATA_HOME"); !data.empty()) return data + "/myod";
  if (std::string home = environment("HOME"); !home.empty()) return home + "/.local/share/myod";
  throw std::runtime_error("no folder for data: HOME is not set; give --data-dir DIR");
}

}  // namespace myod::daemon
