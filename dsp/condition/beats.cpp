#include "dsp/condition/beats.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "dsp/math/sections.hpp"

namespace myod::dsp {
namespace {

constexpr double low_hz = 5.0, high_hz = 25.0, reduced_hz = 250.0, qrs_hz = 15.0;
constexpr double before_s = 0.06, after_s = 0.04, learning_s = 1.2, refractory_s = 0.3, forget_s = 2.5;
constexpr double least_correlation = 0.6, least_amplitude = 0.4, most_amplitude = 2.5, follow_share = 0.125;
constexpr std::size_t past_top = 2;  // reduced samples without a higher correlation: that was the top

}  // namespace

BeatDetector::BeatDetector(double rate_hz)
    : reduction_(std::max<std::size_t>(1, static_cast<std::size_t>(rate_hz / reduced_hz))) {
  const double hz = rate_hz / static_cast<double>(reduction_);
  const auto samples = [hz](double seconds) { return static_cast<std::size_t>(std::lround(seconds * hz)); };
  before_ = samples(before_s);
  pattern_length_ = before_ + samples(after_s) + 1;
  learning_ = samples(learning_s);
  refractory_ = samples(refractory_s);
  forget_ = samples(forget_s);
  sections_ = math::butterworth_highpass(2, low_hz, rate_hz);
  for (const Section& s : math::butterworth_lowpass(2, high_hz, rate_hz)) sections_.push_back(s);
  filter_delay_ =
      static_cast<std::size_t>(std::lround(std::max(0.0, math::group_delay_samples(sections_, qrs_hz, rate_hz))));
  state_.assign(2 * sections_.size(), 0.0);
  ring_.assign(learning_ + pattern_length_, 0.0);
  pattern_.assign(pattern_length_, 0.0);
}

void BeatDetector::restart() noexcept {
  cold_ = true;
  phase_ = count_ = since_beat_ = best_back_ = 0;
  best_ = 0.0;
}

double BeatDetector::recent(std::size_t back) const noexcept {
  return ring_[(count_ + ring_.size() - 1 - back) % ring_.size()];
}

std::optional<std::size_t> BeatDetector::push(double x) noexcept {
  if (cold_) {  // as if the first sample had always been there: the first section lets no offset through
    const Section& s = sections_.front();
    std::fill(state_.begin(), state_.end(), 0.0);
    state_[0] = -s.b0 * x;
    state_[1] = s.b2 * x;
    cold_ = false;
  }
  double v = x;
  for (std::size_t k = 0; k < sections_.size(); ++k) {
    const Section& s = sections_[k];
    double* z = state_.data() + 2 * k;
    const double out = s.b0 * v + z[0];
    z[0] = s.b1 * v - s.a1 * out + z[1];
    z[1] = s.b2 * v - s.a2 * out;
    v = out;
  }
  if (++phase_ < reduction_) return std::nullopt;
  phase_ = 0;
  return push_reduced(v);
}

/// The pattern around the largest deflection of the time of learning.
void BeatDetector::learn() noexcept {
  const std::size_t after = pattern_length_ - 1 - before_;
  std::size_t peak = after;
  for (std::size_t back = after; back + before_ < learning_; ++back)
    if (std::abs(recent(back)) > std::abs(recent(peak))) peak = back;
  for (std::size_t i = 0; i < pattern_length_; ++i) pattern_[i] = recent(peak + before_ - i);
  learned_ = true;
  since_beat_ = refractory_;
}

void BeatDetector::follow() noexcept {
  for (std::size_t i = 0; i < pattern_length_; ++i) {
    const double now = recent(best_back_ + pattern_length_ - 1 - i);
    pattern_[i] += follow_share * (now - pattern_[i]);
  }
}

std::optional<std::size_t> BeatDetector::push_reduced(double x) noexcept {
  ring_[count_ % ring_.size()] = x;
  ++count_;
  if (count_ < learning_) return std::nullopt;
  if (!learned_ || ++since_beat_ > forget_) learn();
  double product = 0.0, square = 0.0, of_pattern = 0.0;
  for (std::size_t i = 0; i < pattern_length_; ++i) {
    const double now = recent(pattern_length_ - 1 - i), p = pattern_[i];
    product += now * p, square += now * now, of_pattern += p * p;
  }
  ++best_back_;
  if (since_beat_ >= refractory_ && product > least_amplitude * of_pattern && product < most_amplitude * of_pattern &&
      product > least_correlation * std::sqrt(square * of_pattern) && product > best_) {
    best_ = product;
    best_back_ = 0;
  }
  if (best_ == 0.0 || best_back_ < past_top) return std::nullopt;
  follow();
  const std::size_t back = (best_back_ + pattern_length_ - 1 - before_) * reduction_ + filter_delay_;
  since_beat_ = best_back_;
  best_ = 0.0;
  return back;
}

}  // namespace myod::dsp
