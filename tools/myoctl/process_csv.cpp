#include "tools/myoctl/process_csv.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace myod::myoctl {

namespace {

constexpr std::size_t chunk_bytes = 1 << 16;
constexpr std::size_t longest_line = 1 << 20;  // thousands of channels
constexpr std::size_t shown = 40;              // of a field that is no number
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view blanks = " \t\r";
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Names under which tables carry their time axis, alone or followed by a unit: time_s, Time (ms).
constexpr std::array<std::string_view, 8> axis_names{"t",     "time",   "timestamp", "timestamps",
                                                     "index", "sample", "samples",   "seconds"};
constexpr std::array<std::string_view, 8> axis_units{"", "s", "sec", "seconds", "ms", "us", "ns", "samples"};
constexpr std::string_view axis_marks = "_ ([])/";

std::string_view trimmed(std::string_view s) {
  const std::size_t begin = std::min(s.find_first_not_of(blanks), s.size());
  const std::size_t end = s.find_last_not_of(blanks);
  return end == std::string_view::npos ? std::string_view() : s.substr(begin, end - begin + 1);
}

std::string quoted(std::string_view s) { return std::string(1, '"').append(s).append(1, '"'); }

bool is_quoted(std::string_view s) { return s.size() >= 2 && s.front() == '"' && s.back() == '"'; }

/// The comma behind the first name of a row; a name in quotes may hold others.
std::size_t end_of_name(std::string_view row) {
  const std::size_t begin = row.find_first_not_of(blanks);
  const bool in_quotes = begin != std::string_view::npos && row[begin] == '"';
  const std::size_t close = in_quotes ? row.find('"', begin + 1) : std::string_view::npos;
  return row.find(',', close == std::string_view::npos ? 0 : close);
}

bool is_axis(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::size_t end = std::min(lower.find_first_of(axis_marks), lower.size());
  std::string unit = lower.substr(end);
  std::erase_if(unit, [](char c) { return axis_marks.find(c) != std::string_view::npos; });
  return std::ranges::find(axis_names, lower.substr(0, end)) != axis_names.end() &&
         std::ranges::find(axis_units, unit) != axis_units.end();
}

/// A plain decimal of up to 7 characters without its sign and something behind it: the digits and the power of ten are
/// exact, so there is a single rounding (Clinger 1990), to what from_chars says in more time. All 8 characters are
/// looked at together, for their number is hard to guess for a processor. Anything else is refused, and left for that.
bool take_short_decimal(std::string_view& text, double& value) {
  static constexpr std::array<double, 8> powers{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
  constexpr std::uint64_t zeros = 0x3030303030303030, ones = 0x0101010101010101, highest = 0x80 * ones;
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  if (std::endian::native != std::endian::little || text.size() < sign + sizeof(std::uint64_t)) return false;
  std::uint64_t read = 0;
  std::memcpy(&read, text.data() + sign, sizeof read);
  // The highest bit of every byte that is no digit: below '0', above '9' or not ASCII.
  const std::uint64_t low = read & ~highest;
  const std::uint64_t others = (((low + (0x80 - '0') * ones) ^ highest) | (low + (0x7F - '9') * ones) | read) & highest;
  const auto first = static_cast<unsigned>(std::countr_zero(others)) / 8;
  if (first >= 8) return false;
  const bool point = text[sign + first] == '.';
  const auto end = point ? static_cast<unsigned>(std::countr_zero(others & (others - 1))) / 8 : first;
  const unsigned count = end - (point ? 1 : 0);
  if (count == 0 || end >= 8 || (text[sign + end] | 0x20) == 'e') return false;
  // The digits without the point, behind as many zeros as they are fewer than 8.
  const std::uint64_t whole_part = (1ULL << (8 * first)) - 1;
  std::uint64_t digits = point ? (read & whole_part) | ((read >> 8U) & ~whole_part) : read;
  digits = (digits << (8 * (8 - count))) - (zeros << (8 * (8 - count)));
  // Pairs of digits, of pairs, of those: the earlier one is worth 10, 100, 10000 times the later.
  digits = (digits * 10 + (digits >> 8U)) & 0x00FF00FF00FF00FF;
  digits = (digits * 100 + (digits >> 16U)) & 0x0000FFFF0000FFFF;
  digits = (digits * 10000 + (digits >> 32U)) & 0x00000000FFFFFFFF;
  text.remove_prefix(sign + end);
  value = (1.0 - 2.0 * static_cast<double>(sign)) * (static_cast<double>(digits) / powers[count - first]);
  return true;
}

/// The number at the front of `text`, which it is taken off; false when there is none.
bool take_number(std::string_view& text, double& value) {
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  if (!take_short_decimal(digits, value)) {
    const auto r = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (r.ec != std::errc()) return false;
    digits.remove_prefix(static_cast<std::size_t>(r.ptr - digits.data()));
  }
  text = digits;
  return true;
}

bool is_number(std::string_view text) {
  double value = 0.0;
  return take_number(text, value) && text.empty();
}

void skip_blanks(std::string_view& text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
}

}  // namespace

CsvTable::CsvTable(std::filesystem::path path)
    : path_(std::move(path)), in_(path_, std::ios::binary), buffer_(chunk_bytes) {
  if (!in_) throw std::runtime_error(path_.string() + ": cannot be read: " + std::strerror(errno));
  auto first = line();
  if (!first) {
    line_ = 1;
    refuse_names("the file is empty: the first row must name the channels");
  }
  if (first->starts_with(byte_order_mark)) first->remove_prefix(byte_order_mark.size());
  if (trimmed(*first).find('\r') != std::string_view::npos)
    refuse_names("its lines end with CR alone: write them with LF or CR LF");
  read_names(*first);
}

void CsvTable::read_names(std::string_view line) {
  for (bool last = false; !last;) {
    const std::size_t comma = end_of_name(line);
    last = comma == std::string_view::npos;
    std::string_view name = trimmed(line.substr(0, comma));
    if (!last) line.remove_prefix(comma + 1);
    if (is_quoted(name)) name = name.substr(1, name.size() - 2);
    if (name.find(',') != std::string_view::npos)
      refuse_names(quoted(name) +
                   " holds a comma: the tables of results could not tell the name from two, write it without");
    if (name.empty()) refuse_names("a channel without a name: the first row names every channel");
    if (name.find(';') != std::string_view::npos)
      refuse_names("the fields are separated by semicolons: separate them with commas, decimals with points");
    if (is_number(name)) refuse_names(quoted(name) + " is a number: the first row must name the channels");
    if (is_axis(name))
      refuse_names("column " + std::to_string(names_.size() + 1) + ": " + quoted(name) +
                   " is the name of a time axis, not of a muscle: leave the column out (the time follows from --rate), "
                   "a missing sample is an empty field");
    if (std::ranges::find(names_, name) != names_.end()) refuse_names("two channels are called " + quoted(name));
    names_.emplace_back(name);
  }
}

bool CsvTable::next(std::span<double> row) {
  const auto text = line();
  if (!text) return false;
  std::string_view rest = *text;
  std::size_t column = 0;
  for (bool last = false; !last; ++column) {
    skip_blanks(rest);
    const std::string_view field = rest;
    double value = 0.0;
    if (!take_number(rest, value)) value = std::numeric_limits<double>::quiet_NaN();
    skip_blanks(rest);
    last = rest.empty();
    if (!last && rest.front() != ',') refuse_field(column, field);
    if (!last) rest.remove_prefix(1);
    if (column < row.size()) row[column] = value;
  }
  if (column != row.size())
    refuse(std::to_string(column) + " fields, but the first row names " + std::to_string(row.size()) + " channels");
  return true;
}

std::optional<std::string_view> CsvTable::line() {
  std::size_t searched = at_;
  for (;;) {
    const auto* const found = static_cast<const char*>(std::memchr(buffer_.data() + searched, '\n', end_ - searched));
    if (found != nullptr) {
      const std::string_view text(buffer_.data() + at_, static_cast<std::size_t>(found - buffer_.data()) - at_);
      at_ += text.size() + 1;
      ++line_;
      return text;
    }
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(at_), buffer_.begin() + static_cast<std::ptrdiff_t>(end_),
              buffer_.begin());
    end_ -= at_;
    at_ = 0;
    searched = end_;
    if (end_ == buffer_.size()) {
      if (end_ >= longest_line) {
        ++line_;
        refuse(buffer_.end() == std::find(buffer_.begin(), buffer_.end(), '\r')
                   ? "a line of more than a million characters: is this a CSV?"
                   : "its lines end with CR alone: write them with LF or CR LF");
      }
      buffer_.resize(2 * buffer_.size());
    }
    in_.read(buffer_.data() + end_, static_cast<std::streamsize>(buffer_.size() - end_));
    if (in_.bad()) refuse(std::string("cannot be read: ") + std::strerror(errno));
    if (in_.gcount() > 0) {
      end_ += static_cast<std::size_t>(in_.gcount());
      continue;
    }
    if (end_ == 0) return std::nullopt;
    ++line_;
    at_ = end_;
    return std::string_view(buffer_.data(), end_);
  }
}

std::string CsvTable::place() const { return path_.string() + ":" + std::to_string(line_) + ": "; }

void CsvTable::refuse_names(const std::string& what) const { throw std::invalid_argument(place() + what); }

void CsvTable::refuse(const std::string& what) const { throw std::runtime_error(place() + what); }

void CsvTable::refuse_field(std::size_t column, std::string_view text) const {
  text = trimmed(text.substr(0, text.find(',')));
  const std::string said = "column " + std::to_string(column + 1) + ": " + quoted(text.substr(0, shown));
  if (is_quoted(text) && is_number(trimmed(text.substr(1, text.size() - 2))))
    refuse(said + " stands in quotes: write numbers without");
  refuse(said + " is not a number");
}

}  // namespace myod::myoctl
