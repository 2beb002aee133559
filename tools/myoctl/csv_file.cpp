#include "tools/myoctl/csv_file.hpp"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace myod::myoctl {

namespace {

constexpr std::size_t write_bytes = 1 << 16;

template <typename Number>
void append(std::string& out, Number value) {
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

/// Flags, counts and shares are small whole numbers mostly, which are written in less time.
void append_double(std::string& out, double value) {
  if (const auto whole = value >= 0.0 && value < 1000.0 ? static_cast<unsigned>(value) : 0U;
      static_cast<double>(whole) == value && !std::signbit(value))
    append(out, whole);
  else
    append(out, value);
}

}  // namespace

CsvFile::CsvFile(std::filesystem::path path, std::string_view header)
    : path_(std::move(path)),
      part_(path_.string().append(unfinished)),
      out_(part_, std::ios::binary | std::ios::trunc) {
  if (!out_) throw std::runtime_error(part_.string() + ": cannot be created: " + std::strerror(errno));
  buffer_.append(header).append("\n");
}

CsvFile::~CsvFile() {
  if (committed_) return;
  out_.close();
  std::error_code ignored;
  std::filesystem::remove(part_, ignored);
}

void CsvFile::separate() {
  if (row_begun_) buffer_ += ',';
  row_begun_ = true;
}

CsvFile& CsvFile::field(double value) {
  separate();
  if (!std::isnan(value)) append_double(buffer_, value);
  return *this;
}

CsvFile& CsvFile::field(std::uint64_t value) {
  separate();
  append(buffer_, value);
  return *this;
}

CsvFile& CsvFile::field(std::string_view text) {
  separate();
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    buffer_ += text;
    return *this;
  }
  buffer_ += '"';
  for (const char c : text) buffer_.append(c == '"' ? 2 : 1, c);
  buffer_ += '"';
  return *this;
}

CsvFile& CsvFile::fields(std::string_view text) {
  separate();
  buffer_ += text;
  return *this;
}

void CsvFile::end_row() {
  buffer_ += '\n';
  row_begun_ = false;
  if (buffer_.size() >= write_bytes) write();
}

void CsvFile::write() {
  out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  buffer_.clear();
}

void CsvFile::close() {
  write();
  out_.close();  // sets failbit, which a failed write has set before
  if (!out_) throw std::runtime_error(path_.string() + ": cannot be written: is the disk full?");
}

void CsvFile::commit() {
  std::error_code error;
  std::filesystem::rename(part_, path_, error);
  if (error) throw std::runtime_error(path_.string() + ": cannot be replaced: " + error.message());
  committed_ = true;
}

std::string csv_number(double value) {
  std::string text;
  if (!std::isnan(value)) append_double(text, value);
  return text;
}

}  // namespace myod::myoctl
