// Gaps as people can read them: the first of a sensor or channel at once, those that follow within a second as one line
// with their number and length. Under steady loss that is a line a second. Pure; time is told (CLOCK_MONOTONIC ns).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "myod/v1/myod.pb.h"

namespace myod::myoctl {

class GapDigest {
 public:
  /// Gaps that were held back, told together.
  struct Line {
    std::string where;     ///< channel, or the sensor
    double until_s = 0.0;  ///< time of the newest of them
    std::uint64_t gaps = 0;
    std::uint64_t samples = 0;
    double lost_s = 0.0;
  };

  /// True when the event is to be shown as it is; else it will be part of a Line.
  bool shows(const v1::Event& event, const std::string& sensor, double rate_hz, std::int64_t now_ns);

  /// The lines that are due.
  std::vector<Line> take(std::int64_t now_ns);
  /// When the next is due; nothing while none is held.
  std::optional<std::int64_t> due_ns() const;

 private:
  struct Held {
    std::int64_t shown_ns = 0;  ///< when a gap or a line was shown last
    Line line;
  };
  std::map<std::pair<std::string, std::string>, Held> held_;  ///< by sensor and channel
};

/// "12 more gaps, 37 samples (37 ms) lost"
std::string text_of(const GapDigest::Line& line);

}  // namespace myod::myoctl
