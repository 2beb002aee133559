// Stimulus pulses of one lane, found in the raw signal (dsp-spec 0b.7): a pulse is a step of more than 20 sigma between
// two samples, sigma = 1.4826 times the median of the magnitudes of the steps over the last second (as long as there is
// one; at least 100 ms; taken anew each 100 ms). A burst of muscle makes such steps too, so pulses count only once five
// or more come at one period: intervals within 3 % and one sample of their median, 7.5 to 250 ms, as many as chance
// would not bring so close in 1 of 10 000 (four, eight at 8 samples a period, never below 7). None is looked for
// within 5 ms of the last, then within 0.7 of the period (a burst steps as soon as it may, so its period is too short).
// Once a train is under way a step of 5 sigma is a pulse where one is due (1.5 % of the period and one sample about a
// whole number of periods): a contraction must not hide the weak ones. Three periods without one end the train.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace myod::dsp {

class PulseDetector {
 public:
  /// `known_hz` above 0: the rate is configured, and the first pulse counts.
  PulseDetector(double rate_hz, double known_hz);

  /// One sample; true when it is a pulse of a train.
  bool push(double y) noexcept;
  void restart() noexcept;

  bool ready() const noexcept { return count_ > tenth_; }    ///< sigma is known
  bool running() const noexcept { return running_; }         ///< a train is under way
  double period() const noexcept { return period_; }         ///< samples; 0: not known
  std::uint32_t pulses() const noexcept { return pulses_; }  ///< of the train, those that made it known included
  /// Steps that are remembered, the newest second of them.
  std::uint64_t steps() const noexcept { return std::min<std::uint64_t>(count_, second_); }
  /// The step so many samples ago in units of sigma; 0 while that is not known, or when it is not remembered.
  double step_sigmas(std::uint64_t ago) const noexcept {
    return ago < steps() ? steps_[(count_ - 1 - ago) % second_] / sigma_ : 0.0;
  }
  std::uint64_t since_first() const noexcept { return count_ - first_; }  ///< samples since the train's first pulse

 private:
  static constexpr std::size_t most = 10;  // candidates
  void measure() noexcept;
  bool regular() noexcept;
  bool due(double interval) const noexcept;

  std::size_t second_, tenth_;
  double lookout_, shortest_, longest_, known_;
  std::vector<double> steps_, sorted_;
  double before_ = 0.0, sigma_;
  std::uint64_t count_ = 0, last_ = 0, first_ = 0;
  std::array<std::uint64_t, most> candidates_{};
  std::size_t seen_ = 0, found_ = 0;
  bool running_ = false;
  double period_ = 0.0;
  std::uint32_t pulses_ = 0;
};

}  // namespace myod::dsp
