// A CSV file, row by row: numbers shortest round-trip in the C locale, an invalid number an empty field. It has another
// name until commit(), so that nobody takes half a file for a whole one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace myod::myoctl {

/// Throws std::runtime_error when it cannot be created, and from close() when anything could not be written: rows are
/// filled from inside Pipeline::process(), where nothing may throw.
class CsvFile {
 public:
  static constexpr std::string_view unfinished = ".part";  ///< behind the name until commit()

  CsvFile(std::filesystem::path path, std::string_view header);
  ~CsvFile();  ///< removes what was not committed
  CsvFile(const CsvFile&) = delete;
  CsvFile& operator=(const CsvFile&) = delete;

  CsvFile& field(double value);  ///< NaN: empty
  CsvFile& field(std::uint64_t value);
  CsvFile& field(std::string_view text);   ///< quoted where it must be
  CsvFile& fields(std::string_view text);  ///< as it is: fields with their commas
  void end_row();

  void close();
  /// After close(): takes its name, over an earlier file of that name.
  void commit();
  const std::filesystem::path& path() const { return path_; }

 private:
  void separate();
  void write();

  std::filesystem::path path_, part_;
  std::ofstream out_;
  std::string buffer_;
  bool row_begun_ = false, committed_ = false;
};

/// As CsvFile writes it.
std::string csv_number(double value);

}  // namespace myod::myoctl
