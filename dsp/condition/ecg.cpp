#include "dsp/condition/ecg.hpp"

#include <algorithm>
#include <cmath>

namespace myod::dsp {
namespace {

constexpr double delay_ms = 150.0, before_ms = 60.0, after_ms = 90.0, around_ms = 40.0, shift_ms = 8.0;
constexpr std::size_t mean_of = 8;
constexpr double first_p = 1e6;  // so large that no signal in microvolt notices it

std::uint64_t samples(double ms, double rate_hz) {
  return static_cast<std::uint64_t>(std::llround(ms * rate_hz / 1000.0));
}

}  // namespace

std::size_t BeatStage::delay_samples(double rate_hz) { return samples(delay_ms, rate_hz); }

BeatStage::BeatStage(bool subtract, double rate_hz, std::size_t channels, std::size_t lanes)
    : subtract_(subtract),
      channels_(channels),
      lanes_(lanes),
      delay_(delay_samples(rate_hz)),
      before_(samples(before_ms, rate_hz)),
      after_(samples(after_ms, rate_hz)),
      around_(samples(around_ms, rate_hz)),
      shift_(samples(shift_ms, rate_hz)),
      ring_(delay_ + before_ + after_ + 2, lanes),
      muscles_(channels, Lane{BeatDetector(rate_hz), {}, 0, std::vector<double>(before_ + after_ + 1, 0.0), 0}) {}

void BeatStage::restart() noexcept {
  ring_.restart();
  ring_.clear();
  for (Lane& muscle : muscles_) {
    muscle.detector.restart();
    muscle.heard = 0;
  }
}

void BeatStage::listen(const Samples& samples) noexcept {
  const double* y = samples.y;
  const std::uint8_t* flags = samples.flags;
  for (std::size_t i = 0; i < samples.rows; ++i, y += lanes_, flags += lanes_)
    for (std::size_t c = 0; c < channels_; ++c) {
      if (!has_value(flags[c])) continue;
      Lane& muscle = muscles_[c];
      const std::uint64_t now = samples.first + i;
      if (const auto back = muscle.detector.push(y[c]); back && *back <= now) {
        muscle.beats[muscle.heard % muscle.beats.size()] = {now - *back, now, false, false};
        ++muscle.heard;
      }
    }
}

/// Moves the beat to where the signal resembles the pattern most.
void BeatStage::align(Lane& muscle, Beat& beat, std::size_t lane) noexcept {
  beat.aligned = true;
  if (muscle.learned == 0 || beat.at < ring_.begin() + before_ + shift_) return;
  double best = 0.0;
  std::uint64_t where = beat.at;
  for (std::uint64_t at = beat.at - shift_; at <= beat.at + shift_; ++at) {
    double product = 0.0;
    for (std::uint64_t k = before_ - around_; k <= before_ + around_; ++k)
      product += muscle.pattern[k] * ring_.y(at + k - before_, lane);
    if (product > best) best = product, where = at;
  }
  beat.at = where;
}

void BeatStage::learn(Lane& muscle, Beat& beat, std::size_t lane) noexcept {
  beat.taken = true;
  if (beat.at < ring_.begin() + before_) return;
  const std::size_t n = muscle.pattern.size();
  for (std::size_t k = 0; k < n; ++k)
    if (ring_.flag(beat.at + k - before_, lane) != sample_good) return;
  ++muscle.learned;
  const double share = 1.0 / static_cast<double>(std::min(muscle.learned, mean_of));
  for (std::size_t k = 0; k < n; ++k)
    muscle.pattern[k] += share * (ring_.y(beat.at + k - before_, lane) - muscle.pattern[k]);
}

void BeatStage::run(Samples& samples) noexcept {
  double* y = samples.y;
  std::uint8_t* flags = samples.flags;
  samples.whole = true;
  for (std::size_t i = 0; i < samples.rows; ++i, y += lanes_, flags += lanes_) {
    const std::uint64_t now = samples.first + i, out = now - delay_;
    ring_.put(now, y, flags);
    const bool filling = now < ring_.begin() + delay_;
    for (std::size_t c = 0; c < channels_; ++c) {
      flags[c] = filling ? std::uint8_t{sample_settling} : ring_.flag(out, c);
      y[c] = has_value(flags[c]) ? ring_.y(out, c) : 0.0;
      samples.whole = samples.whole && has_value(flags[c]);
      if (filling) continue;
      Lane& muscle = muscles_[c];
      for (std::size_t b = 0; b < std::min(muscle.heard, muscle.beats.size()); ++b) {
        Beat& beat = muscle.beats[b];
        if (beat.known > now) continue;  // heard in this block, later than this row
        if (subtract_ && !beat.aligned) align(muscle, beat, c);
        if (out + before_ >= beat.at && out <= beat.at + after_ && has_value(flags[c])) {
          if (flags[c] == sample_good) flags[c] = sample_gated;
          if (subtract_ && muscle.learned > 0) y[c] -= muscle.pattern[out + before_ - beat.at];
        }
        if (subtract_ && !beat.taken && out == beat.at + after_) learn(muscle, beat, c);
      }
    }
  }
}

ReferenceStage::ReferenceStage(std::size_t reference_lane, std::size_t channels, std::size_t lanes)
    : reference_(reference_lane), lanes_(lanes), muscles_(channels) {
  ReferenceStage::restart();
}

void ReferenceStage::restart() noexcept {
  u_.fill(0.0);
  for (Lane& muscle : muscles_) {
    muscle.w.fill(0.0);
    begin(muscle);
  }
}

void ReferenceStage::begin(Lane& muscle) noexcept {
  for (std::size_t i = 0; i < taps; ++i) muscle.p[i].fill(0.0), muscle.p[i][i] = first_p;
}

void ReferenceStage::push(Lane& muscle, double& y, bool good) noexcept {
  constexpr double forgetting = 0.9999;
  double e = y;
  for (std::size_t i = 0; i < taps; ++i) e -= muscle.w[i] * u_[i];
  y = e;
  if (!good) return;
  std::array<double, taps> pu{};
  double scale = forgetting;
  for (std::size_t i = 0; i < taps; ++i) {
    for (std::size_t j = 0; j < taps; ++j) pu[i] += muscle.p[i][j] * u_[j];
    scale += u_[i] * pu[i];
  }
  for (std::size_t i = 0; i < taps; ++i) {
    muscle.w[i] += pu[i] / scale * e;
    for (std::size_t j = i; j < taps; ++j)  // stays symmetric
      muscle.p[i][j] = muscle.p[j][i] = (muscle.p[i][j] - pu[i] * pu[j] / scale) / forgetting;
  }
  if (!(muscle.p[0][0] <= first_p)) begin(muscle);  // a silent reference would wind it up for ever
}

void ReferenceStage::run(Samples& samples) noexcept {
  double* y = samples.y;
  const std::uint8_t* flags = samples.flags;
  for (std::size_t i = 0; i < samples.rows; ++i, y += lanes_, flags += lanes_) {
    std::copy_backward(u_.begin(), u_.end() - 1, u_.end());
    u_[0] = y[reference_];
    const bool sure = flags[reference_] == sample_good;
    for (std::size_t c = 0; c < muscles_.size(); ++c)
      if (c != reference_ && has_value(flags[c])) push(muscles_[c], y[c], sure && flags[c] == sample_good);
  }
}

}  // namespace myod::dsp
