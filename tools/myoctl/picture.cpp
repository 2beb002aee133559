// A picture for a terminal; see picture.hpp.
#include "tools/myoctl/picture.hpp"

#include <algorithm>
#include <array>

#include "tools/myoctl/text.hpp"

namespace myod::myoctl {
namespace {

// SGR parameters by ink, from the 256-colour palette: orange, sky blue, and vermillion for what needs a hand.
constexpr std::array<std::string_view, 7> sgr{"",         "38;5;244",           "1", "1;38;5;214", "38;5;74",
                                              "38;5;214", "1;38;5;231;48;5;166"};

}  // namespace

Picture& Picture::add(std::string_view text, Ink ink) {
  const std::size_t room = width_ - column_;
  if (room == 0 || text.empty()) return *this;
  const std::size_t want = columns(text);
  const auto style = sgr.at(static_cast<std::size_t>(ink));
  const bool inked = colour_ && !style.empty();
  if (inked) ((line_ += "\x1b[") += style) += 'm';
  line_ += want > room ? fit(text, room) : std::string(text);
  if (inked) line_ += "\x1b[0m";
  column_ += want > room ? room : want;
  return *this;
}

Picture& Picture::to(std::size_t column) {
  if (column > column_) add(std::string(column - column_, ' '));
  return *this;
}

Picture& Picture::right(std::string_view text, Ink ink) {
  const std::size_t want = columns(text);
  if (column_ + 2 + want <= width_) to(width_ - want).add(text, ink);
  return *this;
}

Picture& Picture::end_line() {
  if (!colour_) line_.erase(line_.find_last_not_of(' ') + 1);
  lines_.push_back(line_);
  line_.clear();
  column_ = 0;
  return *this;
}

std::string Picture::text(std::size_t most) const {
  std::string out;
  for (std::size_t i = 0; i < std::min(most, lines_.size()); ++i) (out += lines_[i]) += '\n';
  return out;
}

}  // namespace myod::myoctl
