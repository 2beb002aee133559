// A train of pulses that is weaker than the muscle around it, found by folding: evidence of a pulse (dsp/condition/
// pulse_train.hpp) is laid period over period and averaged place by place, as pulsars are found (epoch folding). What
// comes once a period adds up in one place, what does not spreads over all.
//
// Evidence is divided by its mean over the last period and cut at 5: a contraction raises the floor, not the peak. The
// average is that of the last periods with a gain of 1/8. A peak stands out when it lies more than 10 standard
// deviations of the places farther than 15 % of the period from it (at least 0.15: few places deviate by chance alone)
// above their mean. The train is known when it did so for 8 periods running (16 where the period is a guess), within 3
// % of the period and 2 places of where it was, and lost below 5. The period follows the peak. Below 24 samples a
// period nothing is folded: too few places to tell a peak from. Measured: every sweep of the recording with rising
// stimulation is known at its tenth period; recordings without stimulation, folded at 8 to 60 Hz, hold no train.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace myod::dsp {

class PulseFold {
 public:
  PulseFold(double rate_hz, std::size_t longest_period);

  /// Begins anew, with a period in samples; 0, or one too short: rests. `sure`: it comes from somebody who knows it, or
  /// from pulses that were seen; one that was picked out of many has to stand out twice as long.
  void begin(double period, bool sure = true) noexcept;
  bool at_work() const noexcept { return period_ > 0.0; }

  /// Evidence of one sample, not negative.
  void push(double evidence) noexcept;

  bool known() const noexcept { return known_; }
  double period() const noexcept { return period_; }
  /// Once known: samples from the place where a pulse is due to the newest sample, -period/2 .. period/2.
  double since_due() const noexcept;
  /// The newest sample stands out of the floor at least half as far as the peak.
  bool stands_out() const noexcept;
  /// Once known: so many periods back lies the first pulse; of the newest 64.
  std::uint32_t periods_back() const noexcept;

 private:
  static constexpr std::size_t remembered = 64;
  void end_period() noexcept;
  void look() noexcept;
  double apart(double a, double b) const noexcept;

  double rate_hz_;
  std::vector<double> average_, smooth_, recent_;
  std::size_t bins_ = 1;
  double period_ = 0.0, nominal_ = 0.0, phase_ = 0.0, at_ = 0.0;  // at_: phase of the newest sample
  double sum_ = 0.0;
  std::size_t filled_ = 0, oldest_ = 0;
  double newest_ = 0.0, before_ = 0.0, most_ = 0.0;
  double most_at_ = 0.0;
  std::array<double, remembered> most_places_{};
  std::uint64_t periods_ = 0;
  double floor_ = 0.0, height_ = 0.0, peak_ = 0.0, centre_ = 0.0, rise_ = 0.0;
  std::uint32_t stood_ = 0, needed_ = 0;
  bool known_ = false;
};

}  // namespace myod::dsp
