#include "dsp/detect/repetition.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "dsp/detect/levels.hpp"
#include "dsp/math/math.hpp"

namespace myod::dsp {
namespace {

constexpr double start_share = 0.30, peak_share = 0.35;                // of the reference
constexpr double target_start_share = 0.50, target_peak_share = 0.60;  // of the target
constexpr double least_s = 0.1, merge_s = repetition_merge_s;
constexpr double rest_memory_s = 10.0, rest_known_s = 0.5, rest_quantile = 0.1;
constexpr double five_db = 1.7782794100389228;  // 10^(5/20)
constexpr double session_tau_s = 60.0;
constexpr double loud_share = 0.25;  // of the RMS, in a hop
constexpr double outlier_ratio = 10.0, others_s = 0.5;
constexpr double window_s = repetition_window_ms / 1000.0, delay_s = window_s / 2.0;
constexpr double slack_s = 1e-9;  // times are sums of hops: 0.1 s must not fail by rounding

void add(Stretch& to, const Stretch& later) {
  to.peak_uv = std::max(to.peak_uv, later.peak_uv);
  to.sum_uv += later.sum_uv;
  to.hops += later.hops;
}
/// `lasting`: else it is no peak.
Stretch hop(double rms_uv, bool lasting) { return {lasting ? rms_uv : 0.0, rms_uv, 1}; }

}  // namespace

RepetitionCounter::RepetitionCounter(double hop_s, const RepetitionOptions& options)
    : hop_s_(hop_s),
      target_(options.target_pct / 100.0),
      keep_(1.0 / (1.0 + hop_s / session_tau_s)),
      rest_(static_cast<std::size_t>(std::ceil(rest_memory_s / hop_s)), rest_quantile) {}

void RepetitionCounter::set_levels(double rest_uv, double reference_uv) noexcept {
  calibrated_rest_uv_ = rest_uv;
  reference_uv_ = reference_uv;
  levels_ = levels_now();
}

double RepetitionCounter::rest_now() const noexcept {
  if (!std::isnan(calibrated_rest_uv_)) return calibrated_rest_uv_;
  const double needed_s = std::isnan(seeded_rest_uv_) ? rest_known_s : rest_memory_s;
  if (static_cast<double>(rest_.count()) * hop_s_ < needed_s - slack_s) return seeded_rest_uv_;
  return rest_.value();
}

RepetitionCounter::Levels RepetitionCounter::levels_now() const noexcept {
  const double rest = rest_now();
  if (std::isnan(rest)) return {};
  if (std::isnan(reference_uv_)) {
    const double reference = outlier() ? others_peak_uv_ : session_peak_uv_;
    return {true,
            std::max(start_share * reference, twelve_db * rest),
            std::max(0.5 * start_share * reference, six_db * rest),
            peak_share * reference,
            twelve_db * rest,
            six_db * rest};
  }
  const bool planned = target_ > 0.0;
  const auto at = [&](double fraction) { return amplitude_at(fraction, rest, reference_uv_); };
  const double start = planned ? std::min(start_share, target_start_share * target_) : start_share;
  const double peak = planned ? target_peak_share * target_ : peak_share;
  const double asked_uv = planned ? std::min(reference_uv_, at(target_)) : reference_uv_;
  // Half the distance in dB is the square root of the ratio.
  const double margin = rest > 0.0 ? std::clamp(std::sqrt(asked_uv / rest), four_db, twelve_db) : twelve_db;
  const bool apart = reference_uv_ >= six_db * rest && asked_uv >= five_db * rest;
  const double start_uv = std::max(at(start), margin * rest);
  const double end_uv = std::max(at(0.5 * start), std::sqrt(margin) * rest);
  return {apart, start_uv, end_uv, at(peak), start_uv, end_uv, merge_s * ln_twelve_db / math::log(margin), !apart};
}

bool RepetitionCounter::outlier() const noexcept {
  return others_peak_uv_ > 0.0 && session_peak_uv_ > outlier_ratio * others_peak_uv_;
}

bool RepetitionCounter::lasting() const noexcept {
  return static_cast<double>(bout_.loud) * hop_s_ >= least_s - slack_s;
}

void RepetitionCounter::follow_bout(double t_s, double rms_uv, double hop_uv) noexcept {
  for (double* peak : {&session_peak_uv_, &others_peak_uv_, &bout_.before_uv}) *peak *= keep_;
  if (!levels_.known || (bout_.open && rms_uv < levels_.closes_uv)) bout_ = {};
  if (!bout_.open && levels_.known && rms_uv > levels_.opens_uv)
    bout_ = {true, false, t_s - delay_s, session_peak_uv_, {}, 0};
  if (!bout_.open) return;
  bout_.loud += hop_uv >= loud_share * rms_uv ? 1 : 0;
  add(bout_.sofar, hop(rms_uv, lasting()));
  if (!lasting()) return;
  if (rms_uv > session_peak_uv_) {
    if (!bout_.largest) others_peak_uv_ = std::max(others_peak_uv_, session_peak_uv_);
    bout_.largest = true;
    session_peak_uv_ = rms_uv;
  } else if (!bout_.largest && t_s - bout_.start_s >= others_s && rms_uv >= twelve_db * rest_now()) {
    others_peak_uv_ = std::max(others_peak_uv_, rms_uv);
  }
}

std::optional<RepetitionEnd> RepetitionCounter::push(double t_s, double rms_uv, double hop_uv, bool valid) noexcept {
  if (!valid || !std::isfinite(rms_uv)) return std::nullopt;
  const double silent_s = t_s - state_.last_valid_s;  // NaN at first, and then every comparison below is false
  std::optional<RepetitionEnd> told;
  if (silent_s > unheard_s() && !state_.after_gap) told = cut(state_.last_valid_s, t_s);
  const bool goes_on = state_.told_at_gap && silent_s <= unheard_s();
  const bool whole = !state_.after_gap;
  state_.after_gap = state_.told_at_gap = false;
  state_.last_valid_s = t_s;

  if (state_.phase == Phase::resting) rest_.push(rms_uv);
  levels_ = levels_now();
  const bool hidden = !outlier();
  follow_bout(t_s, rms_uv, hop_uv);
  levels_ = levels_now();
  const bool revealed = hidden && outlier() && !bout_.largest;
  const Stretch now = hop(rms_uv, lasting());
  if (!levels_.known) {
    state_.phase = Phase::resting;
    return told;
  }
  const bool above_start = rms_uv > levels_.start_uv, below_end = rms_uv < levels_.end_uv;

  switch (state_.phase) {
    case Phase::resting:
      if (goes_on && !below_end) {
        state_.phase = Phase::tail;
      } else if (above_start) {
        begin(revealed ? bout_.start_s : t_s - delay_s, revealed ? bout_.sofar : now, whole);
      }
      break;
    case Phase::contracting:
      if (below_end) {
        state_.phase = Phase::ending;
        state_.below_s = t_s;
        state_.pending = {};
        add(state_.pending, now);
      } else {
        add(state_.sofar, now);
      }
      break;
    case Phase::ending:
      if (t_s - state_.below_s >= levels_.merge_s - slack_s)
        return finish(state_.below_s - delay_s, t_s, state_.complete);
      add(state_.pending, now);
      if (above_start) {
        add(state_.sofar, state_.pending);
        state_.phase = Phase::contracting;
      }
      break;
    case Phase::tail:
      if (below_end) state_.phase = Phase::resting;
      break;
  }
  return told;
}

void RepetitionCounter::discard() noexcept {
  if (bout_.open) session_peak_uv_ = bout_.before_uv;
  bout_ = {};
  state_.phase = Phase::resting;
  state_.rest_lost = true;
}

std::optional<RepetitionEnd> RepetitionCounter::gap(double t_s) noexcept { return cut(t_s, t_s); }

std::optional<RepetitionEnd> RepetitionCounter::cut(double end_s, double decided_s) noexcept {
  std::optional<RepetitionEnd> told;
  if (state_.phase == Phase::contracting)
    told = finish(std::min(end_s, state_.last_valid_s + hop_s_), decided_s, false);
  if (state_.phase == Phase::ending) told = finish(state_.below_s - delay_s, decided_s, state_.complete);
  bout_ = {};
  state_.after_gap = true;
  state_.told_at_gap = state_.told_at_gap || told || state_.phase == Phase::tail;
  state_.phase = Phase::resting;
  state_.rest_lost = true;
  return told;
}

void RepetitionCounter::begin(double start_s, const Stretch& sofar, bool complete) noexcept {
  state_.phase = Phase::contracting;
  state_.start_s = start_s;
  state_.complete = complete;
  state_.sofar = sofar;
}

std::optional<RepetitionEnd> RepetitionCounter::finish(double end_s, double decided_s, bool complete) noexcept {
  state_.phase = Phase::resting;
  const bool strong = state_.sofar.peak_uv > 0.0 && state_.sofar.peak_uv >= levels_.peak_uv;
  if (end_s - state_.start_s < least_s - slack_s || !strong) return std::nullopt;
  const bool rest_lost = std::exchange(state_.rest_lost, false) && !std::isnan(last_end_s_);
  const double rest_before_s = rest_lost ? std::numeric_limits<double>::quiet_NaN() : state_.start_s - last_end_s_;
  last_end_s_ = end_s;
  tension_s_ += end_s - state_.start_s;
  return RepetitionEnd{state_.start_s,
                       end_s,
                       decided_s,
                       state_.sofar.peak_uv,
                       state_.sofar.sum_uv / static_cast<double>(state_.sofar.hops),
                       rest_before_s,
                       ++count_,
                       complete,
                       rest_lost,
                       tension_s_};
}

double RepetitionCounter::unheard_s() const noexcept { return merge_s + window_s + hop_s_ + slack_s; }

double RepetitionCounter::candidate_start_s() const noexcept {
  return running() ? state_.start_s : std::numeric_limits<double>::quiet_NaN();
}

void RepetitionCounter::take_seed(ChannelSeed& seed) const noexcept {
  seed.session_peak_uv = session_peak_uv_;
  seed.repetitions = count_;
  seed.last_repetition_end_s = last_end_s_;
  seed.repetition_rest_uv = rest_now();
  seed.repetition = state_;
  seed.first_efforts = {};
  if (std::isnan(seed.repetition_rest_uv) && rest_.count() <= seed.first_efforts.uv.size()) {
    std::ranges::copy(rest_.values(), seed.first_efforts.uv.begin());
    seed.first_efforts.count = static_cast<std::uint32_t>(rest_.count());
  }
  seed.tension_s = tension_s_;
}

void RepetitionCounter::plant_seed(const ChannelSeed& seed) noexcept {
  session_peak_uv_ = seed.session_peak_uv;
  count_ = seed.repetitions;
  last_end_s_ = seed.last_repetition_end_s;
  seeded_rest_uv_ = std::isnan(seed.repetition_rest_uv) ? seed.rest_uv : seed.repetition_rest_uv;
  for (std::size_t i = 0; i < seed.first_efforts.count; ++i) rest_.push(seed.first_efforts.uv.at(i));
  state_ = seed.repetition;
  tension_s_ = seed.tension_s;
  set_levels(seed.calibrated_rest_uv, seed.reference_uv);
}

}  // namespace myod::dsp
