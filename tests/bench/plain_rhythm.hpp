// The look for clonus as a person writes it for one channel: every 20 ms the control envelope into a ring, every 100 ms
// the newest 1.5 s: mean and variation first, then the autocorrelation lag by lag until a peak has decided. The rules
// are those of dsp/detect/rhythm.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>

namespace myod::bench {

class PlainRhythm {
 public:
  /// Hz, when clonus is told.
  std::optional<double> push(double envelope_uv, double rest_uv) {
    newest_[hops_ % window] = envelope_uv;
    if (++hops_ % 5 != 0 || hops_ < window || !(rest_uv > 0.0)) return std::nullopt;
    const double hz = look(rest_uv);
    agreeing_ = hz > 0.0 ? agreeing_ + 1 : 0;
    disagreeing_ = hz > 0.0 ? 0 : disagreeing_ + 1;
    if (disagreeing_ >= 20) told_ = false;
    if (told_ || agreeing_ < 6) return std::nullopt;
    told_ = true;
    return hz;
  }

 private:
  static constexpr std::size_t window = 75, shortest = 3, longest = 25;

  /// Four sums side by side: one would wait for itself.
  static double product(const double* a, const double* b, std::size_t count) {
    std::array<double, 4> sums{};
    std::size_t k = 0;
    for (; k + 4 <= count; k += 4)
      for (std::size_t j = 0; j < 4; ++j) sums[j] += a[k + j] * b[k + j];
    for (; k < count; ++k) sums[0] += a[k] * b[k];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
  }
  double correlation(std::size_t lag) const {
    const double energy = std::sqrt((squares_[window] - squares_[lag]) * squares_[window - lag]);
    return energy > 0.0 ? product(a_.data() + lag, a_.data(), window - lag) / energy : 0.0;
  }
  static double at(std::span<const double> r, double lag) {
    const auto below = static_cast<std::size_t>(lag);
    return r[below] + (lag - static_cast<double>(below)) * (r[below + 1] - r[below]);
  }

  /// The rate of the bursts; 0 without.
  double look(double rest_uv) {
    std::rotate_copy(newest_.begin(), newest_.begin() + static_cast<std::ptrdiff_t>(hops_ % window), newest_.end(),
                     a_.begin());
    double mean = 0.0;
    for (const double v : a_) mean += v;
    mean /= static_cast<double>(window);
    if (mean < 2.0 * 0.7978845608028654 * rest_uv) return 0.0;
    for (std::size_t k = 0; k < window; ++k) {
      a_[k] -= mean;
      squares_[k + 1] = squares_[k] + a_[k] * a_[k];
    }
    if (squares_[window] < 0.35 * 0.35 * mean * mean * static_cast<double>(window)) return 0.0;
    std::array<double, 2 * longest + 2> r{1.0};
    for (std::size_t lag = 1; lag <= shortest; ++lag) r[lag] = correlation(lag);
    for (std::size_t lag = shortest; lag <= longest; ++lag) {
      const double before = r[lag - 1], peak = r[lag], after = r[lag + 1] = correlation(lag + 1);
      if (peak < 0.6 || peak < before || peak < after) continue;
      const double bend = before - 2.0 * peak + after;
      const double period = static_cast<double>(lag) + (bend < 0.0 ? 0.5 * (before - after) / bend : 0.0);
      if (at(r, 0.5 * period) >= 0.0 || at(r, period / 3.0) >= 0.3) continue;
      const auto twice = static_cast<std::size_t>(2.0 * period);
      r[twice] = correlation(twice), r[twice + 1] = correlation(twice + 1);
      const double hz = 50.0 / period;
      return hz >= 3.75 && hz <= 8.5 && at(r, 2.0 * period) >= 0.35 ? hz : 0.0;
    }
    return 0.0;
  }

  std::array<double, window> newest_{}, a_{};
  std::array<double, window + 1> squares_{};
  std::size_t hops_ = 0, agreeing_ = 0, disagreeing_ = 0;
  bool told_ = false;
};

}  // namespace myod::bench
