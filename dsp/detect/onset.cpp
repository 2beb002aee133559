#include "dsp/detect/onset.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

namespace myod::dsp {
namespace {

constexpr double ln2 = 0.6931471805599453, ln4 = 1.3862943611198906;
constexpr double refractory_ms = 50.0, held_gap_ms = 20.0;

struct ProfileRow {
  double clip, least_ms;
};
constexpr std::array<ProfileRow, 2> profiles{{{6.0, 20.0}, {9.0, 0.0}}};  // by OnsetProfile: standard, fast

// For 0.3 false onsets a minute with the true sigma0, to the precision of
// tests/oracles/onset_thresholds.py, which regenerates the table. dsp-spec 0b.2 prints lower ones for the
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

double samples(double ms, double rate_hz) { return std::ceil(ms * rate_hz / 1000.0); }

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
    : limits_{options.threshold > 0.0 ? options.threshold
                                      : onset_threshold(rate_hz, options.profile, highpass_hz, highpass_poles),
              profiles[static_cast<std::size_t>(options.profile)].clip,
              samples(profiles[static_cast<std::size_t>(options.profile)].least_ms, rate_hz),
              samples(std::max({onset_hold_ms, refractory_ms, options.merge_ms}), rate_hz)},
      brief_samples_(static_cast<std::uint64_t>(samples(options.min_burst_ms, rate_hz))),
      held_samples_(samples(held_gap_ms, rate_hz)),
      from_table_(options.threshold == 0.0),
      rest_(rate_hz),
      method_(make_threshold_method(rate_hz, options)),
      own_(std::make_unique<OnsetTile>()),
      tile_(own_.get()) {}

void OnsetDetector::live_in(OnsetTile& tile, std::size_t lane) noexcept {
  tile_ = &tile;
  lane_ = lane;
  own_.reset();
}

std::optional<OnsetDecision> OnsetDetector::push(std::uint64_t index, double y_uv, bool valid) noexcept {
  if (!valid) return std::nullopt;
  if (method_) return follow_method(index, y_uv);
  if (!rest_.known()) {
    rest_.learn(y_uv);
    return std::nullopt;
  }
  if (started_) {
    tile_->since_zero[lane_] += 1.0;
  } else {
    restart(index);
    started_ = true;
  }
  const double z = std::min(y_uv * y_uv / rest_.variance(), limits_.clip);
  double& s = tile_->s[lane_];
  s = std::max(0.0, s + 0.5 * (z * 0.75 - ln4));
  return active() ? look_for_offset(index, y_uv, z) : look_for_onset(index, y_uv);
}

std::optional<OnsetDecision> OnsetDetector::look_for_onset(std::uint64_t index, double y_uv) noexcept {
  if (statistic() == 0.0) restart(index);
  if (statistic() > limits_.threshold * inflation_ && tile_->since_zero[lane_] >= limits_.least_samples) {
    const OnsetDecision onset = begin_burst(index);
    restart(index);
    return onset;
  }
  rest_.track(y_uv);
  return std::nullopt;
}

std::optional<OnsetDecision> OnsetDetector::look_for_offset(std::uint64_t index, double y_uv, double z) noexcept {
  double& q = tile_->q[lane_];
  q = std::min(limits_.threshold, std::max(0.0, q + 0.5 * (ln2 - z * 0.5)));
  if (q == 0.0) restart(index);
  if (q >= limits_.threshold && tile_->since_zero[lane_] >= limits_.quiet_samples) return end_burst(index);
  if (stimulated_) rest_.relearn(y_uv);
  return std::nullopt;
}

/// With the zero index as its beginning.
OnsetDecision OnsetDetector::begin_burst(std::uint64_t index) noexcept {
  tile_->active[lane_] = 1.0;
  tile_->q[lane_] = 0.0;
  onset_index_ = zero_index();
  rest_.cut();  // its block holds the rise
  return {EventKind::onset, onset_index_, index, false};
}

/// With the zero index as its end.
OnsetDecision OnsetDetector::end_burst(std::uint64_t index) noexcept {
  const OnsetDecision offset{EventKind::offset, zero_index(), index, zero_index() - onset_index_ < brief_samples_};
  if (relearns()) rest_.cut();
  tile_->active[lane_] = 0.0;
  tile_->s[lane_] = 0.0;
  restart(index);
  return offset;
}

std::optional<OnsetDecision> OnsetDetector::follow_method(std::uint64_t index, double y_uv) noexcept {
  const bool follows = started_ && index == newest_ + 1;
  newest_ = index;
  started_ = true;
  tile_->since_zero[lane_] += 1.0;
  const auto turn = method_->push(index, y_uv, follows);
  tile_->s[lane_] = method_->statistic();
  double& ending = tile_->q[lane_];
  if (turn && (active() != turn->active || ending != 0.0)) {
    ending = turn->active ? 0.0 : 1.0;
    if (!active() || !turn->active) {
      restart(turn->index);
      tile_->since_zero[lane_] = static_cast<double>(index - turn->index);
    }
    if (!active()) return begin_burst(index);
  }
  if (active() && ending != 0.0 && tile_->since_zero[lane_] >= limits_.quiet_samples) {
    const OnsetDecision offset = end_burst(index);
    ending = 0.0;
    method_->look_anew(false);
    return offset;
  }
  if (!rest_.known())
    rest_.learn(y_uv);
  else if (!active())
    rest_.track(y_uv);
  return std::nullopt;
}

void OnsetDetector::set_rest(double rest_uv) noexcept {
  rest_.set(rest_uv);
  if (method_) method_->set_rest(rest_uv);
}

void OnsetDetector::set_stimulated(bool on) noexcept {
  if (relearns()) rest_.cut();
  stimulated_ = on;
  if (on) rest_.stimulated();
}

bool OnsetDetector::gap(std::uint64_t next_index, std::uint64_t missing) noexcept {
  const bool was_active = active();
  const auto lost = static_cast<double>(missing);
  if (lost < (was_active ? limits_.quiet_samples : held_samples_)) return false;
  tile_->active[lane_] = 0.0;
  look_anew(next_index);
  return was_active;
}

void OnsetDetector::look_anew(std::uint64_t next_index) noexcept {
  tile_->s[lane_] = tile_->q[lane_] = 0.0;
  started_ = false;
  if (method_) method_->restart(active());
  restart(next_index);
}

OnsetState OnsetDetector::state() const noexcept {
  return {.active = active(),
          .started = started_,
          .s = statistic(),
          .q = tile_->q[lane_],
          .zero_index = zero_index(),
          .since_zero = static_cast<std::uint64_t>(tile_->since_zero[lane_]),
          .onset_index = onset_index_,
          .baseline = method_ ? method_->baseline() : OnsetBaseline{},
          .learning = rest_.learning()};
}

void OnsetDetector::plant(const OnsetState& state) noexcept {
  const bool same_method = state.baseline.method == (method_ ? method_->baseline().method : OnsetMethod::cusum);
  tile_->active[lane_] = state.active ? 1.0 : 0.0;
  tile_->s[lane_] = same_method ? state.s : 0.0;
  tile_->q[lane_] = same_method ? state.q : 0.0;
  tile_->zero_index[lane_] = static_cast<double>(state.zero_index);
  tile_->since_zero[lane_] = static_cast<double>(state.since_zero);
  started_ = state.started;
  onset_index_ = state.onset_index;
  if (!rest_.known()) rest_.plant(state.learning);
  if (!method_) return;
  method_->plant(state.baseline);
  method_->look_anew(active() && tile_->q[lane_] == 0.0);
  started_ = false;  // its smoothing begins here
}

void OnsetDetector::restart(std::uint64_t index) noexcept {
  tile_->zero_index[lane_] = static_cast<double>(index);
  tile_->since_zero[lane_] = 0.0;
}

std::size_t OnsetDetector::steady_samples() const noexcept {
  if (!rest_.known() || !started_ || method_) return 0;
  return learns() ? rest_.room() : std::numeric_limits<std::size_t>::max();
}

}  // namespace myod::dsp
