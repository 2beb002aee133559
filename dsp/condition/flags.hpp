// What is wrong with a conditioned sample: one flag each, the gravest that is known. Plain values: the kernels see
// them.
#pragma once

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

}  // namespace myod::dsp
