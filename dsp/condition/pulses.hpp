// Stimulus pulses of one lane, found in the raw signal (dsp-spec 0b.7): a pulse is a step of more than 20 sigma between
// two samples, sigma = 1.4826 times the median of the magnitudes of the steps over the last second (as long as there is
// one; at least 100 ms; taken anew each 100 ms). A burst of muscle makes such steps too, so pulses count only once five
// come at one period: four intervals within 3 % and one sample of their median, 7.5 to 250 ms. None is looked for
// within 5 ms of the last, then within 0.7 of the period (a burst steps as soon as it may, so its period is too short).
// Three periods without one end the train.
#pragma once

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
  std::uint64_t since_first() const noexcept { return count_ - first_; }  ///< samples since the train's first pulse

 private:
  static constexpr std::size_t needed = 5;
  void measure() noexcept;
  bool regular() noexcept;

  std::size_t second_, tenth_;
  double lookout_, shortest_, longest_, known_;
  std::vector<double> steps_, sorted_;
  double before_ = 0.0, threshold_;
  std::uint64_t count_ = 0, last_ = 0, first_ = 0;
  std::array<std::uint64_t, needed> candidates_{};
  std::size_t seen_ = 0;
  bool running_ = false;
  double period_ = 0.0;
  std::uint32_t pulses_ = 0;
};

}  // namespace myod::dsp
