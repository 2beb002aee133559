// A picture for a terminal, as text: lines made of inked pieces, cut at the width, with or without colours. Pure.
// Colours are Okabe and Ito's, which colour-blind eyes tell apart; no meaning rests on colour alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace myod::myoctl {

enum class Ink : std::uint8_t { plain, dim, strong, active, rest, warning, alarm };

class Picture {
 public:
  Picture(std::size_t width, bool colour) : width_(width), colour_(colour) {}

  /// Adds text to the current line; what goes beyond the width is cut with an ellipsis. Text from outside goes through
  /// printable() first.
  Picture& add(std::string_view text, Ink ink = Ink::plain);
  /// Blanks up to a column; nothing when the line is longer already.
  Picture& to(std::size_t column);
  /// Text that ends at the right edge, if it still fits beside what stands there.
  Picture& right(std::string_view text, Ink ink = Ink::plain);
  Picture& end_line();

  /// The first `most` lines ended so far, each followed by a newline, no blanks at line ends when there are no colours.
  std::string text(std::size_t most) const;

 private:
  std::size_t width_;
  bool colour_;
  std::size_t column_ = 0;
  std::string line_;
  std::vector<std::string> lines_;
};

}  // namespace myod::myoctl
