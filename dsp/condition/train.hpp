// What detection tells of the stimulation it finds in a lane.
#pragma once

#include <cstddef>
#include <cstdint>

namespace myod::dsp {

/// A train found by detection begins or has ended.
struct TrainNote {
  std::uint64_t index = 0;  ///< when it was known, on the axis of the stage's output
  std::size_t lane = 0;
  bool ended = false;
  std::uint64_t first = 0;  ///< its first pulse, on the same axis
  std::uint32_t pulses = 0;
  double hz = 0.0;
};

}  // namespace myod::dsp
