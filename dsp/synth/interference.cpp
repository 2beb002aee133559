#include "dsp/synth/interference.hpp"

#include <array>
#include <cmath>

#include "dsp/math/math.hpp"

namespace myod::dsp::synth {

namespace {

constexpr double drift_period_s = 60.0;
constexpr double motion_every_s = 4.0, motion_decay_s = 0.4;
constexpr double beat_length_s = 0.5;  // fits below the shortest interval, so beats never overlap
constexpr double rr_variability = 0.04;

struct Harmonic {
  double multiple, amplitude;
};
constexpr std::array<Harmonic, 5> harmonics{{{1, 1.0}, {2, 0.05}, {3, 0.3}, {5, 0.15}, {7, 0.05}}};

/// The waves of a heart beat as bells: centre and width in seconds, height relative to R.
struct Wave {
  double centre_s, width_s, height;
};
constexpr std::array<Wave, 5> beat_waves{
    {{0.060, 0.018, 0.12}, {0.145, 0.006, -0.15}, {0.165, 0.009, 1.0}, {0.190, 0.007, -0.25}, {0.380, 0.040, 0.25}}};

double bell(double x) { return math::exp(-0.5 * x * x); }
double fraction(double x) { return x - std::floor(x); }

}  // namespace

Interference::Interference(double rate_hz, const InterferenceOptions& options, std::uint64_t seed)
    : options_(options), rate_hz_(rate_hz), noise_(seed, 1), events_(seed, 2) {
  beat_.resize(static_cast<std::size_t>(beat_length_s * rate_hz) + 1);
  for (std::size_t i = 0; i < beat_.size(); ++i)
    for (const Wave& w : beat_waves)
      beat_[i] += w.height * bell((static_cast<double>(i) / rate_hz - w.centre_s) / w.width_s);
  beat_period_ = rate_hz * 60.0 / options.heart_per_min;
  motion_in_ = rate_hz * motion_every_s * (0.5 + events_.uniform());
}

double Interference::mains() const noexcept {
  const double turns = fraction(options_.mains_hz * static_cast<double>(index_) / rate_hz_);
  double sum = 0.0;
  for (const Harmonic& h : harmonics) sum += h.amplitude * math::sin(2.0 * math::pi * fraction(h.multiple * turns));
  return options_.mains_uv * sum;
}

double Interference::ecg() noexcept {
  const auto i = static_cast<std::size_t>(beat_position_);
  const double value = i < beat_.size() ? beat_[i] : 0.0;
  beat_position_ += 1.0;
  if (beat_position_ >= beat_period_) {
    beat_position_ -= beat_period_;
    beat_period_ = rate_hz_ * 60.0 / options_.heart_per_min * (1.0 + rr_variability * events_.normal());
  }
  return options_.ecg_uv * value;
}

double Interference::motion() noexcept {
  motion_in_ -= 1.0;
  if (motion_in_ <= 0.0) {
    motion_in_ += rate_hz_ * motion_every_s * (0.5 + events_.uniform());
    motion_size_ = options_.motion_uv * (0.3 + 0.7 * events_.uniform()) * (events_.uniform() < 0.5 ? -1.0 : 1.0);
    motion_hz_ = 1.0 + 6.0 * events_.uniform();
    motion_age_s_ = 0.0;
  }
  const double swing = math::sin(2.0 * math::pi * fraction(motion_hz_ * motion_age_s_));
  const double value = motion_size_ * math::exp(-motion_age_s_ / motion_decay_s) * swing;
  motion_age_s_ += 1.0 / rate_hz_;
  return value;
}

double Interference::step() noexcept {
  double sum = options_.offset_uv + options_.noise_uv * noise_.normal();
  if (options_.drift_uv != 0.0)
    sum += options_.drift_uv *
           math::sin(2.0 * math::pi * fraction(static_cast<double>(index_) / (rate_hz_ * drift_period_s)));
  if (options_.mains_uv != 0.0) sum += mains();
  if (options_.ecg_uv != 0.0) sum += ecg();
  if (options_.motion_uv != 0.0) sum += motion();
  ++index_;
  return sum;
}

}  // namespace myod::dsp::synth
