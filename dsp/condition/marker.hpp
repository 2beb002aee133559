// Stimulus pulses on a line of their own: the rising edges of a channel that the stimulator's trigger is wired to. An
// edge is a sample above `high` after one below `low`. A line that is high where nothing came before tells no pulse:
// nobody saw it rise. Edges not more than 1 s apart are one train.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace myod::dsp {

/// Where the line is, and between which levels it changes, in the unit of its lane.
struct Marker {
  std::size_t lane = 0;
  double low = std::numeric_limits<double>::quiet_NaN(), high = std::numeric_limits<double>::quiet_NaN();
};

class MarkerDetector {
 public:
  MarkerDetector(const Marker& marker, double rate_hz) : marker_(marker), rate_hz_(rate_hz) {}

  std::size_t lane() const noexcept { return marker_.lane; }
  /// Sample `now` of the line; true when it is an edge.
  bool push(double y, std::uint64_t now) noexcept;
  /// Samples are missing: what the line did meanwhile is not known.
  void lose() noexcept { known_ = false; }

  std::uint32_t pulses() const noexcept { return pulses_; }  ///< of the train under way; 0: none is
  std::uint64_t first() const noexcept { return first_; }    ///< sample of its first
  double hz() const noexcept { return hz_; }                 ///< from its newest two; 0: one tells nothing
  /// A train is under way, and its last pulse more than a second ago.
  bool over(std::uint64_t now) const noexcept { return pulses_ > 0 && static_cast<double>(now - last_) > rate_hz_; }
  void forget() noexcept { pulses_ = 0, hz_ = 0.0; }

 private:
  Marker marker_;
  double rate_hz_;
  bool known_ = false, above_ = false;
  std::uint64_t first_ = 0, last_ = 0;
  std::uint32_t pulses_ = 0;
  double hz_ = 0.0;
};

}  // namespace myod::dsp
