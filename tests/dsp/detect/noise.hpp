// Test signals of known truth: seeded Gaussian noise, EMG shaped after Stulen and De Luca (fl 60 Hz, fh 120 Hz), and
// the default chain (high-pass 20 Hz and low-pass 450 Hz, Butterworth order 2, warm start), written here on its own so
// that the detectors are tested without the pipeline.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numbers>
#include <vector>

namespace myod::test {

class Gauss {
 public:
  explicit Gauss(std::uint64_t seed) : z_(seed * 0x9E3779B97F4A7C15ULL + 1) {}
  double operator()() {
    const double r = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return r * std::cos(2.0 * std::numbers::pi * uniform());
  }

 private:
  double uniform() {  // splitmix64
    std::uint64_t x = (z_ += 0x9E3779B97F4A7C15ULL);
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return static_cast<double>((x ^ (x >> 31)) >> 11) / 9007199254740992.0;
  }
  std::uint64_t z_;
};

/// Transposed direct form II.
class Section {
 public:
  Section(double b0, double b1, double b2, double a1, double a2) : b0_(b0), b1_(b1), b2_(b2), a1_(a1), a2_(a2) {}
  double operator()(double x) {
    const double y = b0_ * x + s1_;
    s1_ = b1_ * x - a1_ * y + s2_;
    s2_ = b2_ * x - a2_ * y;
    return y;
  }
  /// As if x had stood there for ever.
  void warm(double x) {
    const double y = x * (b0_ + b1_ + b2_) / (1.0 + a1_ + a2_);
    s2_ = b2_ * x - a2_ * y;
    s1_ = y - b0_ * x;
  }

  static Section butterworth(bool highpass, double corner_hz, double rate_hz) {
    const double k = std::tan(std::numbers::pi * corner_hz / rate_hz), d = 1.0 + std::numbers::sqrt2 * k + k * k;
    const double b = highpass ? 1.0 / d : k * k / d;
    return {b, highpass ? -2.0 * b : 2.0 * b, b, 2.0 * (k * k - 1.0) / d, (1.0 - std::numbers::sqrt2 * k + k * k) / d};
  }
  static Section one_pole(bool highpass, double corner_hz, double rate_hz) {
    const double k = std::tan(std::numbers::pi * corner_hz / rate_hz), d = 1.0 + k;
    const double b = highpass ? 1.0 / d : k / d;
    return {b, highpass ? -b : b, 0.0, (k - 1.0) / d, 0.0};
  }

 private:
  double b0_, b1_, b2_, a1_, a2_, s1_ = 0.0, s2_ = 0.0;
};

class DefaultChain {
 public:
  explicit DefaultChain(double rate_hz)
      : high_(Section::butterworth(true, 20.0, rate_hz)),
        low_(Section::butterworth(false, rate_hz < 900.0 ? 0.45 * rate_hz : 450.0, rate_hz)) {}
  void warm(double x) { high_.warm(x); }
  double operator()(double x) { return low_(high_(x)); }

 private:
  Section high_, low_;
};

class MuscleShape {
 public:
  explicit MuscleShape(double rate_hz)
      : low_(Section::one_pole(true, 60.0, rate_hz)),
        high_(Section::one_pole(false, 120.0, rate_hz)),
        again_(Section::one_pole(false, 120.0, rate_hz)) {}
  double operator()(double x) { return again_(high_(low_(x))); }

 private:
  Section low_, high_, again_;
};

/// RMS that white noise of 1 has behind a linear filter, from its impulse response.
inline double noise_gain(const std::function<double(double)>& filter) {
  double energy = 0.0;
  for (int i = 0; i < 20000; ++i) {
    const double h = filter(i == 0 ? 1.0 : 0.0);
    energy += h * h;
  }
  return std::sqrt(energy);
}

}  // namespace myod::test
