#include "dsp/condition/blanking.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace myod::dsp {
namespace {

constexpr double margin_ms = 2.0;

std::size_t samples(double ms, double rate_hz) { return static_cast<std::size_t>(std::ceil(ms * rate_hz / 1000.0)); }

}  // namespace

std::size_t BlankingStage::delay_samples(const ConditionOptions& o, double rate_hz) {
  // At least the start, and one sample behind the end to draw the line to.
  const std::size_t reach = samples(o.blanking_before_ms, rate_hz) + 1;
  const bool linear = o.blanking_fill == BlankingFill::linear;
  return std::max(samples(margin_ms, rate_hz), reach) + (linear ? samples(o.blanking_after_ms, rate_hz) : 0);
}

BlankingStage::BlankingStage(const ConditionOptions& o, double rate_hz, std::size_t channels, std::size_t lanes,
                             const Marker& marker)
    : rate_hz_(rate_hz),
      linear_(o.blanking_fill == BlankingFill::linear),
      channels_(channels),
      lanes_(lanes),
      before_(samples(o.blanking_before_ms, rate_hz)),
      after_(samples(o.blanking_after_ms, rate_hz)),
      delay_(delay_samples(o, rate_hz)),
      ring_(delay_ + 1, lanes),
      pulses_(channels),
      until_(channels, 0),
      last_(channels, 0.0) {
  if (o.blanking == Blanking::detect) train_.emplace(rate_hz, o.stimulus_hz, channels);
  if (o.blanking == Blanking::marker) marker_.emplace(marker, rate_hz);
}

void BlankingStage::restart() noexcept {
  ring_.restart();
  std::fill(until_.begin(), until_.end(), 0);
  if (train_) train_->restart();
  if (marker_) marker_->lose();
}

void BlankingStage::set_rate(double hz, std::uint64_t now) noexcept {
  hz_before_ = hz_;
  hz_ = hz;
  changed_ = now;
}

/// Blanks around the pulse at `at`, what is in the line and what is still to come; rows up to `now` are in the line.
void BlankingStage::blank(std::size_t lane, std::uint64_t at, std::uint64_t now) noexcept {
  const std::uint64_t first =
      std::max({at > before_ ? at - before_ : 0, now >= delay_ ? now - delay_ : 0, ring_.begin()});
  for (std::uint64_t i = first; i <= std::min(at + after_, now); ++i)
    if (std::uint8_t& flag = ring_.flag(i, lane); flag == sample_good || flag == sample_railed) flag = sample_blanked;
  until_[lane] = std::max(until_[lane], at + after_ + 1);
  Pulses& known = pulses_[lane];
  known.at[known.count++ % known.at.size()] = at + delay_;
}

std::optional<std::uint64_t> BlankingStage::pulse(std::size_t lane, std::uint64_t number) const noexcept {
  const Pulses& known = pulses_[lane];
  if (number >= known.count) return std::nullopt;
  const std::uint64_t oldest = known.count - std::min<std::uint64_t>(known.count, known.at.size());
  return known.at[std::max(number, oldest) % known.at.size()];
}

double BlankingStage::rate_of(const Train& train) const noexcept {
  return train.left > 1 && train.period > 0.0 ? rate_hz_ / train.period : 0.0;
}

std::uint64_t BlankingStage::to_come() const noexcept {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < trains_; ++i) sum += schedule_[i].left;
  return sum;
}

std::uint64_t BlankingStage::schedule(std::uint64_t next_index, double first, double period,
                                      std::uint64_t count) noexcept {
  assert(!full());
  while (trains_ > 0 && schedule_[trains_ - 1].next >= first) --trains_;
  if (trains_ > 0) {
    Train& before = schedule_[trains_ - 1];
    if (before.left > 1)
      before.left = std::min(before.left, static_cast<std::uint64_t>(std::ceil((first - before.next) / before.period)));
  }
  schedule_[trains_++] = {first, period, count};
  if (trains_ == 1) set_rate(rate_of(schedule_[0]), next_index);
  const double gone = static_cast<double>(next_index) - static_cast<double>(delay_);  // left the line before this
  const double start = std::floor(first + 0.5) - static_cast<double>(before_);
  if (start >= gone) return 0;
  ++late_;
  return static_cast<std::uint64_t>(gone - start);
}

