#include "dsp/detect/threshold_method.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "dsp/detect/quiet_stretch.hpp"
#include "dsp/detect/turn_rules.hpp"
#include "dsp/math/sections.hpp"

namespace myod::dsp {
namespace {

constexpr double settled_share = 0.01;

std::size_t samples(double ms, double rate_hz) {
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(ms * rate_hz / 1000.0)));
}

/// What the methods share: learning, and a threshold that follows the rest level.
class LearnedMethod : public ThresholdMethod {
 public:
  LearnedMethod(double rate_hz, OnsetMethod method, double parameter) : quiet_(rate_hz) {
    baseline_.method = method;
    baseline_.parameter = parameter;
  }

  bool known() const noexcept final { return baseline_.moments[0] > 0.0; }
  double statistic() const noexcept final { return statistic_; }
  OnsetBaseline baseline() const noexcept final { return baseline_; }

  void set_rest(double rest_uv) noexcept final {
    if (rest_uv > 0.0 && std::isfinite(rest_uv)) {
      baseline_.rest_uv = rest_uv;
    } else {
      baseline_.rest_uv = 0.0;
      baseline_.moments = {};
      quiet_.restart();
      statistic_ = 0.0;
    }
    if (known()) settle_threshold();
  }

  void plant(const OnsetBaseline& from) noexcept final {
    if (from.method != baseline_.method || from.parameter != baseline_.parameter) return;
    baseline_ = from;
    if (known()) settle_threshold();
  }

 protected:
  void learn(std::span<const double> numbers) noexcept {
    if (!quiet_.push(numbers)) return;
    baseline_.moments = quiet_.means();
    if (!(baseline_.rest_uv > 0.0)) baseline_.rest_uv = std::sqrt(baseline_.moments[0]);
    settle_threshold();
  }
  /// The rest level in use over that of the moments, squared.
  double power_ratio() const noexcept { return baseline_.rest_uv * baseline_.rest_uv / baseline_.moments[0]; }
  const QuietStretch::Numbers& moments() const noexcept { return baseline_.moments; }
  virtual void settle_threshold() noexcept = 0;

  double statistic_ = 0.0;

 private:
  QuietStretch quiet_;
  OnsetBaseline baseline_;
};

/// hodges_bui, tkeo_dt, lidierth.
class SmoothedMethod final : public LearnedMethod {
 public:
  SmoothedMethod(double rate_hz, const OnsetOptions& o, double threshold, bool energy, double dip_ms)
      : LearnedMethod(rate_hz, o.method, o.smoothing_hz),
        threshold_(threshold),
        energy_(energy),
        rule_(samples(o.run_ms, rate_hz), static_cast<std::size_t>(std::floor(dip_ms * rate_hz / 1000.0))),
        lowpass_(math::butterworth_lowpass(2, o.smoothing_hz, rate_hz)),
        settling_(math::settling_samples(lowpass_, settled_share)),
        unsettled_(settling_) {}

  std::optional<OnsetTurn> push(std::uint64_t index, double y, bool follows) noexcept override {
    neighbours_ = follows ? neighbours_ + 1 : 0;
    const double energy = std::abs(last_ * last_ - before_ * y);
    before_ = last_;
    last_ = y;
    if (energy_ && neighbours_ < 2) return std::nullopt;
    const double smooth = smoothed(energy_ ? energy : std::abs(y));
    if (unsettled_ > 0) {
      --unsettled_;
      return std::nullopt;
    }
    if (!known()) {
      learn(std::array{y * y, smooth, smooth * smooth});
      return std::nullopt;
    }
    statistic_ = (smooth - mean_) / sd_;
    return rule_.push(energy_ ? index - 1 : index, statistic_ > threshold_);  // the energy is that of the sample before
  }

  void look_anew(bool active) noexcept override { rule_.look_anew(active); }

  void restart(bool active) noexcept override {
    rule_.look_anew(active);
    state_ = {};
    unsettled_ = settling_;
    neighbours_ = 0;
  }

 private:
  void settle_threshold() noexcept override {
    const double scale = energy_ ? power_ratio() : std::sqrt(power_ratio());
    const double mean = moments()[1];
    mean_ = scale * mean;
    sd_ = scale * std::sqrt(std::max(0.0, moments()[2] - mean * mean));
  }

  double smoothed(double x) noexcept {
    const Section& s = lowpass_.front();
    const double y = s.b0 * x + state_[0];
    state_[0] = s.b1 * x - s.a1 * y + state_[1];
    state_[1] = s.b2 * x - s.a2 * y;
    return y;
  }

  double threshold_;
  bool energy_;
  RunRule rule_;
  std::vector<Section> lowpass_;  // one section
  std::array<double, 2> state_{};
  std::size_t settling_, unsettled_, neighbours_ = 0;
  double last_ = 0.0, before_ = 0.0;
  double mean_ = 0.0, sd_ = 1.0;
};

