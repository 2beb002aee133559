#include "tests/daemon/program/rig.hpp"

#include <fstream>
#include <stdexcept>

namespace myod::test {

namespace {
Words daemon_words(const std::string& address, const TemporaryFolder& folder, const Words& arguments) {
  Words words{program("myod"), "--listen", address, "--data-dir", folder / "data", "--http", "off"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}
}  // namespace

Daemon::Daemon(const TemporaryFolder& folder, const Words& arguments,
               const std::map<std::string, std::string>& environment)
    : address_("unix:" + (folder / "myod.sock")), process_(daemon_words(address_, folder, arguments), environment) {
  const auto ready = process_.line_with("ready ");
  if (!ready || ready->find(address_) == std::string::npos)
    throw std::runtime_error("myod did not get ready: " + process_.errors());
  ready_ = *ready;
}

Words Daemon::ctl_words(Words arguments) const {
  Words words{program("myoctl"), "--connect", address_};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

Finished Daemon::ctl(Words arguments) const { return run(ctl_words(std::move(arguments))); }

std::string Daemon::field(const std::string& name) const {
  const Finished status = ctl({"status", "--json"});
  return json_field(status.out.substr(0, status.out.find('\n')), name);
}

bool Daemon::becomes(const std::string& name, const std::string& value, std::chrono::seconds deadline) const {
  const auto until = std::chrono::steady_clock::now() + deadline;
  while (std::chrono::steady_clock::now() < until)
    if (field(name) == value) return true;
  return false;
}

std::string json_field(const std::string& line, const std::string& name) {
  const std::string key = "\"" + name + "\":";
  auto at = line.find(key);
  if (at == std::string::npos) return {};
  at += key.size();
  while (at < line.size() && line[at] == ' ') ++at;
  if (line[at] == '"') return line.substr(at + 1, line.find('"', at + 1) - at - 1);
  return line.substr(at, line.find_first_of(",}", at) - at);
}

Words simulator(const TemporaryFolder& folder, const std::string& kind, Words more) {
  Words words{program("myosim"), kind, "--link", folder / "tty"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::vector<std::vector<std::string>> read_fields(const std::string& file) {
  std::ifstream in(file);
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(in, line);) {
    auto& fields = rows.emplace_back(1);
    bool inside = false;
    for (const char c : line) {
      if (c == '"') inside = !inside;
      if (c == ',' && !inside)
        fields.emplace_back();
      else if (c != '"')
        fields.back() += c;
    }
  }
  return rows;
}

}  // namespace myod::test
