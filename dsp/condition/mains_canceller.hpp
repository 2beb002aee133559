// Follows the hum of one lane and takes it out: quadrature LMS at the fundamental, its third and its fifth
// (Widrow et al. 1975; dsp-spec 2.4), the fundamental's phase drift steering the frequency.
//   e = x - sum_h (a_h cos(h phi) + b_h sin(h phi)),  a_h += 2 mu e cos(h phi),  b_h += 2 mu e sin(h phi)
//   phi += w,  w -= g (a db - b da) / (a^2 + b^2) of the fundamental, clamped to 1 Hz around the nominal line
// mu is 1 / (0.25 s rate): each harmonic is a notch of 4 / pi = 1.27 Hz that follows the line. g begins at 1 / (1 s
// rate) and narrows to 1 / (8 s rate) over the first 16 s of lock; w moves once in 64 samples. Samples that are not
// good change nothing; a burst 20 dB above the quietest residual has mu / 4.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace myod::dsp {

/// The least mean squares' step, for a lock of 250 ms.
double mains_step(double rate_hz);
/// Harmonics that are taken out: 1, 3, 5, as far as they lie below 450 Hz and 0.45 of the rate.
std::size_t mains_harmonics(double line_hz, double rate_hz);

class MainsCanceller {
 public:
  explicit MainsCanceller(double rate_hz);

  bool running() const noexcept { return running_; }
  double hz() const noexcept;  ///< tracked

  /// Begins at `hz`, believed to within 1 Hz of it; `locked`: known well, so it is followed slowly from the start.
  void start(double hz, bool locked) noexcept;
  void stop() noexcept { running_ = false; }
  /// The signal was cut: phases are void, the frequency stays.
  void restart() noexcept;

  double push(double x, bool good) noexcept;

 private:
  static constexpr std::size_t most = 3;
  void steer() noexcept;
  double step(double e, bool good) noexcept;

  double rate_hz_, mu_;
  bool running_ = false;
  double nominal_hz_ = 0.0;
  std::size_t harmonics_ = 0;
  double turn_ = 0.0, cos_turn_ = 1.0, sin_turn_ = 0.0;  // w
  double c_ = 1.0, s_ = 0.0;                             // phi
  std::array<double, most> a_{}, b_{};
  double drift_ = 0.0;               // of the angle of (a, b), since w last moved
  double loop_s_ = 1.0;              // 1 / (g rate)
  std::size_t count_ = 0;            // samples since w last moved
  double fast_ = 0.0, quiet_ = 0.0;  // power of the residual: over 50 ms, and its slowly rising floor
};

}  // namespace myod::dsp
