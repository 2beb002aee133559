// The little XML that XDF headers need: elements with text, written and found again. Reads what this project writes,
// not XML at large: no attributes, comments or CDATA.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace myod::record::xml {

/// <name>text</name> with the text escaped.
std::string element(std::string_view name, std::string_view text);
/// <name>content</name>, the content being elements already.
std::string parent(std::string_view name, std::string_view content);

/// What stands between <name> and </name>, first occurrence; nothing when there is none.
std::optional<std::string_view> inside(std::string_view xml, std::string_view name);
/// The same, and `xml` goes on behind it: for lists.
std::optional<std::string_view> take(std::string_view& xml, std::string_view name);
/// The unescaped text of an element; empty when there is none.
std::string text(std::string_view xml, std::string_view name);

}  // namespace myod::record::xml
