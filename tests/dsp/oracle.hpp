// The committed numbers of tests/data/dsp/oracle.csv by key: index -> value.
#pragma once

#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

namespace myod::test {

using OracleValues = std::map<std::size_t, double>;

inline const OracleValues& oracle(const std::string& key) {
  static const auto all = [] {
    std::map<std::string, OracleValues> values;
    std::ifstream file(MYOD_SOURCE_DIR "/tests/data/dsp/oracle.csv");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
      const auto first = line.find(','), second = line.find(',', first + 1);
      values[line.substr(0, first)][std::stoul(line.substr(first + 1))] = std::stod(line.substr(second + 1));
    }
    return values;
  }();
  const auto found = all.find(key);
  if (found == all.end()) throw std::runtime_error("the oracle has no " + key);
  return found->second;
}

}  // namespace myod::test
