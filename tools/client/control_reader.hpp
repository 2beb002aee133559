// The control page for programs in C++: waits for news of one sensor's muscles on this machine and says what became of
// the daemon that writes it. Follows it from one run to the next. proto/control_page.h holds layout, statuses and
// units.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "proto/control_page.h"

namespace myod::client {

class ControlReader {
 public:
  /// RUNTIME_DIR/myod-control-SENSOR. Opens nothing yet.
  explicit ControlReader(std::string path) : path_(std::move(path)) { reader_.path = path_.c_str(); }
  ~ControlReader() { myod_control_close(&reader_); }
  ControlReader(const ControlReader&) = delete;
  ControlReader& operator=(const ControlReader&) = delete;

  /// Until something newer than page() is there, at most `patience`; 0 only looks. Never throws: every failure is a
  /// status.
  myod_control_status wait(std::chrono::milliseconds patience) {
    return myod_control_wait(&reader_, &page_, static_cast<int>(patience.count()));
  }

  /// The newest whole copy; all zero before the first.
  const myod_control_page& page() const { return page_; }

  /// The channel of that name in it; null when there is none.
  const myod_control_channel* channel(std::string_view name) const {
    for (std::uint64_t c = 0; c < page_.channels; ++c)
      if (name == page_.channel[c].name) return &page_.channel[c];
    return nullptr;
  }

  /// Of the newest sample, its uncertainty on top; NaN when it is not known, so ask for !(age_s() < limit).
  double age_s() const { return myod_control_age_s(&page_, myod_control_now_ns()); }

 private:
  const std::string path_;
  myod_control_reader reader_{};
  myod_control_page page_{};
};

}  // namespace myod::client
