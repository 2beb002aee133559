// Placed frames in, sample blocks out into the ring to the dsp thread. A block holds consecutive samples only, 64
// instants at most. When the ring is full the newest block is dropped and counted, and the next one's first_index shows
// the gap; a source that can wait is told to, and nothing is dropped.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "daemon/records.hpp"
#include "daemon/ring.hpp"
#include "daemon/sample_axis.hpp"
#include "daemon/timebase.hpp"
#include "daemon/wake.hpp"

namespace myod::daemon {

class BlockWriter {
 public:
  static constexpr std::uint32_t most_instants = 64;

  BlockWriter(Ring& ring, Wake& dsp, std::uint32_t stream, std::uint32_t channels, bool source_waits);

  /// `rate_off`: the device sends at another rate than the nominal one.
  void add(const PlacedFrame& placed, const Timebase& timebase, std::int64_t arrival_ns, bool rate_off);
  /// The end of a read: what is there goes out.
  void flush(const Timebase& timebase, std::int64_t arrival_ns);

  /// The ring has no room and the source shall wait; try retry() later.
  bool full() const { return !kept_.empty(); }
  void retry();

  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Kept {
    dsp::BlockHead head;
    std::vector<double> raw;
  };
  bool write(const dsp::BlockHead& head, const std::vector<double>& raw);

  Ring& ring_;
  Wake& dsp_;
  const bool source_waits_;
  dsp::BlockHead head_;  // of the block being filled
  std::vector<double> raw_;
  std::uint32_t flags_lost_ = 0;  // of dropped blocks: the next one carries them
  std::uint64_t sequence_ = 0, dropped_ = 0;
  std::deque<Kept> kept_;
};

}  // namespace myod::daemon
