#include "daemon/electrode_watch.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "dsp/math/math.hpp"

namespace myod::daemon {

namespace {

constexpr double current_a = 6e-9, current_hz = 31.2, in_series_ohm = 2200.0;

}  // namespace

ElectrodeWatch::ElectrodeWatch(const sensors::SensorRow& row, const sensors::Setup& setup,
                               std::vector<dsp::Channel> channels)
    : row_(row),
      setup_(setup),
      channels_(std::move(channels)),
      window_(static_cast<std::uint64_t>(std::lround(setup.rate_hz))),
      sums_(setup.channels),
      ohm_(setup.channels, std::numeric_limits<double>::quiet_NaN()) {}

void ElectrodeWatch::add(const sensors::Frame& frame) {
  if (row_.leads_off != nullptr) off_ = row_.leads_off(setup_, frame);
  if (!setup_.lead_off) return;
  const auto n = static_cast<double>(window_), i = static_cast<double>(in_window_);
  const double angle = 2.0 * dsp::math::pi * current_hz / setup_.rate_hz * i;
  const double weight = 1.0 - std::cos(2.0 * dsp::math::pi * (i + 0.5) / n);  // Hann, of mean 1
  for (std::size_t c = 0; c < sums_.size(); ++c) {
    const double uv = (frame.counts[c] - channels_[c].offset) * channels_[c].scale;
    sums_[c].cosine += weight * uv * std::cos(angle);
    sums_[c].sine += weight * uv * std::sin(angle);
  }
  if (++in_window_ < window_) return;
  for (std::size_t c = 0; c < sums_.size(); ++c) {
    const double amplitude_v = 2.0 / n * std::hypot(sums_[c].cosine, sums_[c].sine) * 1e-6;
    ohm_[c] = amplitude_v / current_a - in_series_ohm;
    sums_[c] = {};
  }
  in_window_ = 0;
}

dsp::Text<200> ElectrodeWatch::hint() const {
  dsp::Text<200> text;
  for (std::size_t c = 0; c < ohm_.size(); ++c) {
    const bool said = (off_ >> c & 1U) != 0;
    if (!said && !(ohm_[c] > most_ohm)) continue;
    text << (text.view().empty() ? "electrodes are off or loose: " : ", ") << channels_[c].name;
    if (!said) (text << " (").number(ohm_[c] / 1000.0, 0) << " kOhm)";
  }
  return text;
}

}  // namespace myod::daemon
