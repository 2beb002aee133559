// The committed numbers of a file of tests/data by key: index -> value.
#pragma once

#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

namespace myod::test {

using OracleValues = std::map<std::size_t, double>;

inline const OracleValues& oracle(const std::string& key, const std::string& name = "dsp/oracle.csv") {
  static std::map<std::string, std::map<std::string, OracleValues>> read;
  auto& all = read[name];
  if (all.empty()) {
    auto& values = all;
    std::ifstream file(MYOD_SOURCE_DIR "/tests/data/" + name);
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
      const auto first = line.find(','), second = line.find(',', first + 1);
      values[line.substr(0, first)][std::stoul(line.substr(first + 1))] = std::stod(line.substr(second + 1));
    }
  }
  const auto found = all.find(key);
  if (found == all.end()) throw std::runtime_error("the oracle has no " + key);
  return found->second;
}

}  // namespace myod::test
