#include "tests/support/recordings.hpp"

#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>

namespace myod::test {

std::optional<std::filesystem::path> recordings_dir() {
  const char* set = std::getenv("MYOD_RECORDINGS");
  const std::filesystem::path dir = set != nullptr ? set : MYOD_SOURCE_DIR "/../shared/recordings";
  if (!std::filesystem::is_directory(dir)) return std::nullopt;
  return dir;
}

Table read_csv(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  Table t;
  std::string line, field;
  std::getline(in, line);
  for (std::istringstream s(line); std::getline(s, field, ',');) t.names.push_back(field);
  t.columns.resize(t.names.size());
  while (std::getline(in, line)) {
    std::istringstream s(line);
    for (auto& column : t.columns) {
      field.clear();
      std::getline(s, field, ',');
      column.push_back(field.empty() ? std::numeric_limits<double>::quiet_NaN() : std::stod(field));
    }
  }
  return t;
}

}  // namespace myod::test
