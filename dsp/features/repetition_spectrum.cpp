#include "dsp/features/repetition_spectrum.hpp"

#include <algorithm>

namespace myod::dsp {

RepetitionSpectrum::RepetitionSpectrum(std::size_t bins) : sum_(bins, 0.0), held_(held * bins, 0.0) {}

void RepetitionSpectrum::release_oldest() noexcept {
  const double* oldest = slot(0);
  for (std::size_t i = 0; i < sum_.size(); ++i) sum_[i] += oldest[i];
  first_ = (first_ + 1) % held;
  --waiting_;
  ++summed_;
}

void RepetitionSpectrum::add(double start_s, std::uint64_t end, std::span<const double> density) noexcept {
  if (start_s != start_s_) {
    std::fill(sum_.begin(), sum_.end(), 0.0);
    start_s_ = start_s;
    waiting_ = summed_ = 0;
  }
  if (waiting_ == held) release_oldest();
  ends_[(first_ + waiting_) % held] = end;
  std::copy(density.begin(), density.end(), slot(waiting_));
  ++waiting_;
}

std::span<const double> RepetitionSpectrum::finish(double start_s, double end_index) noexcept {
  if (start_s != start_s_) return {};
  while (waiting_ > 0 && static_cast<double>(ends_[first_]) <= end_index) release_oldest();
  waiting_ = 0;
  if (summed_ == 0) return {};
  for (double& v : sum_) v /= static_cast<double>(summed_);
  summed_ = 0;
  start_s_ = -1.0;
  return sum_;
}

}  // namespace myod::dsp
