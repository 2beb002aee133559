// How far rest is from the noise that the activation detector's thresholds are for (dsp-spec 0b.2): white noise behind
// the chain. Where the power of a Gaussian signal lies in a smaller band B, its squares are correlated for longer, and
// their sum over a time wanders as if there were as many times fewer of them: the variance of the sum of y^2 goes with
// the sum of rho^2, which is that of P^2 over the square of the sum of P (Parseval). CUSUM's false alarms go with
// exp(-2 drift h / variance), so h grows by the same factor. Fed with the power densities of spectra, one object per
// channel, pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

namespace myod::dsp {

class RestShape {
 public:
  static constexpr double most = 20.0;
  static constexpr double as_white = 1.5;  ///< what the density of a second of white noise reaches by chance

  /// A density as bins values, every stride-th, of a window whose power is `power`; rest_uv2: that of rest, NaN while
  /// unknown. Until then the quietest window counts, later those under twice the power of rest, with 20 s.
  void push(const double* density, std::size_t bins, std::size_t stride, double power_uv2, double rest_uv2,
            double hop_s) noexcept {
    if (!(power_uv2 > 0.0)) return;
    const bool known = rest_uv2 > 0.0;
    if (known ? power_uv2 > loud * rest_uv2 : power_uv2 >= quietest_uv2_) return;
    double sum = 0.0, squares = 0.0;
    for (std::size_t i = 0; i < bins; ++i) {
      const double p = density[i * stride];
      sum += p, squares += p * p;
    }
    // Of white noise a bin is exponential: its mean square is twice the square of its mean.
    const double now = squares / (sum * sum) * 0.5 * static_cast<double>(bins);
    if (!known) quietest_uv2_ = power_uv2;
    const double gain = known && ratio_ > 0.0 ? hop_s / (hop_s + tau_s) : 1.0;
    ratio_ += gain * (now - ratio_);
  }

  /// 1 .. 20.
  double inflation() const noexcept { return ratio_ < as_white ? 1.0 : std::min(ratio_, most); }

 private:
  static constexpr double loud = 2.0, tau_s = 20.0;
  double quietest_uv2_ = std::numeric_limits<double>::infinity();
  double ratio_ = 0.0;  // 0: not known
};

}  // namespace myod::dsp