class Bonato final : public LearnedMethod {
 public:
  Bonato(double rate_hz, const OnsetOptions& o, double threshold)
      : LearnedMethod(rate_hz, o.method, static_cast<double>(o.whitening_order)),
        threshold_(threshold),
        order_(static_cast<std::size_t>(o.whitening_order)),
        rule_(static_cast<std::size_t>(o.bonato_needed), static_cast<std::size_t>(o.bonato_among)) {}

  std::optional<OnsetTurn> push(std::uint64_t index, double y, bool follows) noexcept override {
    if (!follows) forget();
    std::move_backward(past_.begin(), past_.end() - 1, past_.end());
    past_[0] = y;
    if (neighbours_++ < order_) return std::nullopt;
    if (!known()) {
      QuietStretch::Numbers products{};
      for (std::size_t k = 0; k <= order_; ++k) products.at(k) = y * past_.at(k);
      learn({products.data(), order_ + 1});
      return std::nullopt;
    }
    double white = 0.0;
    for (std::size_t k = 0; k <= order_; ++k) white += model_.at(k) * past_.at(k);
    const double square = white * white;
    if (!half_) {
      half_ = square;
      return std::nullopt;
    }
    statistic_ = (*half_ + square) / variance_;
    half_.reset();
    return rule_.push(index - 1, index + 1, statistic_ > threshold_);
  }

  void look_anew(bool active) noexcept override { rule_.look_anew(active); }

  void restart(bool active) noexcept override {
    rule_.look_anew(active);
    forget();
  }

 private:
  void forget() noexcept {
    neighbours_ = 0;
    half_.reset();
  }

  /// Levinson's recursion. It ends where the estimate allows no stable model of a higher order.
  void settle_threshold() noexcept override {
    const QuietStretch::Numbers& r = moments();
    model_ = {1.0};
    double error = r[0];
    for (std::size_t m = 1; m <= order_; ++m) {
      double sum = 0.0;
      for (std::size_t k = 0; k < m; ++k) sum += model_.at(k) * r.at(m - k);
      const double reflection = -sum / error;
      if (!(std::abs(reflection) < 1.0)) break;
      const auto before = model_;
      for (std::size_t k = 1; k <= m; ++k) model_.at(k) = before.at(k) + reflection * before.at(m - k);
      error *= 1.0 - reflection * reflection;
    }
    variance_ = power_ratio() * error;
  }

  double threshold_;
  std::size_t order_, neighbours_ = 0;
  CountRule rule_;
  QuietStretch::Numbers past_{}, model_{1.0};  // newest first; prediction error filter
  std::optional<double> half_;                 // of a pair
  double variance_ = 1.0;
};

struct MethodRow {
  OnsetMethod method;
  double threshold;  // own one
  std::unique_ptr<ThresholdMethod> (*make)(double rate_hz, const OnsetOptions&, double threshold);
};

using Made = std::unique_ptr<ThresholdMethod>;
constexpr std::array<MethodRow, 4> methods{{
    {OnsetMethod::hodges_bui, 1.9,
     [](double rate, const OnsetOptions& o, double h) -> Made {
       return std::make_unique<SmoothedMethod>(rate, o, h, false, 0.0);
     }},
    {OnsetMethod::tkeo_dt, 2.1,
     [](double rate, const OnsetOptions& o, double h) -> Made {
       return std::make_unique<SmoothedMethod>(rate, o, h, true, 0.0);
     }},
    {OnsetMethod::bonato, 15.0,
     [](double rate, const OnsetOptions& o, double h) -> Made { return std::make_unique<Bonato>(rate, o, h); }},
    {OnsetMethod::lidierth, 2.2,
     [](double rate, const OnsetOptions& o, double h) -> Made {
       return std::make_unique<SmoothedMethod>(rate, o, h, false, o.dip_ms);
     }},
}};

void require(bool good, const std::string& message) {
  if (!good) throw std::invalid_argument(message);
}

}  // namespace

std::unique_ptr<ThresholdMethod> make_threshold_method(double rate_hz, const OnsetOptions& o) {
  const auto row = std::ranges::find(methods, o.method, &MethodRow::method);
  if (row == methods.end()) return nullptr;
  require(o.method == OnsetMethod::bonato || (o.smoothing_hz > 0.0 && o.smoothing_hz < 0.5 * rate_hz),
          "onset.smoothing_hz must be above 0 and below half the rate of " + std::to_string(rate_hz) + " Hz");
  require(o.whitening_order >= 0 && static_cast<std::size_t>(o.whitening_order) < OnsetBaseline::most_moments,
          "onset.whitening_order must be 0..8");
  require(o.bonato_needed >= 1 && o.bonato_needed <= o.bonato_among,
          "onset.bonato_needed must be 1..onset.bonato_among");
  return row->make(rate_hz, o, o.threshold > 0.0 ? o.threshold : row->threshold);
}

}  // namespace myod::dsp
