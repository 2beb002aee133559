// One conditioning stage at work over all lanes: rows of samples in, the same rows out, in place, with their flags.
// A sample without a value (missing, or a delay line still filling) holds 0, enters no filter, and the lane starts anew
// with its next good sample.
#pragma once

#include <cstddef>
#include <cstdint>

namespace myod::dsp {

enum SampleFlag : std::uint8_t {
  sample_good = 0,
  sample_railed = 1,    ///< the converter's limit; filtered all the same
  sample_missing = 2,   ///< no value
  sample_stuck = 3,     ///< the converter repeats itself
  sample_blanked = 4,   ///< replaced, or not to be trusted, because of a stimulus
  sample_settling = 5,  ///< no value yet: a delay line is filling
  sample_gated = 6,     ///< good in amplitudes; no detector of activity looks at it (a heart beat)
};

constexpr bool has_value(std::uint8_t flag) { return flag != sample_missing && flag != sample_settling; }
/// Does it count in amplitudes and spectra?
constexpr bool counts(std::uint8_t flag) { return flag == sample_good || flag == sample_gated; }

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
