#include "daemon/paths.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string_view>

namespace myod::daemon {

namespace {
std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string user_dir() {
  const std::string runtime = environment("XDG_RUNTIME_DIR");
  return runtime.empty() ? "/run/myod" : runtime;
}
}  // namespace

std::vector<std::string> default_addresses() { return {"unix:" + user_dir() + "/myod.sock", "tcp:127.0.0.1:7600"}; }

std::string runtime_dir(const std::vector<std::string>& addresses) {
  constexpr std::string_view scheme = "unix:";
  for (const std::string& address : addresses)
    if (address.starts_with(scheme)) {
      const std::string folder = std::filesystem::path(address.substr(scheme.size())).parent_path();
      return folder.empty() ? "." : folder;
    }
  return user_dir();
}

std::string default_data_dir() {
  if (std::string service = environment("STATE_DIRECTORY"); !service.empty()) return service;
  if (std::string data = environment("XDG_DATA_HOME"); !data.empty()) return data + "/myod";
  if (std::string home = environment("HOME"); !home.empty()) return home + "/.local/share/myod";
  throw std::runtime_error("no folder for data: HOME is not set; give --data-dir DIR");
}

}  // namespace myod::daemon
