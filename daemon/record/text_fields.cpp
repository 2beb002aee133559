#include "daemon/record/text_fields.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace myod::record {

double plain(double v) {
  return std::isnan(v) ? std::copysign(std::numeric_limits<double>::quiet_NaN(), std::signbit(v) ? -1.0 : 1.0) : v;
}

std::string hex(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
  char buffer[64];
  const auto r = std::to_chars(buffer, buffer + sizeof buffer, std::abs(value), std::chars_format::hex);
  return (std::signbit(value) ? "-0x" : "0x") + std::string(buffer, r.ptr);
}

std::optional<double> parse_hex(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.starts_with("0x")) text.remove_prefix(2);
  double v = 0.0;
  const auto r = std::from_chars(text.data(), text.data() + text.size(), v, std::chars_format::hex);
  if (r.ec != std::errc() || r.ptr != text.data() + text.size()) return std::nullopt;
  return plain(negative ? -v : v);
}

}  // namespace myod::record
