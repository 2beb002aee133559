#include "dsp/detect/onset.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace myod::dsp {
namespace {

constexpr double ln2 = 0.6931471805599453, ln4 = 1.3862943611198906;
constexpr double hold_ms = 100.0, refractory_ms = 50.0;

struct ProfileRow {
  double clip, least_ms;
};
constexpr std::array<ProfileRow, 2> profiles{{{6.0, 20.0}, {9.0, 0.0}}};  // by OnsetProfile: standard, fast

// For 0.3 false onsets a minute with the true sigma0, to the precision of
// tests/oracles/detect/onset_thresholds.py, which regenerates the table. dsp-spec 0b.2 prints lower ones for the
// standard profile: measured over 600 min these raise 0.33 to 0.7 a minute from 1000 Hz on and 0.7 to 1.0 at 200 and
// 500 Hz, above its own bound of 0.5.
struct ThresholdRow {
  double rate_hz;
  std::array<std::array<double, 2>, 2> h;  // by profile, then by chain: 20 Hz order 2, 30 Hz order 4
};
constexpr std::array<ThresholdRow, 6> thresholds{{
    {200.0, {{{6.4, 7.1}, {8.4, 9.5}}}},
    {500.0, {{{6.3, 6.6}, {8.5, 8.8}}}},
    {1000.0, {{{5.6, 5.7}, {8.8, 8.9}}}},
    {1926.0, {{{8.4, 8.6}, {14.8, 15.1}}}},
    {2000.0, {{{8.8, 8.9}, {15.3, 15.5}}}},
    {4000.0, {{{14.8, 15.0}, {28.0, 28.3}}}},
}};

std::uint64_t samples(double ms, double rate_hz) {
  return static_cast<std::uint64_t>(std::ceil(ms * rate_hz / 1000.0));
}

}  // namespace

double onset_threshold(double rate_hz, OnsetProfile profile, double highpass_hz, std::int64_t highpass_poles) {
  const auto p = static_cast<std::size_t>(profile);
  // The corner decides; the order where the corner lies in between.
  const std::size_t chain = highpass_hz > 25.0 || (highpass_hz == 25.0 && highpass_poles >= 3) ? 1 : 0;
  if (rate_hz <= thresholds.front().rate_hz) return thresholds.front().h[p][chain];
  std::size_t i = 1;
  while (i + 1 < thresholds.size() && rate_hz > thresholds[i].rate_hz) ++i;
  const ThresholdRow &a = thresholds[i - 1], &b = thresholds[i];
  const double share = (rate_hz - a.rate_hz) / (b.rate_hz - a.rate_hz);
  return a.h[p][chain] + share * (b.h[p][chain] - a.h[p][chain]);
}

OnsetDetector::OnsetDetector(double rate_hz, const OnsetOptions& options, double highpass_hz,
                             std::int64_t highpass_poles)
    : threshold_(options.threshold > 0.0 ? options.threshold
                                         : onset_threshold(rate_hz, options.profile, highpass_hz, highpass_poles)),
      clip_(profiles[static_cast<std::size_t>(options.profile)].clip),
      least_samples_(samples(profiles[static_cast<std::size_t>(options.profile)].least_ms, rate_hz)),
      quiet_samples_(samples(std::max({hold_ms, refractory_ms, options.merge_ms}), rate_hz)),
      brief_samples_(samples(options.min_burst_ms, rate_hz)),
      rest_(rate_hz) {}

std::optional<OnsetDecision> OnsetDetector::push(std::uint64_t index, double y_uv, bool valid) noexcept {
  if (!valid) return std::nullopt;
  if (!rest_.known()) {
    rest_.learn(y_uv);
    return std::nullopt;
  }
  if (state_.started) {
    ++state_.since_zero;
  } else {
    restart(index);
    state_.started = true;
  }
  const double z = std::min(y_uv * y_uv / rest_.variance(), clip_);
  state_.s = std::max(0.0, state_.s + 0.5 * (z * 0.75 - ln4));
  return state_.active ? look_for_offset(index, z) : look_for_onset(index, y_uv);
}

std::optional<OnsetDecision> OnsetDetector::look_for_onset(std::uint64_t index, double y_uv) noexcept {
  if (state_.s == 0.0) restart(index);
  if (state_.s > threshold_ && state_.since_zero >= least_samples_) {
    const OnsetDecision onset{EventKind::onset, state_.zero_index, index, false};
    state_.active = true;
    state_.onset_index = state_.zero_index;
    state_.q = 0.0;
    restart(index);
    rest_.cut();  // its block holds the rise
    return onset;
  }
  rest_.track(y_uv);
  return std::nullopt;
}

std::optional<OnsetDecision> OnsetDetector::look_for_offset(std::uint64_t index, double z) noexcept {
  state_.q = std::min(threshold_, std::max(0.0, state_.q + 0.5 * (ln2 - z * 0.5)));
  if (state_.q == 0.0) restart(index);
  if (state_.q < threshold_ || state_.since_zero < quiet_samples_) return std::nullopt;
  const OnsetDecision offset{EventKind::offset, state_.zero_index, index,
                             state_.zero_index - state_.onset_index < brief_samples_};
  state_.active = false;
  state_.s = 0.0;
  restart(index);
  return offset;
}

void OnsetDetector::gap(std::uint64_t next_index) noexcept {
  state_.s = state_.q = 0.0;
  state_.started = false;
  restart(next_index);
}

void OnsetDetector::restart(std::uint64_t index) noexcept {
  state_.zero_index = index;
  state_.since_zero = 0;
}

}  // namespace myod::dsp
