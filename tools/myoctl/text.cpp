// Text as a terminal sees it; see text.hpp.
#include "tools/myoctl/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace myod::myoctl {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::array<std::string_view, 8> eighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

// Length, first-byte mask and smallest value of each form; a shorter value in a longer form is not UTF-8.
struct Form {
  unsigned char lead_mask, lead, value_mask;
  std::size_t size;
  char32_t least;
};
constexpr std::array<Form, 4> forms{{{0x80, 0x00, 0x7F, 1, 0},
                                     {0xE0, 0xC0, 0x1F, 2, 0x80},
                                     {0xF0, 0xE0, 0x0F, 3, 0x800},
                                     {0xF8, 0xF0, 0x07, 4, 0x10000}}};

}  // namespace

CodePoint take_code_point(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (const auto& form : forms) {
    if ((byte(0) & form.lead_mask) != form.lead) continue;
    if (text.size() < form.size) break;
    char32_t value = byte(0) & form.value_mask;
    bool good = true;
    for (std::size_t i = 1; i < form.size; ++i) {
      good = good && (byte(i) & 0xC0) == 0x80;
      value = (value << 6) | (byte(i) & 0x3FU);
    }
    if (!good || value < form.least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) break;
    const CodePoint point{value, text.substr(0, form.size)};
    text.remove_prefix(form.size);
    return point;
  }
  text.remove_prefix(1);
  return {0xFFFD, replacement};
}

std::size_t columns(std::string_view text) {
  std::size_t n = 0;
  for (; !text.empty(); ++n) take_code_point(text);
  return n;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto point = take_code_point(text);
    const bool control = point.value < 0x20 || (point.value >= 0x7F && point.value < 0xA0);
    out += control ? std::string_view("?") : point.bytes;
  }
  return out;
}

std::string fit(std::string_view text, std::size_t width) {
  const std::size_t have = columns(text);
  if (have <= width) return std::string(text) + std::string(width - have, ' ');
  std::string out;
  for (std::size_t i = 0; i + 1 < width; ++i) out += take_code_point(text).bytes;
  return width == 0 ? out : out + "…";
}

std::string fit_left(std::string_view text, std::size_t width) {
  const std::size_t have = columns(text);
  return have < width ? std::string(width - have, ' ') + std::string(text) : fit(text, width);
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    if (lines.empty() || columns(lines.back()) + 1 + columns(word) > width) {
      lines.emplace_back(word);
    } else {
      (lines.back() += ' ') += word;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool needs_words(std::string_view state, std::string_view detail) {
  return state != "streaming" || detail.starts_with("no data") || detail.starts_with("wrong rate");
}

std::string state_text(std::string_view state, std::string_view detail) {
  if (detail.empty()) return printable(state);
  return detail.starts_with(state) || detail.starts_with("no data") ? printable(detail)
                                                                    : printable(state) + ": " + printable(detail);
}

std::string number(double value, int decimals) {
  if (!std::isfinite(value)) return "–";
  std::array<char, 400> buffer{};  // the longest double without an exponent has 309 digits
  const auto r = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals);
  return {buffer.data(), r.ptr};
}

std::string amplitude(double value) { return number(value, std::abs(value) < 99.95 ? 1 : 0); }

std::string counted(std::uint64_t n, std::string_view one, std::string_view many) {
  return std::to_string(n) + " " + std::string(n == 1 ? one : many);
}

std::string bar(double fraction, std::size_t width) {
  const double clipped = fraction > 0 ? std::min(fraction, 1.0) : 0.0;
  const auto filled = static_cast<std::size_t>(std::lround(clipped * static_cast<double>(width) * 8));
  std::string out;
  for (std::size_t i = 0; i < filled / 8; ++i) out += "█";
  out += eighths.at(filled % 8);
  const std::size_t used = (filled + 7) / 8;
  return out + std::string(width - used, ' ');
}

}  // namespace myod::myoctl
