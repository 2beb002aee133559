// Text as a terminal or a JSON parser sees it: UTF-8 read one code point at a time, width counted in columns, numbers
// in the C locale. Whatever comes over the wire passes here before it reaches a terminal, so it cannot steer one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace myod::myoctl {

/// Takes the first code point off `text`, with its bytes; bytes that are not UTF-8 come back one at a time as U+FFFD.
struct CodePoint {
  char32_t value = 0;
  std::string_view bytes;  ///< always valid UTF-8: those of U+FFFD for a byte that was not
};
CodePoint take_code_point(std::string_view& text);

/// One column per code point: names and messages are Latin script and symbols.
std::size_t columns(std::string_view text);

/// Control characters replaced by '?', broken UTF-8 by U+FFFD.
std::string printable(std::string_view text);

/// Exactly `width` columns: cut with an ellipsis or padded on the right (left: on the left).
std::string fit(std::string_view text, std::size_t width);
std::string fit_left(std::string_view text, std::size_t width);

/// Broken between words into lines of at most `width` columns; a longer word stands alone in its line.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

/// A sensor's state needs words: it does not stream, or nothing comes from it.
bool needs_words(std::string_view state, std::string_view detail);

/// What a sensor does and why, without saying the same word twice: "lost: the port closed".
std::string state_text(std::string_view state, std::string_view detail);

/// Fixed decimals; an en dash where there is no number.
std::string number(double value, int decimals);

/// Microvolts and percentages as people read them: a decimal below 100, none above.
std::string amplitude(double value);

/// 1 sample, 2 samples.
std::string counted(std::uint64_t n, std::string_view one, std::string_view many);

/// A bar of `width` columns filled to `fraction` (0..1; outside is clipped, NaN is empty) in eighths of a column.
std::string bar(double fraction, std::size_t width);

}  // namespace myod::myoctl
