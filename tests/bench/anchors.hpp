// Anchors for the pipeline benchmark: the chain of the default pipeline as people write it otherwise, one object per
// channel, one sample after the other. Per sample: rail and finite check, repeats of the converter's code with what is
// learned of them, scaling, high-pass 20 Hz, the look for mains hum (plain_mains.hpp), low-pass 450 Hz,
// both envelopes of |y| (Butterworth 6 Hz, Bessel 10 Hz), running sums over 250 ms (squares, magnitudes), 100 ms and
// 150 ms, the count of valid samples of five windows, the activation detector. Every 4 ms the control numbers, every
// 20 ms the amplitude numbers, the repetition counter and the look for clonus (plain_rhythm.hpp), every 500 ms the 1 s
// Hann spectrum with its moments, median frequency and the counts of the window in one loop, and that of the unfiltered
// signal with its quality (plain_quality.hpp); every 250 ms while contracting the 0.5 s spectrum for the repetition's.
// The integrated EMG of an activation. The trends of fatigue over windows and repetitions. Every number comes with the
// share of valid samples and whether its window was flat, railed or stuck. The logic of onset detector, repetition
// counter, active time and fatigue is the project's own, pushed sample by sample. Activity outside an expected
// contraction waits to be asked for, as in the pipeline, and nobody asks. Left out: gaps, blanking, group delays,
// frames as messages; running sums are let drift.
#pragma once

#include <fftw3.h>
#include <liquid/liquid.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <span>
#include <vector>

#include "dsp/detect/calibration.hpp"
#include "dsp/detect/onset.hpp"
#include "dsp/detect/repetition.hpp"
#include "dsp/features/active_time.hpp"
#include "dsp/features/fatigue.hpp"
#include "dsp/math/sections.hpp"
#include "tests/bench/plain_mains.hpp"
#include "tests/bench/plain_quality.hpp"
#include "tests/bench/plain_rhythm.hpp"

namespace myod::bench {

/// Hann periodogram by FFTW, planned with MEASURE and with all its vector code, and what is read from low_hz ..
/// high_hz. One for all channels.
class PlainSpectrum {
 public:
  PlainSpectrum(std::size_t n, double rate, double low_hz = 20.0, double high_hz = 450.0)
      : df_(rate / static_cast<double>(n)),
        window_(n),
        in_(fftw_alloc_real(n)),
        out_(fftw_alloc_complex(n / 2 + 1)),
        plan_(fftw_plan_dft_r2c_1d(static_cast<int>(n), in_, out_, FFTW_MEASURE)),
        low_(static_cast<std::size_t>(std::ceil(low_hz / df_))),
        power_(static_cast<std::size_t>(high_hz / df_) + 1 - low_) {
    for (std::size_t i = 0; i < n; ++i)
      window_[i] = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(n));
  }
  ~PlainSpectrum() {
    fftw_destroy_plan(plan_);
    fftw_free(in_);
    fftw_free(out_);
  }
  PlainSpectrum(const PlainSpectrum&) = delete;
  PlainSpectrum& operator=(const PlainSpectrum&) = delete;

  std::size_t samples() const { return window_.size(); }

  /// The newest samples of a circular buffer that continues at `at`.
  template <typename T>
  std::span<const double> power(const std::vector<T>& ring, std::size_t at) {
    const std::size_t n = window_.size();
    std::size_t k = (at + ring.size() - n) % ring.size();
    double mean = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      in_[i] = static_cast<double>(ring[k]);
      mean += in_[i];
      if (++k == ring.size()) k = 0;
    }
    mean /= static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) in_[i] = (in_[i] - mean) * window_[i];
    fftw_execute(plan_);
    for (std::size_t i = 0; i < power_.size(); ++i)
      power_[i] = out_[low_ + i][0] * out_[low_ + i][0] + out_[low_ + i][1] * out_[low_ + i][1];
    return power_;
  }

  /// What is read from a spectrum; sum(): added up so that nothing is optimised away.
  struct Numbers {
    double mnf, mdf, finsm5, power, ratio, omega;
    double sum() const { return mnf + mdf + finsm5 + power + ratio + omega; }
  };
  Numbers numbers(std::span<const double> power) const {
    double m0 = 0, m1 = 0, m2 = 0, m5 = 0, inverse = 0;
    for (std::size_t i = 0; i < power.size(); ++i) {
      const double f = static_cast<double>(low_ + i) * df_, p = power[i];
      m0 += p, m1 += p * f, m2 += p * (f * f), m5 += p * (f * f * f * f * f), inverse += p / f;
    }
    return {m1 / m0, median(power, m0), inverse / m5, m0, inverse / m2, std::sqrt(m0 * m2) / m1};
  }
  double median(std::span<const double> power, double total) const {
    double below = 0.0;
    std::size_t i = 0;
    while (i + 1 < power.size() && below + power[i] < 0.5 * total) below += power[i++];
    return (static_cast<double>(low_ + i) - 0.5 + (0.5 * total - below) / power[i]) * df_;
  }

 private:
  double df_;
  std::vector<double> window_;
  double* in_;
  fftw_complex* out_;
  fftw_plan plan_;
  std::size_t low_;
  std::vector<double> power_;
};

