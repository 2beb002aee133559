// The terminal while `watch` draws on it: alternate screen, no cursor, keys read one by one without echo. However the
// owner ends, the destructor puts everything back.
#pragma once

#include <termios.h>

#include <cstddef>
#include <string_view>

namespace myod::myoctl {

class Terminal {
 public:
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  std::size_t width() const;
  std::size_t height() const;

  /// Replaces what is on the screen; lines end with newlines. Throws Failure when the terminal is gone.
  void show(std::string_view picture) const;

  /// To poll for keys; -1 when keys do not come from a terminal.
  int keys() const { return keys_; }
  /// Reads the keys pressed; true when one of them was q.
  bool quit() const;

 private:
  int keys_ = -1;
  termios before_{};
};

}  // namespace myod::myoctl
