#include "daemon/record/xml.hpp"

#include <array>
#include <utility>

namespace myod::record::xml {

namespace {

constexpr std::array<std::pair<char, std::string_view>, 5> entities{
    {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\r', "&#13;"}}};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    std::string_view as(&c, 1);
    for (const auto& [plain, entity] : entities)
      if (c == plain) as = entity;
    out += as;
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    char c = text.front();
    std::size_t used = 1;
    for (const auto& [plain, entity] : entities)
      if (text.starts_with(entity)) {
        c = plain;
        used = entity.size();
      }
    out += c;
    text.remove_prefix(used);
  }
  return out;
}

}  // namespace

std::string parent(std::string_view name, std::string_view content) {
  std::string out;
  out.append("<").append(name).append(">").append(content).append("</").append(name).append(">\n");
  return out;
}

std::string element(std::string_view name, std::string_view text) { return parent(name, escaped(text)); }

std::optional<std::string_view> take(std::string_view& xml, std::string_view name) {
  const std::string tag = std::string(name) + ">", open = std::string("<") + tag, close = std::string("</") + tag;
  const std::size_t begin = xml.find(open);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t end = xml.find(close, begin);
  if (end == std::string_view::npos) return std::nullopt;
  const auto found = xml.substr(begin + open.size(), end - begin - open.size());
  xml.remove_prefix(end + close.size());
  return found;
}

std::optional<std::string_view> inside(std::string_view xml, std::string_view name) { return take(xml, name); }

std::string text(std::string_view xml, std::string_view name) { return unescaped(inside(xml, name).value_or("")); }

}  // namespace myod::record::xml
