// Anchors for the pipeline benchmark: the same chain as people write it otherwise. High-pass 20 Hz, low-pass 450 Hz,
// 6 Hz envelope of |y|, 250 ms RMS and ARV, CUSUM statistic each sample; a 1 s Hann spectrum with MNF and MDF every
// 500 ms. One object per channel, plain loops, no validity, no gaps.
#pragma once

#include <fftw3.h>
#include <liquid/liquid.h>

#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <vector>

namespace myod::bench {

/// 1 s Hann periodogram by FFTW, MNF and MDF over 20..450 Hz.
class Spectrum {
 public:
  explicit Spectrum(std::size_t n)
      : n_(n),
        window_(n),
        in_(fftw_alloc_real(n)),
        out_(fftw_alloc_complex(n / 2 + 1)),
        plan_(fftw_plan_dft_r2c_1d(static_cast<int>(n), in_, out_, FFTW_ESTIMATE)),
        power_(n / 2 + 1) {
    for (std::size_t i = 0; i < n; ++i)
      window_[i] = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(n));
  }
  ~Spectrum() {
    fftw_destroy_plan(plan_);
    fftw_free(in_);
    fftw_free(out_);
  }
  Spectrum(const Spectrum&) = delete;
  Spectrum& operator=(const Spectrum&) = delete;

  /// The last n samples of a circular buffer that continues at `at`; gives MNF + MDF so that nothing is optimised away.
  template <typename T>
  double operator()(const std::vector<T>& ring, std::size_t at, double rate) {
    double mean = 0.0;
    for (const T v : ring) mean += static_cast<double>(v);
    mean /= static_cast<double>(n_);
    for (std::size_t i = 0; i < n_; ++i) in_[i] = (static_cast<double>(ring[(at + i) % n_]) - mean) * window_[i];
    fftw_execute(plan_);
    const double df = rate / static_cast<double>(n_);
    double total = 0.0, moment = 0.0;
    const auto low = static_cast<std::size_t>(20.0 / df), high = static_cast<std::size_t>(450.0 / df);
    for (std::size_t k = low; k <= high; ++k) {
      power_[k] = out_[k][0] * out_[k][0] + out_[k][1] * out_[k][1];
      total += power_[k];
      moment += power_[k] * static_cast<double>(k) * df;
    }
    double half = 0.0;
    std::size_t k = low;
    while (k <= high && half + power_[k] < 0.5 * total) half += power_[k++];
    return moment / total + static_cast<double>(k) * df;
  }

 private:
  std::size_t n_;
  std::vector<double> window_;
  double* in_;
  fftw_complex* out_;
  fftw_plan plan_;
  std::vector<double> power_;
};

struct Biquad {
  double b0 = 1, b1 = 0, b2 = 0, a1 = 0, a2 = 0, s1 = 0, s2 = 0;
  static Biquad highpass(double f, double rate) {
    const double k = std::tan(std::numbers::pi * f / rate), n = 1 / (1 + std::numbers::sqrt2 * k + k * k);
    return {n, -2 * n, n, 2 * n * (k * k - 1), n * (1 - std::numbers::sqrt2 * k + k * k)};
  }
  static Biquad lowpass(double f, double rate) {
    const double k = std::tan(std::numbers::pi * f / rate), n = 1 / (1 + std::numbers::sqrt2 * k + k * k);
    return {n * k * k, 2 * n * k * k, n * k * k, 2 * n * (k * k - 1), n * (1 - std::numbers::sqrt2 * k + k * k)};
  }
  double operator()(double x) {
    const double y = b0 * x + s1;
    s1 = b1 * x - a1 * y + s2;
    s2 = b2 * x - a2 * y;
    return y;
  }
};

/// Scalar double per channel.
class ScalarChannel {
 public:
  explicit ScalarChannel(double rate)
      : rate_(rate),
        high_(Biquad::highpass(20, rate)),
        low_(Biquad::lowpass(450, rate)),
        smooth_(Biquad::lowpass(6, rate)),
        window_(static_cast<std::size_t>(rate / 4)),
        second_(static_cast<std::size_t>(rate)),
        spectrum_(second_.size()) {}

