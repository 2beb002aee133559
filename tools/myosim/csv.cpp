#include "tools/myosim/csv.hpp"

#include <charconv>
#include <cmath>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace myod::myosim {

namespace {

/// The fields of a line, without spaces around them and without a carriage return.
std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t from = 0; from <= line.size();) {
    const std::size_t to = std::min(line.find(',', from), line.size());
    std::string_view field = line.substr(from, to - from);
    while (!field.empty() && (field.front() == ' ' || field.front() == '\t')) field.remove_prefix(1);
    while (!field.empty() && (field.back() == ' ' || field.back() == '\t' || field.back() == '\r'))
      field.remove_suffix(1);
    fields.push_back(field);
    from = to + 1;
  }
  return fields;
}

std::optional<double> number(std::string_view field) {
  double v = 0.0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), v);
  if (error != std::errc() || end != field.data() + field.size() || !std::isfinite(v)) return std::nullopt;
  return v;
}

}  // namespace

Csv read_csv(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("--csv " + path + ": cannot be opened; is the path right and readable?");
  const auto refuse = [&](std::size_t line, const std::string& what) {
    throw std::invalid_argument(path + ":" + std::to_string(line) + ": " + what);
  };
  Csv csv;
  std::string line;
  if (!std::getline(in, line)) refuse(1, "the file is empty; a header row of channel names is needed");
  for (const std::string_view name : split(line)) {
    if (number(name)) refuse(1, "the first row must be channel names, not numbers");
    csv.names.emplace_back(name);
  }
  for (std::size_t at = 2; std::getline(in, line); ++at) {
    if (line.empty() || line == "\r") continue;
    const auto fields = split(line);
    if (fields.size() != csv.names.size())
      refuse(at, std::to_string(fields.size()) + " fields where the header has " + std::to_string(csv.names.size()));
    for (const std::string_view field : fields) {
      const auto v = number(field);
      if (!v) refuse(at, std::string("not a finite number: ").append(field));
      csv.values.push_back(*v);
    }
  }
  if (csv.values.empty()) refuse(2, "no samples");
  return csv;
}

}  // namespace myod::myosim