/// Second-order sections, transposed direct form II, in double.
class ScalarFilter {
 public:
  explicit ScalarFilter(const dsp::Section& s) : q_(s) {}
  double operator()(double x) {
    const double y = q_.b0 * x + z1_;
    z1_ = q_.b1 * x - q_.a1 * y + z2_;
    z2_ = q_.b2 * x - q_.a2 * y;
    return y;
  }

 private:
  dsp::Section q_;
  double z1_ = 0, z2_ = 0;
};

/// liquid-dsp's second-order sections, in single precision, with the same coefficients.
class LiquidFilter {
 public:
  explicit LiquidFilter(const dsp::Section& s) : LiquidFilter(std::span(&s, 1)) {}
  explicit LiquidFilter(std::span<const dsp::Section> sections) {
    std::vector<float> b, a;
    for (const dsp::Section& s : sections) {
      for (const double v : {s.b0, s.b1, s.b2}) b.push_back(static_cast<float>(v));
      for (const double v : {1.0, s.a1, s.a2}) a.push_back(static_cast<float>(v));
    }
    filter_ = iirfilt_rrrf_create_sos(b.data(), a.data(), static_cast<unsigned>(sections.size()));
  }
  ~LiquidFilter() { iirfilt_rrrf_destroy(filter_); }
  LiquidFilter(const LiquidFilter&) = delete;
  LiquidFilter& operator=(const LiquidFilter&) = delete;
  float operator()(float x) {
    float y = 0;
    iirfilt_rrrf_execute(filter_, x, &y);
    return y;
  }

 private:
  iirfilt_rrrf filter_;
};

struct PlainSpectra {
  PlainSpectrum second, half, raw;
  PlainLook look;
  explicit PlainSpectra(double rate)
      : second(static_cast<std::size_t>(rate), rate),
        half(static_cast<std::size_t>(rate / 2), rate),
        raw(static_cast<std::size_t>(rate), rate, 1.0, 0.45 * rate),
        look(rate) {}
};

/// A converter that repeats itself for longer than its own noise would, and its step.
class PlainConverter {
 public:
  explicit PlainConverter(double rate) : block_(static_cast<std::uint64_t>(rate)) {}
  bool stuck(double x) {
    if (x == last_) return ++run_ >= limit_;
    if (run_ > 0) {
      step_ = std::min(step_, std::abs(x - last_));
      if (run_ < limit_) count_run();
    }
    last_ = x, run_ = 1;
    return false;
  }
  double step() const { return step_; }

 private:
  void count_run() {
    block_samples_ += run_;
    ++block_runs_;
    if (block_samples_ < block_) return;
    const double share = 1.0 - static_cast<double>(block_runs_) / static_cast<double>(block_samples_);
    const double longest = share > 0.0 ? 1.0 + std::log(1e-9) / std::log(share) : 0.0;
    limit_ = std::max<std::uint64_t>(20, static_cast<std::uint64_t>(std::ceil(longest)));
    block_samples_ = block_runs_ = 0;
  }
  std::uint64_t block_, block_samples_ = 0, block_runs_ = 0, run_ = 0, limit_ = ~std::uint64_t{0};
  double last_ = std::numeric_limits<double>::quiet_NaN(), step_ = std::numeric_limits<double>::infinity();
};

/// One channel at 2000 Hz.
template <typename Filter, typename Number>
class PlainChannel {
 public:
  using Spectra = PlainSpectra;
  PlainChannel(double rate, PlainSpectra& spectra)
      : rate_(rate),
        spectra_(spectra),
        high_(dsp::math::butterworth_highpass(2, 20, rate).front()),
        low_(dsp::math::butterworth_lowpass(2, 450, rate).front()),
        smooth_(dsp::math::butterworth_lowpass(2, 6, rate).front()),
        control_(dsp::math::bessel2_lowpass(10, rate).front()),
        converter_(rate),
        mains_(rate, spectra.look),
        onset_(rate, {}, 20, 2),
        repetitions_(0.02, {}),
        active_time_(static_cast<std::size_t>(rate), static_cast<std::size_t>(rate / 10.0)),
        y_(static_cast<std::size_t>(rate)),
        masked_(y_.size()),
        raw_(y_.size()),
        good_(y_.size()),
        average_(spectra.half.power(y_, 0).size()) {
    for (std::size_t i = 0; i < lengths_ms.size(); ++i)
      windows_[i].length = static_cast<std::size_t>(lengths_ms[i] * rate / 1000.0);
  }