  double push(double raw) {
    const double y = low_(high_(raw * 0.05));
    const double a = std::abs(y);
    const double old = window_[at_];
    squares_ += y * y - old * old;
    magnitudes_ += a - std::abs(old);
    window_[at_] = y;
    if (++at_ == window_.size()) at_ = 0;
    cusum_ = std::max(0.0, cusum_ + 0.5 * (std::min(y * y * 0.04, 6.0) * 0.75 - 1.3862943611198906));
    second_[n_ % second_.size()] = y;
    const double n = static_cast<double>(window_.size());
    double out = smooth_(a) + std::sqrt(std::max(0.0, squares_ / n)) + magnitudes_ / n + cusum_;
    if (++n_ % (second_.size() / 2) == 0) out += spectrum_(second_, n_ % second_.size(), rate_);
    return out;
  }

 private:
  double rate_;
  Biquad high_, low_, smooth_;
  std::vector<double> window_, second_;
  Spectrum spectrum_;
  double squares_ = 0, magnitudes_ = 0, cusum_ = 0;
  std::size_t at_ = 0, n_ = 0;
};

/// liquid-dsp's second-order sections (single precision) per channel, FFTW for the spectrum.
class LiquidChannel {
 public:
  explicit LiquidChannel(double rate)
      : rate_(rate),
        high_(design(LIQUID_IIRDES_HIGHPASS, 20 / rate)),
        low_(design(LIQUID_IIRDES_LOWPASS, 450 / rate)),
        smooth_(design(LIQUID_IIRDES_LOWPASS, 6 / rate)),
        window_(static_cast<std::size_t>(rate / 4)),
        second_(static_cast<std::size_t>(rate)),
        spectrum_(second_.size()) {}
  ~LiquidChannel() {
    for (iirfilt_rrrf f : {high_, low_, smooth_}) iirfilt_rrrf_destroy(f);
  }
  LiquidChannel(const LiquidChannel&) = delete;
  LiquidChannel& operator=(const LiquidChannel&) = delete;

  float push(float raw) {
    float y = 0, envelope = 0;
    iirfilt_rrrf_execute(high_, raw * 0.05F, &y);
    iirfilt_rrrf_execute(low_, y, &y);
    const float a = std::abs(y);
    iirfilt_rrrf_execute(smooth_, a, &envelope);
    const float old = window_[at_];
    squares_ += y * y - old * old;
    magnitudes_ += a - std::abs(old);
    window_[at_] = y;
    if (++at_ == window_.size()) at_ = 0;
    cusum_ = std::max(0.0F, cusum_ + 0.5F * (std::min(y * y * 0.04F, 6.0F) * 0.75F - 1.3862944F));
    second_[n_ % second_.size()] = y;
    const float n = static_cast<float>(window_.size());
    float out = envelope + std::sqrt(std::max(0.0F, squares_ / n)) + magnitudes_ / n + cusum_;
    if (++n_ % (second_.size() / 2) == 0) out += static_cast<float>(spectrum_(second_, n_ % second_.size(), rate_));
    return out;
  }

 private:
  static iirfilt_rrrf design(liquid_iirdes_bandtype band, double cut) {
    return iirfilt_rrrf_create_prototype(LIQUID_IIRDES_BUTTER, band, LIQUID_IIRDES_SOS, 2, static_cast<float>(cut),
                                         0.0F, 1.0F, 60.0F);
  }
  double rate_;
  iirfilt_rrrf high_, low_, smooth_;
  std::vector<float> window_, second_;
  Spectrum spectrum_;
  float squares_ = 0, magnitudes_ = 0, cusum_ = 0;
  std::size_t at_ = 0, n_ = 0;
};

}  // namespace myod::bench
