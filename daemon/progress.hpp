// Whether a thread that counts its turns still takes any. Pure: the caller brings the clock.
#pragma once

#include <cstdint>
#include <utility>

namespace myod::daemon {

class Progress {
 public:
  explicit Progress(std::int64_t now_ns) : moved_ns_(now_ns) {}

  /// `turns`: so many it has taken. How long it has been seen to take none.
  std::int64_t still_ns(std::uint64_t turns, std::int64_t now_ns) {
    if (std::exchange(turns_, turns) != turns) moved_ns_ = now_ns;
    return now_ns - moved_ns_;
  }

 private:
  std::uint64_t turns_ = 0;
  std::int64_t moved_ns_;
};

}  // namespace myod::daemon
