// `key=value` fields of one line of text, written and read in one order. Doubles either shortest round-trip or in
// hexadecimal; either way every bit comes back but a NaN's payload. What is not as written throws TextError.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "dsp/words.hpp"

namespace myod::record {

/// The text is none of ours: says which key is missing or wrong.
class TextError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A double as 0x1.8p+3 and back, every bit but a NaN's payload.
std::string hex(double value);
std::optional<double> parse_hex(std::string_view text);

/// What was read as a NaN has the bits of the NaN that was written: from_chars leaves a payload of its own.
double plain(double v);

template <typename T>
std::string number(T value) {
  char buffer[64];
  const auto r = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, r.ptr};
}

class Fields {
 public:
  explicit Fields(std::string_view kind) : text_(kind) {}
  Fields& word(std::string_view key, std::string_view value) {
    text_.append(" ").append(key).append("=").append(value);
    return *this;
  }
  template <typename T>
  Fields& value(std::string_view key, T v) {
    return word(key, number(v));
  }
  std::string last(std::string_view key, std::string_view rest) { return std::move(word(key, rest).text_); }

 private:
  std::string text_;
};

/// Keys are read in the order in which they were written; what is not asked for is skipped.
class FieldsIn {
 public:
  explicit FieldsIn(std::string_view text) : text_(text), rest_(text) {}

  std::string_view word(std::string_view key) {
    const std::string_view from = after(key);
    const std::size_t end = std::min(from.find(' '), from.size());
    rest_ = from.substr(end);
    return from.substr(0, end);
  }

  template <typename T>
  T value(std::string_view key) {
    const std::string_view w = word(key);
    T v{};
    const auto r = std::from_chars(w.data(), w.data() + w.size(), v);
    if (r.ec != std::errc() || r.ptr != w.data() + w.size()) refuse(key, "is no number");
    if constexpr (std::is_same_v<T, double>) v = plain(v);
    return v;
  }

  double hexadecimal(std::string_view key) {
    const auto v = parse_hex(word(key));
    if (!v) refuse(key, "is no hexadecimal number");
    return *v;
  }

  template <typename Enum, std::size_t N>
  Enum one_of(std::string_view key, const std::array<std::string_view, N>& words) {
    const auto e = dsp::from_word<Enum>(words, word(key));
    if (!e) refuse(key, "is an unknown word");
    return *e;
  }

  std::string_view last(std::string_view key) { return after(key); }

  [[noreturn]] void refuse(std::string_view key, std::string_view why) const {
    throw TextError("journal entry \"" + std::string(text_.substr(0, 80)) + "\": " + std::string(key) + " " +
                    std::string(why));
  }

 private:
  std::string_view after(std::string_view key) const {
    const std::string pattern = std::string(" ").append(key).append("=");
    const std::size_t at = rest_.find(pattern);
    if (at == std::string_view::npos) refuse(key, "is missing");
    return rest_.substr(at + pattern.size());
  }

  std::string_view text_, rest_;
};

/// What stands between commas in one word.
class Parts {
 public:
  Parts(const FieldsIn& in, std::string_view key, std::string_view word) : in_(in), key_(key), rest_(word) {}

  bool more() const { return !rest_.empty(); }
  std::uint32_t whole() {
    const std::string_view part = next();
    std::uint32_t n = 0;
    const auto r = std::from_chars(part.data(), part.data() + part.size(), n);
    if (r.ec != std::errc() || r.ptr != part.data() + part.size()) refuse("holds what is no whole number");
    return n;
  }
  double hexadecimal() {
    const auto v = parse_hex(next());
    if (!v) refuse("holds what is no hexadecimal number");
    return *v;
  }
  [[noreturn]] void refuse(std::string_view why) const { in_.refuse(key_, why); }

 private:
  std::string_view next() {
    const std::string_view part = rest_.substr(0, rest_.find(','));
    rest_.remove_prefix(std::min(part.size() + 1, rest_.size()));
    return part;
  }

  const FieldsIn& in_;
  std::string_view key_, rest_;
};

}  // namespace myod::record
