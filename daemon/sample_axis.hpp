// The sample axis: believed frames with the device's wrapping counter in; frames with their sample index out, in order.
//   gap below the counter's modulus   exact: (c - last - 1) mod M are missing
//   longer gap                        the host clock says how many whole turns of the counter passed, the counter fixes
//                                     the rest: exact when only one number of turns agrees with what is known of this
//                                     line's clock and delays, flagged uncertain when none or several do. A line that
//                                     always queued for more than half a turn and then never does is not recognised
//   late burst                        looks like a long gap until what was late has arrived: frames wait up to then
//   counter jumps where it cannot     one frame: a damaged counter, dropped; two that agree: the device began again
//   port reopened                     the host clock says how long; flagged uncertain and restarted
//   device sends at another rate      host time follows the measured rate from then on; the next frame is uncertain
// Without a counter only reopening makes gaps, and what the caller says it saw destroyed.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "daemon/rate_watch.hpp"
#include "daemon/sensors/sensor.hpp"
#include "daemon/timebase.hpp"

namespace myod::daemon {

struct AssemblerCounts {
  std::uint64_t frames = 0;         ///< instants delivered
  std::uint64_t lost = 0;           ///< instants missing on the sample axis (dropped or corrupted on the way)
  std::uint64_t corrupted = 0;      ///< frames seen that failed their check while in lock
  std::uint64_t gaps = 0;           ///< runs of lost frames
  std::uint64_t resyncs = 0;        ///< times lock was lost
  std::uint64_t skipped_bytes = 0;  ///< bytes that belonged to no frame
  std::array<std::uint64_t, sensors::skip_reason_words.size()> skips{};  ///< by SkipReason
  std::uint32_t channels_seen = 0;  ///< in the last line with the wrong number of columns
  std::uint64_t wraps = 0;          ///< times in a row that the device began again at 0 after the same number
  std::uint64_t wraps_at = 0;       ///< that number and one: the modulus its counter really has
};

/// A frame with its sample index. `index` minus the previous one above its instants is a gap.
struct PlacedFrame {
  const sensors::Frame* frame = nullptr;
  std::uint64_t index = 0;     ///< of its first instant
  std::uint32_t instants = 1;  ///< in the frame
  bool uncertain_gap = false;  ///< how long the gap before it is is a guess: neither counter nor host clock can tell
  bool gap_by_clock = false;   ///< longer than the counter can tell; the host clock could
  bool restarted = false;      ///< first after the port was reopened or the device began again
};

/// The smallest step from counter `from` to counter `to`, modulo `modulus`, that is at least `windows` (1 or more).
std::uint64_t counter_step(std::uint64_t from, std::uint64_t to, std::uint64_t modulus, std::uint64_t windows);

class SampleAxis {
 public:
  using OnFrame = std::function<void(const PlacedFrame&)>;
  /// modulus 0: no counter. rate 0: unknown, the host clock cannot help. `instants`: of every frame; the counter counts
  /// them.
  SampleAxis(std::uint64_t modulus, double rate_hz, std::uint32_t instants, AssemblerCounts& counts, OnFrame on_frame);

  /// The next believed frame; `windows`: places on the wire since the last one, its own included (1: adjacent).
  void place(const sensors::Frame& frame, std::uint64_t windows, std::int64_t arrival_ns);
  /// All bytes of a read were handed in, or time went by without any: decides what waits, teaches the timebase.
  void settle(std::int64_t now_ns);
  void reopened();
  /// No sample came for long on an open port. Without a counter the host clock alone says how many are missing.
  void fell_silent() {
    if (modulus_ == 0) reopened_ = any_;
  }
  /// The device counts from zero as of now: what is missing before its first frame is known.
  void counts_from_zero() { from_zero_ = true; }
  /// A frame `step` instants after the newest would be earlier than the host clock allows, as far as it is known.
  bool too_early(std::uint64_t step, std::int64_t now_ns) const;

  const Timebase& timebase() const { return timebase_; }
  /// By the host's clock; NaN until it is known.
  double measured_rate_hz() const;
  /// The measured rate where it is not the nominal one; 0: it is.
  double off_nominal_hz() const { return watch_.off_nominal_hz(); }

 private:
  struct Waiting {
    sensors::Frame frame;
    std::uint64_t step;
    std::int64_t arrival_ns;
  };
  enum class Gap : std::uint8_t { counted, by_clock, guessed, restarted };
  struct Turns {
    std::uint64_t whole = 0;
    Gap known = Gap::counted;
  };
  void deliver(const sensors::Frame& frame, std::uint64_t step, std::int64_t arrival_ns, Gap gap = Gap::counted);
  void deliver_by_clock(const sensors::Frame& frame, std::int64_t arrival_ns);
  bool strange(std::uint64_t step, std::int64_t arrival_ns) const;
  bool resolve_strange(const sensors::Frame& frame);
  double late_by(std::uint64_t step, std::int64_t arrival_ns) const;
  double give(std::int64_t now_ns) const;
  void wait(const sensors::Frame& frame, std::uint64_t step, std::int64_t arrival_ns);
  Turns turns_missing() const;
  void release_waiting(bool by_clock);
  bool still_catching_up(std::int64_t now_ns) const;

  const std::uint64_t modulus_;
  const double rate_hz_;
  const std::uint32_t instants_;
  const std::int64_t settle_ns_;
  AssemblerCounts& counts_;
  OnFrame on_frame_;
  Timebase timebase_;
  RateWatch watch_;
  bool any_ = false, reopened_ = false, reanchored_ = false, from_zero_ = false, untaught_ = false;
  std::uint64_t index_ = 0, counter_ = 0;  // of the newest delivered frame's first instant
  std::int64_t arrival_ns_ = 0;
  std::vector<Waiting> waiting_;  // after a pause, until it is known whether it was a gap or a late burst
  std::uint64_t waiting_steps_ = 0;
  double waiting_late_ = 0.0;  // the least lateness among them, in samples
  double usual_late_ = 0.0;    // lateness that turned out to be none of a gap
  std::optional<Waiting> strange_;
};

}  // namespace myod::daemon
