#include "dsp/detect/quiet_stretch.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace myod::dsp {
namespace {

constexpr double step_s = 0.05, learn_s = 2.0;

std::size_t samples(double seconds, double rate_hz) {
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(seconds * rate_hz)));
}

}  // namespace

QuietStretch::QuietStretch(double rate_hz)
    : step_samples_(samples(step_s, rate_hz)), learn_samples_(samples(learn_s, rate_hz)) {}

bool QuietStretch::push(std::span<const double> numbers) noexcept {
  ++learned_;
  for (std::size_t k = 0; k < numbers.size(); ++k) step_.at(k) += numbers[k];
  if (++in_step_ == step_samples_) close_step();
  return learned_ >= learn_samples_ && !std::isinf(quietest_[0]);
}

void QuietStretch::close_step() noexcept {
  steps_.at(steps_seen_ % steps_per_window) = step_;
  ++steps_seen_;
  in_step_ = 0;
  step_ = {};
  if (steps_seen_ < steps_per_window) return;
  Numbers sums{};
  for (const Numbers& step : steps_)
    for (std::size_t k = 0; k < sums.size(); ++k) sums.at(k) += step.at(k);
  for (double& sum : sums) sum /= static_cast<double>(steps_per_window * step_samples_);
  if (sums[0] > 0.0 && sums[0] < quietest_[0]) quietest_ = sums;
}

RestLearning QuietStretch::state() const noexcept {
  constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
  RestLearning s;
  for (std::size_t i = 0; i < steps_per_window; ++i) s.steps.at(i) = steps_.at(i)[0];
  s.step = step_[0];
  s.quietest = std::isinf(quietest_[0]) ? 0.0 : quietest_[0];
  const std::size_t seen =
      steps_seen_ < steps_per_window ? steps_seen_ : steps_per_window + steps_seen_ % steps_per_window;
  s.steps_seen = static_cast<std::uint32_t>(seen);
  s.in_step = static_cast<std::uint32_t>(in_step_);
  s.learned = static_cast<std::uint32_t>(std::min(learned_, most));
  return s;
}

void QuietStretch::plant(const RestLearning& state) noexcept {
  restart();
  for (std::size_t i = 0; i < steps_per_window; ++i) steps_.at(i) = {state.steps.at(i)};
  step_ = {state.step};
  if (state.quietest > 0.0) quietest_ = {state.quietest};
  steps_seen_ = state.steps_seen;
  in_step_ = state.in_step;
  learned_ = state.learned;
}

void QuietStretch::restart() noexcept {
  steps_seen_ = in_step_ = learned_ = 0;
  step_ = {};
  quietest_ = {std::numeric_limits<double>::infinity()};
}

}  // namespace myod::dsp
