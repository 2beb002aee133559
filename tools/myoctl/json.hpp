// Writes one JSON value on one line. Numbers are the shortest that read back as the same bits (a float as a float);
// what JSON cannot say (NaN, infinities) is null; text that is not UTF-8 is mended, so the line is valid JSON whatever
// came.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <string>
#include <string_view>

#include "tools/myoctl/text.hpp"

namespace myod::myoctl {

class Json {
 public:
  Json& open_object() { return open('{'); }
  Json& close_object() { return close('}'); }
  Json& open_array() { return open('['); }
  Json& close_array() { return close(']'); }

  Json& key(std::string_view name) {
    separate();
    quote(name);
    text_ += ':';
    separated_ = true;
    return *this;
  }

  Json& value(std::string_view s) {
    separate();
    quote(s);
    return *this;
  }
  Json& value(const char* s) { return value(std::string_view(s)); }
  Json& value(bool b) {
    separate();
    text_ += b ? "true" : "false";
    return *this;
  }
  template <typename Number>
  requires(std::integral<Number> || std::floating_point<Number>) Json& value(Number v) {
    separate();
    if constexpr (std::floating_point<Number>) {
      if (!std::isfinite(v)) {
        text_ += "null";
        return *this;
      }
    }
    std::array<char, 40> buffer{};
    const auto r = std::to_chars(buffer.data(), buffer.data() + buffer.size(), v);
    text_ += std::string_view(buffer.data(), static_cast<std::size_t>(r.ptr - buffer.data()));
    return *this;
  }

  /// key and value at once.
  template <typename Value>
  Json& field(std::string_view name, const Value& v) {
    key(name);
    return value(v);
  }
  /// An array of plain values.
  template <typename Range>
  Json& list(std::string_view name, const Range& values) {
    key(name);
    open_array();
    for (const auto& v : values) value(v);
    return close_array();
  }

  const std::string& text() const { return text_; }

 private:
  Json& open(char bracket) {
    separate();
    text_ += bracket;
    separated_ = true;
    return *this;
  }
  Json& close(char bracket) {
    text_ += bracket;
    separated_ = false;
    return *this;
  }
  void separate() {
    if (!separated_) text_ += ',';
    separated_ = false;
  }
  void quote(std::string_view s) {
    static constexpr std::string_view hex = "0123456789abcdef";
    text_ += '"';
    while (!s.empty()) {
      const auto point = take_code_point(s);
      if (point.value == '"' || point.value == '\\') {
        text_ += '\\';
        text_ += point.bytes;
      } else if (point.value < 0x20 || point.value == 0x7F) {
        text_ += "\\u00";
        text_ += hex[point.value >> 4];
        text_ += hex[point.value & 15];
      } else {
        text_ += point.bytes;
      }
    }
    text_ += '"';
  }

  std::string text_;
  bool separated_ = true;  // nothing to separate the next value from
};

}  // namespace myod::myoctl
