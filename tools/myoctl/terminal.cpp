// The terminal while `watch` draws on it; see terminal.hpp.
#include "tools/myoctl/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "tools/myoctl/link.hpp"

namespace myod::myoctl {
namespace {

constexpr std::string_view enter = "\x1b[?1049h\x1b[?25l\x1b[?7l", leave = "\x1b[?7h\x1b[?25h\x1b[?1049l";

bool write_all(std::string_view text) {
  while (!text.empty()) {
    const auto n = write(STDOUT_FILENO, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

winsize size() {
  winsize s{};
  ioctl(STDOUT_FILENO, TIOCGWINSZ, &s);
  return s;
}

}  // namespace

Terminal::Terminal() {
  if (isatty(STDIN_FILENO) != 0 && tcgetattr(STDIN_FILENO, &before_) == 0) {
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    raw.c_cc[VSUSP] = _POSIX_VDISABLE;  // Ctrl-Z would leave a shell on the alternate screen
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    keys_ = STDIN_FILENO;
  }
  write_all(enter);
}

Terminal::~Terminal() {
  write_all(leave);
  if (keys_ >= 0) tcsetattr(keys_, TCSADRAIN, &before_);
}

std::size_t Terminal::width() const { return size().ws_col > 0 ? size().ws_col : 80; }
std::size_t Terminal::height() const { return size().ws_row > 0 ? size().ws_row : 24; }

void Terminal::show(std::string_view picture) const {
  std::string out = "\x1b[H";
  while (!picture.empty()) {
    const auto end = picture.find('\n');
    out += "\x1b[K";  // before the text: after a full line it would erase the last column
    out += picture.substr(0, end);
    picture.remove_prefix(end + 1);
    if (!picture.empty()) out += "\r\n";
  }
  out += "\x1b[J";
  if (!write_all(out)) throw Failure(exit_failed, "cannot write to the terminal");
}

bool Terminal::quit() const {
  std::array<char, 64> keys{};
  const auto n = read(keys_, keys.data(), keys.size());
  if (n < 0 || (n == 0 && isatty(keys_) == 0)) throw Ended{};
  return std::string_view(keys.data(), static_cast<std::size_t>(n)).find_first_of("qQ") != std::string_view::npos;
}

}  // namespace myod::myoctl
