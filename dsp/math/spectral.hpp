// Small helpers of spectra: the window and the transform length.
#pragma once

#include <cstddef>
#include <vector>

namespace myod::dsp::math {

/// 0.5 - 0.5 cos(2 pi i / n): periodic, as scipy.signal.get_window('hann', n).
std::vector<double> hann(std::size_t n);

/// Largest number not above n with no prime factor above 7 : what the transform of spectra can do. 0 for 0.
std::size_t largest_7_smooth(std::size_t n);

}  // namespace myod::dsp::math
