// Text of values, ranges and types. Numbers are written in the shortest form that reads back to the same bits.
#include "config/value.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace myod::config {

namespace {

template <typename... F>
struct Overload : F... {
  using F::operator()...;
};
template <typename... F>
Overload(F...) -> Overload<F...>;  // clang 14 does not deduce aggregates

template <typename Number, typename... Format>
std::string shortest(Number n, Format... format) {
  std::array<char, 32> buffer{};
  const auto r = std::to_chars(buffer.data(), buffer.data() + buffer.size(), n, format...);
  return {buffer.data(), r.ptr};
}

std::string toml_double(double d) {
  std::string s = shortest(d);
  if (s.find_first_of(".en") == std::string::npos) s += ".0";  // 20 would read back as a whole number
  return s;
}

template <typename List>
std::string joined(const List& list, std::string (*text)(std::string_view)) {
  std::string s;
  for (const auto& item : list) s += (s.empty() ? "" : ", ") + text(item);
  return s;
}

std::string plain(std::string_view s) { return std::string(s); }

std::string path(std::string_view list, std::string_view name, std::string_view key) {
  return std::string(list) + "." + (name.empty() ? std::string() : std::string(name) + ".") + std::string(key);
}

}  // namespace

std::string quoted(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string s = "\"";
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      (s += '\\') += c;
    else if (u < 0x20 || u == 0x7f)
      (((s += "\\u00") += hex[u >> 4U]) += hex[u & 15U]);
    else
      s += c;
  }
  return s + '"';
}

std::string sensor_key(std::string_view name, std::string_view key) { return path("sensor", name, key); }
std::string pair_key(std::string_view name, std::string_view key) { return path("pair", name, key); }
std::string array_key(std::string_view name, std::string_view key) { return path("array", name, key); }
std::string channel_key(std::string_view name, std::string_view key) { return path("channel", name, key); }

std::string toml_text(const Value& value) {
  return std::visit(
      Overload{[](const double* d) { return toml_double(*d); }, [](const std::int64_t* i) { return shortest(*i); },
               [](const bool* b) { return std::string(*b ? "true" : "false"); },
               [](const std::string* s) { return quoted(*s); }, [](const ShortText* s) { return quoted(s->view()); },
               [](const std::vector<std::string>* list) { return "[" + joined(*list, quoted) + "]"; },
               [](const Choice& c) { return quoted(c.words[*c.value]); }},
      value);
}

std::string_view type_name(const Value& value) {
  constexpr std::array<std::string_view, 7> names{
      "number", "whole number", "true or false", "text", "text of at most 64 bytes", "list of texts", "choice"};
  static_assert(names.size() == std::variant_size_v<Value>);
  return names.at(value.index());
}

std::string allowed(const Value& value, const Rule& rule) {
  if (const auto* c = std::get_if<Choice>(&value)) return joined(c->words, plain);
  if (std::holds_alternative<bool*>(value)) return "true or false";
  if (!std::isfinite(rule.low)) return "";
  std::string s = shortest(rule.low, std::chars_format::fixed) + ".." + shortest(rule.high, std::chars_format::fixed);
  if (rule.even) s += ", even";
  if (!rule.unit.empty()) (s += ' ') += rule.unit;
  return s;
}

std::string must_be(const Value& value, const Rule& rule) {
  const std::string range = allowed(value, rule);
  if (std::holds_alternative<Choice>(value)) return "must be one of " + range;
  if (std::holds_alternative<bool*>(value)) return "must be true or false";
  std::string s = "must be a " + std::string(type_name(value));
  if (std::holds_alternative<std::vector<std::string>*>(value)) s += R"(, as ["one", "two"])";
  return range.empty() ? s : s + " " + range;
}

}  // namespace myod::config
