// Looks for mains hum and takes it out where it is found, one channel, one sample after the other: mixed with 55 Hz and
// summed over 16 samples, every 4 s a Hann-windowed transform of 512 points by FFTW and the line over the floor beside
// it, at 50 and 60 Hz. The canceller is the project's own, pushed sample by sample.
#pragma once

#include <fftw3.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <vector>

#include "dsp/condition/mains_canceller.hpp"

namespace myod::bench {

/// Tables and transform, one for all channels.
class PlainLook {
 public:
  using Value = std::complex<double>;

  explicit PlainLook(double rate)
      : step_hz_(rate / sum_over / points),
        samples_(static_cast<std::size_t>(4.0 * rate) / sum_over),
        spectrum_(points),
        plan_(fftw_plan_dft_1d(points, raw(), raw(), FFTW_FORWARD, FFTW_MEASURE)) {
    const auto turned = [&](double n) { return std::polar(1.0, -2.0 * std::numbers::pi * 55.0 / rate * n); };
    for (std::size_t i = 0; i < sum_over; ++i) mix_.push_back(turned(static_cast<double>(i)));
    for (std::size_t k = 0; k < samples_; ++k) {
      const double share = static_cast<double>(k) / static_cast<double>(samples_);
      window_.push_back((0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * share)) *
                        turned(static_cast<double>(sum_over * k)));
    }
  }
  ~PlainLook() { fftw_destroy_plan(plan_); }
  PlainLook(const PlainLook&) = delete;
  PlainLook& operator=(const PlainLook&) = delete;

  static constexpr std::size_t sum_over = 16;
  std::size_t samples() const { return samples_; }
  Value mix(std::size_t i) const { return mix_[i]; }

  /// The nominal frequency of a line 15 times the floor, and how strong it is; 0 without.
  struct Line {
    double nominal = 0.0, hz = 0.0, power = 0.0;
  };
  Line line(const std::vector<Value>& collected) {
    std::fill(spectrum_.begin(), spectrum_.end(), Value());
    for (std::size_t k = 0; k < samples_; ++k) spectrum_[k] = collected[k] * window_[k];
    fftw_execute(plan_);
    Line found;
    double best = 15.0;
    for (const double nominal : {50.0, 60.0}) {
      double peak = 0.0, at = nominal, sum = 0.0;
      for (double off = -1.0; off <= 1.0; off += step_hz_) {
        const double p = power(nominal + off);
        if (p > peak) peak = p, at = nominal + off;
        sum += p;
      }
      floor_.clear();
      for (double off = 2.0; off <= 6.0; off += step_hz_) {
        floor_.push_back(power(nominal - off));
        floor_.push_back(power(nominal + off));
      }
      const auto middle = floor_.begin() + static_cast<std::ptrdiff_t>(floor_.size() / 2);
      std::nth_element(floor_.begin(), middle, floor_.end());
      const double score = peak / (*middle / std::numbers::ln2);
      if (score > best) best = score, found = {nominal, at, sum};
    }
    return found;
  }

 private:
  static constexpr int points = 512;
  fftw_complex* raw() { return reinterpret_cast<fftw_complex*>(spectrum_.data()); }
  double power(double hz) const {
    const auto k = static_cast<int>(std::ceil((hz - 55.0) / step_hz_));
    return std::norm(spectrum_[static_cast<std::size_t>(k + points) % points]);
  }

  double step_hz_;
  std::size_t samples_;
  std::vector<Value> mix_, window_, spectrum_;
  std::vector<double> floor_;
  fftw_plan plan_;
};

/// Of one channel.
template <typename Number>
class PlainMains {
 public:
  PlainMains(double rate, PlainLook& look) : look_(look), canceller_(rate), collected_(look.samples()) {}

  Number push(Number x, bool good) {
    const auto turn = look_.mix(phase_);
    re_ += x * static_cast<Number>(turn.real()), im_ += x * static_cast<Number>(turn.imag()), squares_ += x * x;
    whole_ &= good;
    if (++phase_ == PlainLook::sum_over) {
      collected_[at_] = {static_cast<double>(re_), static_cast<double>(im_)};
      re_ = im_ = 0;
      phase_ = 0;
      if (++at_ == collected_.size()) decide();
    }
    return canceller_.running() ? static_cast<Number>(canceller_.push(static_cast<double>(x), good)) : x;
  }

 private:
  void decide() {
    const auto line = look_.line(collected_);
    const bool again = line.nominal > 0.0 && line.nominal == last_;
    if (whole_ && again && line.power > 0.1 * static_cast<double>(squares_)) canceller_.start(line.hz, true);
    if (whole_ && line.nominal == 0.0 && last_ == 0.0) canceller_.stop();
    last_ = line.nominal;
    squares_ = 0, at_ = 0, whole_ = true;
  }

  PlainLook& look_;
  dsp::MainsCanceller canceller_;
  std::vector<PlainLook::Value> collected_;
  Number re_ = 0, im_ = 0, squares_ = 0;
  bool whole_ = true;
  std::size_t phase_ = 0, at_ = 0;
  double last_ = 0.0;
};

}  // namespace myod::bench
