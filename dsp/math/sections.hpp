// Design of second-order sections (bilinear, prewarped) and what is asked of a cascade: its warm start and its delay.
// Coefficients equal scipy.signal.butter / bessel(norm='mag') with output='sos': same order of sections, the gain in
// the first.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "dsp/kernels/kernels.hpp"

namespace myod::dsp::math {

/// poles 1..12, 0 < corner_hz < rate_hz / 2, else std::invalid_argument.
std::vector<Section> butterworth_highpass(std::int64_t poles, double corner_hz, double rate_hz);
std::vector<Section> butterworth_lowpass(std::int64_t poles, double corner_hz, double rate_hz);
/// Two poles, -3 dB at the corner, 0.4 % overshoot: for what drives a stimulator.
std::vector<Section> bessel2_lowpass(double corner_hz, double rate_hz);

/// -3 dB at half the bandwidth to either side, as scipy.signal.iirnotch(hz, hz / bandwidth_hz).
std::vector<Section> notch(double hz, double bandwidth_hz, double rate_hz);

/// State of each section (z0, z1) after an endless input of 1, as scipy.signal.sosfilt_zi.
std::vector<std::array<double, 2>> steady_state(std::span<const Section> sections);

/// After so many samples a low-pass that began with zeros stays within `share` of the level it is given.
std::size_t settling_samples(std::span<const Section> lowpass, double share);

/// RMS of white noise behind a low-pass, of noise of 1 before it.
double noise_gain(std::span<const Section> lowpass);

/// Group delay of the cascade in samples.
double group_delay_samples(std::span<const Section> sections, double hz, double rate_hz);

}  // namespace myod::dsp::math
