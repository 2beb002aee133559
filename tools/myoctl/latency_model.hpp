// How late numbers are: of every frame that comes, the way from its newest sample to the end of its processing, from
// there to us, and both. Beside that, and never in it, stand the delays of the algorithms, as the daemon states them.
// Pure.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "myod/v1/myod.pb.h"

namespace myod::myoctl {

/// Times of one stage, in ms.
class Histogram {
 public:
  void add(double ms) { values_.push_back(ms); }
  std::size_t count() const { return values_.size(); }
  /// 0..1; NaN when empty. Of the values themselves, not of bins.
  double quantile(double q) const;

  /// Upper ends in ms: 1, 2, 5 by decade; the last is all above.
  static constexpr std::array<double, 16> bins{0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1,   2,
                                               5,    10,   20,   50,  100, 200, 500, 1000};
  std::array<std::uint64_t, bins.size() + 1> counts() const;

 private:
  std::vector<double> values_;
};

class LatencyModel {
 public:
  struct Row {
    Histogram to_processed;  ///< when the newest sample was taken, to when the dsp thread handed the frame on
    Histogram to_here;       ///< from there to its arrival
    Histogram whole;
  };

  /// What came, at a time of CLOCK_MONOTONIC of the daemon's machine. Frames of nothing that was described are passed
  /// over.
  void take(const v1::ServerMessage& message, std::int64_t now_ns);

  bool empty() const { return rows_.empty(); }
  /// Begins anew; the streams stay described.
  void forget() { rows_.clear(); }
  /// By sensor and kind of frame: "sim features".
  std::vector<std::pair<std::string, const Row*>> rows() const;
  /// For people, and one JSON object per sensor and kind of frame.
  std::vector<std::string> text() const;
  std::vector<std::string> json() const;

 private:
  std::map<std::uint32_t, v1::Stream> streams_;
  std::map<std::pair<std::uint32_t, v1::Kind>, Row> rows_;
};

}  // namespace myod::myoctl