  /// Adds up every number made, so that nothing is optimised away.
  double push(double raw) {
    const bool finite = raw - raw == 0.0, inside = finite && raw > -28800.0 && raw < 88800.0;
    const bool stuck = inside && converter_.stuck(raw), good = inside && !stuck;
    if (!finite) missing_until_ = n_ + 1;
    if (finite && !inside) railed_until_ = n_ + 201;
    if (stuck) stuck_until_ = n_ + 1;
    const auto x = static_cast<Number>(finite ? std::clamp(raw, -28800.0, 88800.0) * 0.05 : 0.0);
    const Number y = low_(mains_.push(high_(x), good));
    const Number magnitude = std::abs(y), masked = good ? y : 0;
    envelope_ = smooth_(magnitude);
    control_envelope_ = control_(magnitude);
    for (std::size_t i = 0; i < windows_.size(); ++i) {
      Window& w = windows_[i];
      std::size_t old = at_ + y_.size() - w.length;
      if (old >= y_.size()) old -= y_.size();
      w.valid += static_cast<int>(good) - static_cast<int>(good_[old]);
      if (i < 3) w.squares += masked * masked - masked_[old] * masked_[old];
      if (i == 0) magnitudes_ += std::abs(masked) - std::abs(masked_[old]);
    }
    y_[at_] = y, masked_[at_] = masked, raw_[at_] = x, good_[at_] = good;
    if (onset_.active()) iemg_ += std::abs(masked);
    if (++at_ == y_.size()) at_ = 0;
    if (const auto d = onset_.push(n_, static_cast<double>(y), good)) {
      out_ += static_cast<double>(d->event_index);
      if (d->kind == dsp::EventKind::onset) {
        active_time_.onset(d->event_index);
        iemg_ = since(d->event_index);
      } else {
        active_time_.offset(d->event_index);
        out_ += static_cast<double>(iemg_ - since(d->event_index)) / rate_;
      }
    }
    ++n_;
    if (n_ % 8 == 0)
      out_ += quality(windows_[1]) + rms(windows_[1]) + static_cast<double>(control_envelope_) + percent(windows_[1]);
    if (n_ % hop == 0) amplitude();
    if (n_ % 500 == 0 && repetitions_.running()) contraction();
    if (n_ % 1000 == 0) spectrum();
    return out_;
  }

