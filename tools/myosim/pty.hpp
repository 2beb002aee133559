// A pseudo-terminal in raw mode and, if asked for, a symbolic link to it. Whoever opens the path is the host.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace myod::myosim {

class Pty {
 public:
  /// Throws std::runtime_error when the system has none to give, std::invalid_argument when `link` is another kind of
  /// file. A symbolic link left behind (dangling, or to a pseudo-terminal) is replaced. Empty: no link.
  explicit Pty(const std::string& link);
  ~Pty();  ///< removes the link if it is still its own
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;

  const std::string& path() const { return path_; }
  int descriptor() const { return master_; }
  bool host_present() const;

  /// What the host has sent, appended.
  void read(std::vector<std::uint8_t>& into);
  /// As much as there is room for; returns how much.
  std::size_t write(std::span<const std::uint8_t> bytes);
  /// Forgets what no host has read.
  void discard();

 private:
  int master_ = -1;
  std::string path_, link_;
};

}  // namespace myod::myosim
