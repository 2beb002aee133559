// What is told of stimulation that nobody announced: found in the signal, or on the line of the stimulator's trigger.
#pragma once

#include <cstdint>

#include "dsp/results.hpp"

namespace myod::dsp {

/// A train begins or has ended.
struct TrainNote {
  std::uint64_t index = 0;  ///< the sample with which it was known
  bool ended = false;
  std::uint64_t first = 0;  ///< sample of its first pulse
  std::uint64_t pulses = 0;
  double hz = 0.0;                      ///< 0: one pulse tells none
  std::int32_t channel = all_channels;  ///< of Conditioner::train: whose it is
};

}  // namespace myod::dsp
