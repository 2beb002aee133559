// What detection tells of the stimulation it finds.
#pragma once

#include <cstdint>

namespace myod::dsp {

/// A train found by detection begins or has ended.
struct TrainNote {
  std::uint64_t index = 0;  ///< when it was known, on the axis of the stage's output
  bool ended = false;
  std::uint64_t first = 0;  ///< its first pulse, on the same axis
  std::uint64_t pulses = 0;
  double hz = 0.0;
};

}  // namespace myod::dsp
