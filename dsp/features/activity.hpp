// Numbers read from the samples of a window directly (Hudgins 1993; dsp-spec section 1). A difference counts only when
// the samples it is made of are valid.
#pragma once

#include "dsp/features/rows.hpp"

namespace myod::dsp {

double zero_crossings(const SpectrumInput& in);        ///< y[i] y[i-1] < 0 and |dy| >= T
double slope_sign_changes(const SpectrumInput& in);    ///< a turn, where either side is at least T
double willison_amplitude(const SpectrumInput& in);    ///< |dy| >= T
double waveform_length_uv(const SpectrumInput& in);    ///< sum of |dy|
double sum_of_magnitudes_uv(const SpectrumInput& in);  ///< sum of |y|
double mean_square_uv2(const SpectrumInput& in);
double teager_kaiser_uv2(const SpectrumInput& in);  ///< mean of y[n]^2 - y[n-1] y[n+1] (Li 2007); NaN without three

}  // namespace myod::dsp
