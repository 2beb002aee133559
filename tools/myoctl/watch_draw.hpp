// The picture of `watch`: a View and the size of the window in, the lines of the screen out. Pure.
//   name  bar  scale  uV  %  state        one line per channel; with room, repetitions, MDF and quality below it
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tools/myoctl/watch_model.hpp"

namespace myod::myoctl {

struct Window {
  std::size_t width = 80;
  std::size_t height = 24;
  bool colour = true;
  std::string address;               ///< of the daemon
  std::int64_t now_ns = 0;           ///< CLOCK_MONOTONIC
  std::int64_t local_offset_ns = 0;  ///< local time of day when CLOCK_MONOTONIC was zero
};

/// At most `height` lines of at most `width` columns, each ended by a newline.
std::string draw(const View& view, const Window& window);

std::string_view activity_word(Activity activity);

/// The worst thing wrong with a channel's signal and what to do about it, in words, shorter when `room` columns ask for
/// it; empty when nothing is wrong.
std::string remedy(const ChannelView& channel, std::size_t room);

}  // namespace myod::myoctl
