// One conditioning stage at work over all lanes: rows of samples in, the same rows out, in place, with their flags.
// A sample without a value (missing, or a delay line still filling) holds 0, enters no filter, and the lane starts anew
// with its next good sample.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dsp/condition/flags.hpp"

namespace myod::dsp {

constexpr bool has_value(std::uint8_t flag) { return flag != sample_missing && flag != sample_settling; }
/// Does it count in amplitudes and spectra?
constexpr bool counts(std::uint8_t flag) { return flag == sample_good || flag == sample_gated; }

inline bool all_good(const std::uint8_t* flags, std::size_t count) {
  unsigned any = 0;  // without a branch, so that many are looked at together
  for (std::size_t i = 0; i < count; ++i) any |= flags[i];
  return any == sample_good;
}

/// rows x lanes, lane the fastest index.
struct Samples {
  double* y;
  std::uint8_t* flags;
  std::size_t rows, lanes;
  bool whole;           ///< every sample of every channel has a value
  std::uint64_t first;  ///< index of the first row
};

class Stage {
 public:
  virtual ~Stage() = default;
  /// The same samples before the recursive filters, once for each run: for what these would hide.
  virtual void listen(const Samples&) noexcept {}
  /// Samples that what leaves is older than what enters: the length of its delay line.
  virtual std::size_t line() const noexcept { return 0; }
  virtual void run(Samples& samples) noexcept = 0;
  /// Samples are missing here: what was known of the signal's past is void.
  virtual void restart() noexcept = 0;
};

}  // namespace myod::dsp