 private:
  static constexpr std::size_t hop = 40;
  /// The magnitudes from there to the newest sample.
  Number since(std::uint64_t index) const {
    Number sum = 0;
    for (std::uint64_t i = n_ + 1 - index, k = (at_ + y_.size() - i) % y_.size(); i > 0; --i, k = (k + 1) % y_.size())
      sum += std::abs(masked_[k]);
    return sum;
  }
  static constexpr std::array<double, 5> lengths_ms{250, 100, 150, 1000, 500};  // the last two are counted only
  struct Window {
    std::size_t length = 0;
    Number squares = 0;
    int valid = 0;
  };
  double rms(const Window& w) const {
    const double mean = static_cast<double>(w.squares) / w.valid;
    return std::sqrt(mean > 0.0 ? mean : 0.0);
  }
  double percent(const Window& w) const {
    const double p = dsp::percent_of_reference(rms(w), onset_.rest_uv(), reference_uv_, 100.0);
    return p > 0.0 ? p : 0.0;
  }
  /// The share of valid samples, and what is wrong with the window.
  double quality(const Window& w) const {
    const std::uint64_t first = n_ > w.length ? n_ - w.length : 0;
    const double limit = 0.25 * converter_.step() * 0.05,
                 share = static_cast<double>(w.valid) / static_cast<double>(w.length);
    unsigned reasons = 0;
    if (missing_until_ > first) reasons |= 1U;
    if (railed_until_ > first) reasons |= 2U;
    if (stuck_until_ > first) reasons |= 4U;
    if (static_cast<double>(windows_[2].squares) < limit * limit * windows_[2].valid) reasons |= 8U;
    if (!onset_.known()) reasons |= 16U;
    return share >= 0.8 && reasons == 0 ? share : share - static_cast<double>(reasons);
  }
  /// Of the newest hop alone.
  double hop_rms() const {
    Number squares = 0;
    for (std::size_t i = 0, k = at_; i < hop; ++i) {
      k = k == 0 ? masked_.size() - 1 : k - 1;
      squares += masked_[k] * masked_[k];
    }
    return std::sqrt(static_cast<double>(squares) / hop);
  }
  void amplitude() {
    const double loud = rms(windows_[2]);
    const double newest = repetitions_.asks_for_hop(loud) ? hop_rms() : 0.0;
    if (const auto end = repetitions_.push(static_cast<double>(n_) / rate_, loud, newest, true)) {
      const auto said = spectra_.half.numbers(average_);
      if (said.power > 0.0 &&
          fatigue_.repetition(0.5 * (end->start_s + end->end_s), {said.mnf, said.mdf, end->mean_uv, said.finsm5}))
        out_ += fatigue_.summary().index;
      std::fill(average_.begin(), average_.end(), 0.0);
    }
    if (const auto hz = rhythm_.push(static_cast<double>(control_envelope_), onset_.rest_uv())) out_ += *hz;
    out_ += quality(windows_[0]) + rms(windows_[0]) + static_cast<double>(magnitudes_) / windows_[0].valid +
            static_cast<double>(envelope_) + percent(windows_[0]) + (onset_.active() ? 1.0 : 0.0) + onset_.statistic();
  }
  void contraction() {
    const auto power = spectra_.half.power(y_, at_);
    for (std::size_t i = 0; i < power.size(); ++i) average_[i] += power[i];
  }
  void spectrum() {
    const auto said = spectra_.second.numbers(spectra_.second.power(y_, at_));
    if (windows_[3].valid == static_cast<int>(windows_[3].length)) out_ += quality_.push(spectra_.raw.power(raw_, at_));
    out_ += said.sum() + quality(windows_[3]) + active_time_.fraction(n_);
    const auto t = static_cast<Number>(2.5 * onset_.rest_uv());
    int crossings = 0, turns = 0, steps = 0;
    Number length = 0, sum = 0, squares = 0, energy = 0, before = 0, last = y_[at_], last_step = 0;
    for (std::size_t i = 1, k = at_ + 1; i < y_.size(); ++i, ++k) {
      if (k == y_.size()) k = 0;
      const Number v = y_[k], step = v - last;
      if (good_[k]) {
        const bool large = std::abs(step) >= t;
        crossings += static_cast<int>(large & (last * v < 0));
        turns += static_cast<int>((last_step * step < 0) & (large | (std::abs(last_step) >= t)));
        steps += static_cast<int>(large);
        length += std::abs(step), sum += std::abs(v), squares += v * v, energy += last * last - before * v;
      }
      before = last, last = v, last_step = step;
    }
    const double now_s = static_cast<double>(n_) / rate_, start_s = repetitions_.candidate_start_s();
    if (now_s - 1.0 >= start_s &&
        fatigue_.window(start_s, now_s - 0.5,
                        {said.mnf, said.mdf, static_cast<double>(sum) / windows_[3].valid, said.finsm5}))
      out_ += fatigue_.summary().index;
    out_ += crossings + turns + steps + static_cast<double>(length + sum + energy) +
            10.0 * std::log10(1.0 + static_cast<double>(squares));
  }

  double rate_;
  PlainSpectra& spectra_;
  Filter high_, low_, smooth_, control_;
  PlainConverter converter_;
  PlainMains<Number> mains_;
  dsp::OnsetDetector onset_;
  dsp::RepetitionCounter repetitions_;
  dsp::ActiveTime active_time_;
  dsp::Fatigue fatigue_{1.0, 0.5};
  PlainRhythm rhythm_;
  PlainQuality quality_;
  std::uint64_t missing_until_ = 0, railed_until_ = 0, stuck_until_ = 0;
  std::vector<Number> y_, masked_, raw_;  // the last second; raw_: unfiltered
  std::vector<unsigned char> good_;
  std::array<Window, 5> windows_{};
  std::vector<double> average_;
  Number magnitudes_ = 0, iemg_ = 0, envelope_ = 0, control_envelope_ = 0;
  double reference_uv_ = 0.0, out_ = 0.0;
  std::size_t at_ = 0;
  std::uint64_t n_ = 0;
};

using ScalarChannel = PlainChannel<ScalarFilter, double>;
using LiquidChannel = PlainChannel<LiquidFilter, float>;

}  // namespace myod::bench
