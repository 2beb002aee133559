// The quietest 500 ms of the first 2 s (dsp-spec 0b.1), and what else was summed over it. Windows slide by steps of 50
// ms and are made of valid samples wherever they lie: a link that loses a packet every 300 ms has a rest level too. A
// flat signal teaches nothing: it is a missing lead, not a rest. Pure, no allocation after construction.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <span>

#include "dsp/seed.hpp"

namespace myod::dsp {

class QuietStretch {
 public:
  using Numbers = std::array<double, OnsetBaseline::most_moments>;

  explicit QuietStretch(double rate_hz);

  /// The numbers of one valid sample, its square first. True with the sample that ends the 2 s, or later when it was
  /// flat until then.
  bool push(std::span<const double> numbers) noexcept;
  const Numbers& means() const noexcept { return quietest_; }  ///< over the quietest 500 ms
  void restart() noexcept;                                     ///< from the beginning

  /// What was learned of the squares, and another stretch that goes on from there.
  RestLearning state() const noexcept;
  void plant(const RestLearning& state) noexcept;

 private:
  void close_step() noexcept;

  static constexpr std::size_t steps_per_window = RestLearning::steps_per_window;
  std::size_t step_samples_, learn_samples_;
  std::array<Numbers, steps_per_window> steps_{};  // sums over the newest steps, a ring
  std::size_t steps_seen_ = 0, in_step_ = 0, learned_ = 0;
  Numbers step_{}, quietest_{std::numeric_limits<double>::infinity()};
};

}  // namespace myod::dsp
