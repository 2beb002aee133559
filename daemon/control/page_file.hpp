// The control page as a file: made whole before it has its name, mapped, locked while this process lives, removed at a
// clean end. The layout is that of proto/control_page.h.
#pragma once

#include <cstdint>
#include <string>

#include "proto/control_page.h"

namespace myod::control {

class PageFile {
 public:
  /// Makes `path`, with what `first` says in its first six words, and takes the place of what a myod that died left
  /// there. Throws std::runtime_error with the path, the cause and the remedy: another myod writes it, no permission,
  /// no room.
  PageFile(std::string path, const myod_control_page& first);
  /// Unmaps and removes it, unless another one has its name by now. Whoever has it mapped sees a dead writer.
  ~PageFile();
  PageFile(const PageFile&) = delete;
  PageFile& operator=(const PageFile&) = delete;

  /// The dsp thread: what is under the seqlock, then wakes who waits. Stores words that changed, locks nothing.
  void write(const myod_control_page& page) noexcept;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int fd_ = -1;
  std::uint64_t* words_ = nullptr;
  std::uint64_t sequence_ = 0;
};

}  // namespace myod::control
