#include "dsp/condition/mains_canceller.hpp"

#include <algorithm>
#include <cmath>

#include "dsp/math/math.hpp"

namespace myod::dsp {
namespace {

constexpr double lock_s = 0.25, reach_hz = 1.0, top_hz = 450.0;
constexpr double loop_first_s = 1.0, loop_last_s = 8.0, narrowing_s = 16.0;
constexpr std::size_t steer_every = 64;
constexpr double fast_s = 0.05, fall_s = 1.0, rise_s = 60.0, burst = 100.0;

}  // namespace

double mains_step(double rate_hz) { return 1.0 / (lock_s * rate_hz); }

std::size_t mains_harmonics(double line_hz, double rate_hz) {
  std::size_t n = 0;
  while (n < 3 && static_cast<double>(2 * n + 1) * line_hz < std::min(top_hz, 0.45 * rate_hz)) ++n;
  return n;
}

MainsCanceller::MainsCanceller(double rate_hz) : rate_hz_(rate_hz), mu_(mains_step(rate_hz)) {}

double MainsCanceller::hz() const noexcept { return turn_ * rate_hz_ / (2.0 * math::pi); }

void MainsCanceller::start(double hz, bool locked) noexcept {
  running_ = true;
  nominal_hz_ = hz;
  harmonics_ = mains_harmonics(hz + reach_hz, rate_hz_);
  turn_ = 2.0 * math::pi * hz / rate_hz_;
  cos_turn_ = math::cos(turn_), sin_turn_ = math::sin(turn_);
  loop_s_ = locked ? loop_last_s : loop_first_s;
  fast_ = quiet_ = 0.0;
  restart();
}

void MainsCanceller::restart() noexcept {
  c_ = 1.0, s_ = 0.0;
  a_.fill(0.0), b_.fill(0.0);
  drift_ = 0.0;
  count_ = 0;
}

/// The LMS step for this residual.
double MainsCanceller::step(double e, bool good) noexcept {
  if (!good) return 0.0;
  fast_ += (e * e - fast_) / (fast_s * rate_hz_);
  if (quiet_ == 0.0 || fast_ < quiet_)
    quiet_ += (fast_ - quiet_) / (fall_s * rate_hz_);
  else
    quiet_ += (fast_ - quiet_) / (rise_s * rate_hz_);
  return fast_ > burst * quiet_ ? 0.5 * mu_ : 2.0 * mu_;
}

double MainsCanceller::push(double x, bool good) noexcept {
  // cos and sin of 3 phi and 5 phi by turning twice as far each time.
  const double c2 = c_ * c_ - s_ * s_, s2 = 2.0 * c_ * s_;
  std::array<double, most> c{c_}, s{s_};
  double e = x - (a_[0] * c_ + b_[0] * s_);
  for (std::size_t h = 1; h < harmonics_; ++h) {
    c[h] = c[h - 1] * c2 - s[h - 1] * s2;
    s[h] = s[h - 1] * c2 + c[h - 1] * s2;
    e -= a_[h] * c[h] + b_[h] * s[h];
  }
  const double gain = step(e, good) * e;
  const double a = a_[0], b = b_[0], square = a * a + b * b;
  if (square > 0.0) drift_ += gain * (a * s_ - b * c_) / square;
  for (std::size_t h = 0; h < harmonics_; ++h) a_[h] += gain * c[h], b_[h] += gain * s[h];
  const double turned = c_ * cos_turn_ - s_ * sin_turn_;
  s_ = s_ * cos_turn_ + c_ * sin_turn_;
  c_ = turned;
  if (++count_ == steer_every) steer();
  return e;
}

void MainsCanceller::steer() noexcept {
  turn_ -= drift_ / (loop_s_ * rate_hz_);
  const double unit = 2.0 * math::pi / rate_hz_;
  turn_ = std::clamp(turn_, unit * (nominal_hz_ - reach_hz), unit * (nominal_hz_ + reach_hz));
  cos_turn_ = math::cos(turn_), sin_turn_ = math::sin(turn_);
  const double length = 1.0 / std::sqrt(c_ * c_ + s_ * s_);
  c_ *= length, s_ *= length;
  const double seconds = static_cast<double>(steer_every) / rate_hz_;
  loop_s_ = std::min(loop_last_s, loop_s_ + seconds * (loop_last_s - loop_first_s) / narrowing_s);
  drift_ = 0.0;
  count_ = 0;
}

}  // namespace myod::dsp
