// A table of numbers as CSV, read row by row: the first row names the channels, an empty field is a missing sample.
// CR LF or LF, constant memory. Every complaint begins with FILE:LINE.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace myod::myoctl {

class CsvTable {
 public:
  /// Reads the names. Throws std::runtime_error when the file cannot be read, and std::invalid_argument when its first
  /// row is not unique names of muscles; that of a time axis would be taken for one.
  explicit CsvTable(std::filesystem::path path);

  const std::vector<std::string>& names() const { return names_; }

  /// The next row, one number per name, NaN for an empty field; false at the end. Throws std::runtime_error for a row
  /// of another length and for what is no number.
  bool next(std::span<double> row);

 private:
  /// The next line without its end, valid until the next one; nothing at the end of the file.
  std::optional<std::string_view> line();
  void read_names(std::string_view line);
  std::string place() const;
  [[noreturn]] void refuse_names(const std::string& what) const;
  [[noreturn]] void refuse(const std::string& what) const;
  [[noreturn]] void refuse_field(std::size_t column, std::string_view text) const;

  std::filesystem::path path_;
  std::ifstream in_;
  std::vector<char> buffer_;
  std::size_t at_ = 0, end_ = 0;
  std::uint64_t line_ = 0;
  std::vector<std::string> names_;
};

}  // namespace myod::myoctl
