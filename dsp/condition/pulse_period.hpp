// The period of a train that no single pulse betrays: the running autocorrelation of the evidence of a pulse
// (pulse_train.hpp), over lags up to the longest period, with a memory of a second. Evidence is divided by its mean
// over 50 ms and cut at 5, as in the fold (pulse_fold.hpp), which is to confirm what is found here: this proposes, no
// more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace myod::dsp {

class PulsePeriod {
 public:
  PulsePeriod(double rate_hz, std::size_t longest_period);
  void restart() noexcept;

  /// Evidence of one sample, not negative. In samples, each 100 ms: the period that stands out most, 0: none does.
  double push(double evidence) noexcept;

 private:
  double look() noexcept;
  double refined(std::size_t lag) const noexcept;

  std::size_t longest_, mean_over_, look_every_;
  double gain_;
  std::vector<double> recent_;       // twice over, so that the newest lie in one piece
  std::vector<double> raw_;          // a ring, for the mean
  std::vector<double> correlation_;  // by lag
  std::vector<double> smooth_;
  double sum_ = 0.0;
  std::size_t at_ = 0, raw_at_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace myod::dsp
