#include "dsp/synth/pool.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace myod::dsp::synth {

namespace {

/// Units differ in more than size: distance to the electrode, fibre diameter, place of the end-plates.
constexpr double amplitude_scatter = 0.3, width_scatter = 0.15;
/// Larger units have thicker, faster fibres: their potentials are narrower by this much over the pool.
constexpr double width_fall = 0.3;

}  // namespace

MotorPool::MotorPool(double rate_hz, const PoolOptions& options, std::uint64_t seed)
    : options_(options), seconds_per_sample_(1.0 / rate_hz), random_(seed), units_(options.units) {
  const auto& table = PotentialTable::instance();
  const double n = std::max(1.0, static_cast<double>(options.units) - 1.0);
  double power = 0.0, widest = 0.0;
  for (std::uint32_t i = 0; i < options.units; ++i) {
    Unit& unit = units_[i];
    const double size = static_cast<double>(i) / n;
    unit.threshold = options.last_threshold * math::exp((size - 1.0) * math::log(options.recruitment_range));
    unit.peak_rate_hz = options.peak_rate_hz - options.peak_rate_fall_hz * size;
    const double amplitude =
        math::exp(size * math::log(options.amplitude_range) + amplitude_scatter * random_.normal());
    const double angle = 2.0 * math::pi * random_.uniform();
    unit.first = amplitude * math::cos(angle);
    unit.second = amplitude * math::sin(angle);
    const double scatter = math::exp(width_scatter * std::clamp(random_.normal(), -2.5, 2.5));
    const double lambda_s = 1e-3 * options.lambda_ms * scatter * (1.0 + width_fall * (0.5 - size));
    unit.lambda_samples = lambda_s * rate_hz;
    widest = std::max(widest, unit.lambda_samples);
    power += this->rate_hz(i, 1.0) * table.energy(unit.first, unit.second) * lambda_s;
  }
  // Campbell's theorem: the power of a train of potentials is rate x energy. It sets the scale at full effort.
  const double scale = options.max_rms_uv / std::sqrt(power);
  for (Unit& unit : units_) {
    unit.first *= scale;
    unit.second *= scale;
  }
  const double longest = 2.0 * PotentialTable::half_width * widest / min_velocity;
  ahead_.assign(std::bit_ceil(static_cast<std::size_t>(longest) + 4), 0.0);
}

double MotorPool::rate_hz(std::uint32_t unit, double excitation) const noexcept {
  const Unit& u = units_[unit];
  return std::min(u.peak_rate_hz, options_.min_rate_hz + options_.rate_gain_hz * (excitation - u.threshold));
}

double MotorPool::interval() noexcept { return std::max(0.3, 1.0 + options_.interval_cv * random_.normal()); }

void MotorPool::fire(const Unit& unit, double samples_ago, double velocity) noexcept {
  ++firings_;
  const auto& table = PotentialTable::instance();
  const double step = velocity / unit.lambda_samples;
  const std::size_t mask = ahead_.size() - 1;
  double x = samples_ago * step - PotentialTable::half_width;
  std::size_t i = position_;
  while (x < PotentialTable::half_width) {
    ahead_[i++ & mask] += table.at(x, unit.first, unit.second);
    x += step;
  }
}

double MotorPool::step(double excitation, double velocity) noexcept {
  const double v = std::clamp(velocity, min_velocity, 1.5);
  const auto units = static_cast<std::uint32_t>(units_.size());
  for (; recruited_ < units && units_[recruited_].threshold <= excitation; ++recruited_) {
    Unit& unit = units_[recruited_];
    unit.next = interval();
    // A recruited neuron is at its firing threshold. Only the first fires at once: a step of excitation would otherwise
    // make the whole pool fire in one sample.
    unit.phase = recruited_ == 0 ? unit.next : unit.next * random_.uniform();
  }
  while (recruited_ > 0 && units_[recruited_ - 1].threshold > excitation) --recruited_;

  for (std::uint32_t i = 0; i < recruited_; ++i) {
    Unit& unit = units_[i];
    const double intervals_per_sample = rate_hz(i, excitation) * seconds_per_sample_;
    while (unit.phase >= unit.next) {
      unit.phase -= unit.next;
      unit.next = interval();
      fire(unit, std::min(1.0, unit.phase / intervals_per_sample), v);
    }
    unit.phase += intervals_per_sample;
  }
  const double emg_uv = ahead_[position_];
  ahead_[position_] = 0.0;
  position_ = (position_ + 1) & (ahead_.size() - 1);
  return emg_uv;
}

}  // namespace myod::dsp::synth
