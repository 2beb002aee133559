#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "dsp/condition/mains.hpp"
#include "dsp/math/math.hpp"

namespace myod::dsp {
namespace {

std::size_t period(double line_hz, double rate_hz) {
  const double n = rate_hz / line_hz;
  if (n != std::floor(n))
    throw std::invalid_argument("condition.mains = comb: the rate of " + std::to_string(rate_hz) +
                                " Hz must be a whole multiple of condition.mains_hz; use notch or auto");
  return static_cast<std::size_t>(n);
}

/// tan of a quarter of a tooth's width, in turns of the tooth.
double width(double bandwidth_hz, double line_hz) { return math::tan(math::pi * bandwidth_hz / (2.0 * line_hz)); }

}  // namespace

CombStage::CombStage(double line_hz, double bandwidth_hz, double rate_hz, std::size_t channels, std::size_t lanes)
    : channels_(channels), lanes_(lanes), period_(period(line_hz, rate_hz)) {
  const double w = width(bandwidth_hz, line_hz);
  gain_ = 1.0 / (1.0 + w);
  feedback_ = (1.0 - w) / (1.0 + w);
  x_.assign(period_ * lanes_, 0.0);
  y_.assign(period_ * lanes_, 0.0);
}

double CombStage::delay_samples(double line_hz, double bandwidth_hz, double rate_hz) {
  return 0.5 * static_cast<double>(period(line_hz, rate_hz)) * width(bandwidth_hz, line_hz);
}

void CombStage::restart() noexcept {
  std::fill(x_.begin(), x_.end(), 0.0);
  std::fill(y_.begin(), y_.end(), 0.0);
}

void CombStage::run(Samples& samples) noexcept {
  double* y = samples.y;
  for (std::size_t i = 0; i < samples.rows; ++i, y += lanes_) {
    double* x_old = x_.data() + at_ * lanes_;
    double* y_old = y_.data() + at_ * lanes_;
    for (std::size_t c = 0; c < lanes_; ++c) {
      const double x = y[c];
      y[c] = gain_ * x - gain_ * x_old[c] + feedback_ * y_old[c];
      x_old[c] = x;
      y_old[c] = y[c];
    }
    for (std::size_t c = 0; !samples.whole && c < channels_; ++c) {
      if (has_value(samples.flags[i * lanes_ + c])) continue;
      y[c] = 0.0;
      for (std::size_t k = c; k < x_.size(); k += lanes_) x_[k] = y_[k] = 0.0;
    }
    at_ = at_ + 1 == period_ ? 0 : at_ + 1;
  }
}

}  // namespace myod::dsp
