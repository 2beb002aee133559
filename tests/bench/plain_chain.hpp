// The short chain as people write it otherwise, one object per channel at 2000 Hz, one sample after the other:
// band-pass 20 to 450 Hz of 4 second-order sections, notch at 50 Hz, RMS of 250 ms kept up with each sample, envelope
// of 6 Hz of the rectified signal, both told every 20 ms; every 125 ms the mean and the median frequency of the last
// 250 ms (Hann). Nothing else: no rails, no validity, no gaps, no frames; running sums are let drift.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "dsp/math/sections.hpp"
#include "tests/bench/anchors.hpp"

namespace myod::bench {

/// Of the band-pass and the notch.
inline constexpr std::size_t chain_sections = 5;
inline std::array<dsp::Section, chain_sections> chain_of(double rate) {
  const auto high = dsp::math::butterworth_highpass(4, 20, rate), low = dsp::math::butterworth_lowpass(4, 450, rate);
  return {high[0], high[1], dsp::math::notch(50, 4, rate).front(), low[0], low[1]};
}

class ScalarCascade {
 public:
  explicit ScalarCascade(const std::array<dsp::Section, chain_sections>& s)
      : filters_{ScalarFilter(s[0]), ScalarFilter(s[1]), ScalarFilter(s[2]), ScalarFilter(s[3]), ScalarFilter(s[4])} {}
  double operator()(double x) {
    for (ScalarFilter& filter : filters_) x = filter(x);
    return x;
  }

 private:
  std::array<ScalarFilter, chain_sections> filters_;
};

/// The same periodogram with liquid-dsp's own transform, in single precision.
class LiquidSpectrum {
 public:
  LiquidSpectrum(std::size_t n, double rate)
      : window_(n), in_(n), out_(n), low_(bin(20.0, n, rate, 1)), power_(bin(450.0, n, rate, 0) + 1 - low_) {
    for (std::size_t i = 0; i < n; ++i)
      window_[i] = static_cast<float>(
          0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(n)));
    plan_ = fft_create_plan(static_cast<unsigned>(n), in_.data(), out_.data(), LIQUID_FFT_FORWARD, 0);
  }
  ~LiquidSpectrum() { fft_destroy_plan(plan_); }
  LiquidSpectrum(const LiquidSpectrum&) = delete;
  LiquidSpectrum& operator=(const LiquidSpectrum&) = delete;

  std::span<const double> power(const std::vector<float>& ring, std::size_t at) {
    float mean = 0.0F;
    for (const float v : ring) mean += v;
    mean /= static_cast<float>(ring.size());
    for (std::size_t i = 0, k = at; i < in_.size(); ++i) {
      in_[i].real = (ring[k] - mean) * window_[i];
      if (++k == ring.size()) k = 0;
    }
    fft_execute(plan_);
    for (std::size_t i = 0; i < power_.size(); ++i) {
      const liquid_float_complex& x = out_[low_ + i];
      power_[i] = static_cast<double>(x.real * x.real + x.imag * x.imag);
    }
    return power_;
  }

 private:
  static std::size_t bin(double hz, std::size_t n, double rate, std::size_t up) {
    const double at = hz * static_cast<double>(n) / rate;
    return static_cast<std::size_t>(up == 1 ? std::ceil(at) : at);
  }
  std::vector<float> window_;
  std::vector<liquid_float_complex> in_, out_;
  fftplan plan_ = nullptr;
  std::size_t low_;
  std::vector<double> power_;
};

template <typename Cascade, typename Smooth, typename Spectrum, typename Number>
class ChainChannel {
 public:
  using Spectra = Spectrum;
  static constexpr std::size_t window(double rate) { return static_cast<std::size_t>(rate / 4.0); }

  ChainChannel(double rate, Spectrum& spectrum)
      : spectrum_(spectrum),
        cascade_(chain_of(rate)),
        smooth_(dsp::math::butterworth_lowpass(2, 6, rate).front()),
        y_(window(rate)) {}

  /// Adds up every number made, so that nothing is optimised away.
  double push(double raw) {
    const Number y = cascade_(static_cast<Number>((raw - 30000.0) * 0.05));
    envelope_ = smooth_(std::abs(y));
    squares_ += y * y - y_[at_] * y_[at_];
    y_[at_] = y;
    if (++at_ == y_.size()) at_ = 0;
    ++n_;
    if (n_ % 40 == 0) {
      const Number mean = squares_ / static_cast<Number>(y_.size());
      out_ += static_cast<double>(std::sqrt(mean > 0 ? mean : 0) + envelope_);
    }
    if (n_ % 250 == 0) frequencies();
    return out_;
  }

 private:
  void frequencies() {
    constexpr double df = 4.0, low = 20.0;
    const std::span<const double> power = spectrum_.power(y_, at_);
    double m0 = 0.0, m1 = 0.0;
    for (std::size_t i = 0; i < power.size(); ++i) m0 += power[i], m1 += power[i] * (low + static_cast<double>(i) * df);
    double below = 0.0;
    std::size_t i = 0;
    while (i + 1 < power.size() && below + power[i] < 0.5 * m0) below += power[i++];
    out_ += m1 / m0 + low + (static_cast<double>(i) - 0.5 + (0.5 * m0 - below) / power[i]) * df;
  }

  Spectrum& spectrum_;
  Cascade cascade_;
  Smooth smooth_;
  std::vector<Number> y_;  // the last 250 ms
  Number squares_ = 0, envelope_ = 0;
  double out_ = 0.0;
  std::size_t at_ = 0;
  std::uint64_t n_ = 0;
};

using ScalarChain = ChainChannel<ScalarCascade, ScalarFilter, PlainSpectrum, double>;
using LiquidChain = ChainChannel<LiquidFilter, LiquidFilter, LiquidSpectrum, float>;

}  // namespace myod::bench