void BlankingStage::tell(bool ended, std::uint64_t now) noexcept {
  const double hz = train_->period() > 0.0 ? rate_hz_ / train_->period() : 0.0;
  note({now, ended, now - std::min(now, train_->since_first()), train_->pulses(), hz});
  set_rate(ended ? 0.0 : hz, now);
}

void BlankingStage::detect(const double* y, const std::uint8_t* flags, std::uint64_t now) noexcept {
  if (!train_) return;
  const auto ago = train_->push(y, flags);
  for (std::size_t c = 0; c < channels_; ++c) {
    if (!has_value(flags[c])) continue;
    if (ago) blank(c, now - *ago, now);
    if (!train_->ready(c) && ring_.flag(now, c) == sample_good) ring_.flag(now, c) = sample_blanked;
  }
  if (running_ == train_->running()) return;
  running_ = train_->running();
  tell(!running_, now);
}

/// The line of the stimulator's trigger: an edge is a pulse in every lane.
void BlankingStage::watch(const double* y, const std::uint8_t* flags, std::uint64_t now) noexcept {
  MarkerDetector& m = *marker_;
  const std::size_t line = m.lane();
  if (!has_value(flags[line])) {
    m.lose();
  } else if (m.push(y[line], now)) {
    for (std::size_t c = 0; c < channels_; ++c) blank(c, now, now);
    if (m.pulses() == 1)
      note({now, false, now, 1, 0.0});
    else
      set_rate(m.hz(), now);
  }
  if (!m.over(now)) return;
  note({now, true, m.first(), m.pulses(), m.hz()});
  m.forget();
  set_rate(0.0, now);
}

/// The value of a blanked sample that leaves now.
double BlankingStage::filled(std::size_t lane, std::uint64_t index, std::uint64_t now) noexcept {
  if (!linear_) return last_[lane];
  std::uint64_t end = index + 1;
  while (end <= now && ring_.flag(end, lane) == sample_blanked) ++end;
  if (end > now || !has_value(ring_.flag(end, lane))) return last_[lane];
  return last_[lane] + (ring_.y(end, lane) - last_[lane]) / static_cast<double>(end - index + 1);
}

void BlankingStage::run(Samples& samples) noexcept {
  double* y = samples.y;
  std::uint8_t* flags = samples.flags;
  samples.whole = true;
  for (std::size_t i = 0; i < samples.rows; ++i, y += lanes_, flags += lanes_) {
    const std::uint64_t now = samples.first + i;
    ring_.put(now, y, flags);
    for (std::size_t c = 0; c < channels_; ++c)
      if (now < until_[c] && has_value(flags[c])) ring_.flag(now, c) = sample_blanked;
    detect(y, flags, now);
    if (marker_) watch(y, flags, now);
    while (trains_ > 0 && schedule_[0].next <= static_cast<double>(now)) {
      Train& train = schedule_[0];
      const auto at = static_cast<std::uint64_t>(std::max(0LL, std::llround(train.next)));
      for (std::size_t c = 0; c < channels_; ++c) blank(c, at, now);
      train.next += train.period;
      if (--train.left > 0) continue;
      std::move(schedule_.begin() + 1, schedule_.begin() + static_cast<std::ptrdiff_t>(trains_), schedule_.begin());
      --trains_;
      set_rate(trains_ > 0 ? rate_of(schedule_[0]) : 0.0, now);
    }
    const std::uint64_t out = now - delay_;  // wraps while the line fills; then it is not looked at
    const bool filling = now < ring_.begin() + delay_;
    for (std::size_t c = 0; c < channels_; ++c) {
      flags[c] = filling ? std::uint8_t{sample_settling} : ring_.flag(out, c);
      y[c] = !has_value(flags[c])                                ? 0.0
             : flags[c] == sample_blanked && out > ring_.begin() ? filled(c, out, now)
                                                                 : ring_.y(out, c);
      if (has_value(flags[c])) last_[c] = y[c];
      samples.whole = samples.whole && has_value(flags[c]);
    }
  }
}

std::optional<std::uint64_t> BlankingStage::next_note() const noexcept {
  if (taken_ == told_) return std::nullopt;
  return notes_[taken_ % notes_.size()].index;
}

}  // namespace myod::dsp
