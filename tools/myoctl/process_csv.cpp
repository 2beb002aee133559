#include "tools/myoctl/process_csv.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>
#include <stdexcept>

namespace myod::myoctl {

namespace {

constexpr std::size_t chunk_bytes = 1 << 16;
constexpr std::size_t longest_field = 4096;  // a name; numbers are far shorter
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view trimmed(std::string_view s) {
  const std::size_t begin = std::min(s.find_first_not_of(" \t\r"), s.size());
  const std::size_t end = s.find_last_not_of(" \t\r");
  return end == std::string_view::npos ? std::string_view() : s.substr(begin, end - begin + 1);
}

std::string quoted(std::string_view s) { return std::string(1, '"').append(s).append(1, '"'); }

std::optional<double> parse(std::string_view s) {
  if (s.starts_with('+')) s.remove_prefix(1);
  double v = 0.0;
  const auto r = std::from_chars(s.data(), s.data() + s.size(), v);
  if (r.ec != std::errc() || r.ptr != s.data() + s.size()) return std::nullopt;
  return v;
}

}  // namespace

CsvTable::CsvTable(std::filesystem::path path)
    : path_(std::move(path)), in_(path_, std::ios::binary), buffer_(chunk_bytes) {
  if (!in_) throw std::runtime_error(path_.string() + ": cannot be read: " + std::strerror(errno));
  bool last = false;
  while (!last && field(field_, last)) {
    std::string_view name = field_;
    if (names_.empty() && name.starts_with(byte_order_mark)) name.remove_prefix(byte_order_mark.size());
    name = trimmed(name);
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
    if (name.empty()) refuse("a channel without a name: the first row names every channel");
    if (parse(name)) refuse(quoted(name) + " is a number: the first row must name the channels");
    if (std::ranges::find(names_, name) != names_.end()) refuse("two channels are called " + quoted(name));
    names_.emplace_back(name);
  }
  if (names_.empty()) refuse("the file is empty: the first row must name the channels");
  ++line_;
}

bool CsvTable::next(std::span<double> row) {
  bool last = false;
  std::size_t column = 0;
  while (!last) {
    if (!field(field_, last)) {
      if (column == 0) return false;
      last = true;  // the file ends after a comma: one more empty field
    }
    const std::string_view text = trimmed(field_);
    if (column < row.size()) {
      const auto value = text.empty() ? std::numeric_limits<double>::quiet_NaN() : parse(text);
      if (!value) refuse("column " + std::to_string(column + 1) + ": " + quoted(text) + " is not a number");
      row[column] = *value;
    }
    ++column;
  }
  if (column != row.size())
    refuse(std::to_string(column) + " fields, but the first row names " + std::to_string(row.size()) + " channels");
  ++line_;
  return true;
}

bool CsvTable::field(std::string& out, bool& last) {
  out.clear();
  int c = take();
  if (c < 0) return false;
  for (; c >= 0 && c != '\n' && c != ','; c = take()) {
    if (out.size() == longest_field) refuse("a field of more than " + std::to_string(longest_field) + " characters");
    out.push_back(static_cast<char>(c));
  }
  last = c != ',';
  return true;
}

int CsvTable::take() {
  if (at_ == end_) {
    in_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    at_ = 0;
    end_ = static_cast<std::size_t>(in_.gcount());
    if (in_.bad()) refuse(std::string("cannot be read: ") + std::strerror(errno));
    if (end_ == 0) return -1;
  }
  return static_cast<unsigned char>(buffer_[at_++]);
}

void CsvTable::refuse(const std::string& what) const {
  throw std::runtime_error(path_.string() + ":" + std::to_string(line_) + ": " + what);
}

}  // namespace myod::myoctl
