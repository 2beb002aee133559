#include "dsp/condition/stages.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "dsp/math/sections.hpp"
#include "dsp/text.hpp"

namespace myod::dsp {
namespace {

constexpr double low_rate_hz = 900.0;

std::string number(double v, int decimals = 0) { return std::string(Text<64>{}.number(v, decimals).view()); }

void within(std::string_view key, double value, double low, double high, double rate_hz) {
  if (value > low && value < high) return;
  throw std::invalid_argument(std::string(key) + " = " + number(value, 1) + ": must be above " + number(low, 1) +
                              " and below " + number(high, 1) + " Hz at " + number(rate_hz) + " Hz");
}

std::vector<Section> design_highpass(const ConditionOptions& o, double rate_hz) {
  const double above = o.lowpass ? lowpass_in_use_hz(o, rate_hz) : 0.499 * rate_hz;
  within("condition.highpass_hz", o.highpass_hz, 0.0, above, rate_hz);
  return math::butterworth_highpass(o.highpass_poles, o.highpass_hz, rate_hz);
}

std::vector<Section> design_lowpass(const ConditionOptions& o, double rate_hz) {
  within("condition.lowpass_hz", lowpass_in_use_hz(o, rate_hz), 0.0, 0.499 * rate_hz, rate_hz);
  return math::butterworth_lowpass(o.lowpass_poles, lowpass_in_use_hz(o, rate_hz), rate_hz);
}

constexpr std::array rows{
    StageRow{"integrity", [](const ConditionOptions&) { return true; },
             [](const ConditionOptions&, double) { return std::vector<Section>{}; }, false,
             [](const ConditionOptions&, double) {
               return std::string(
                   "samples that are lost, not finite or beyond 98 % of the converter's range, where it is known, are "
                   "masked");
             }},
    StageRow{"highpass", [](const ConditionOptions& o) { return o.highpass; }, design_highpass, true,
             [](const ConditionOptions& o, double) {
               return "Butterworth high-pass " + number(o.highpass_hz, 1) + " Hz, " + std::to_string(o.highpass_poles) +
                      " poles, causal";
             }},
    StageRow{"lowpass", [](const ConditionOptions& o) { return o.lowpass; }, design_lowpass, false,
             [](const ConditionOptions& o, double rate_hz) {
               const double hz = lowpass_in_use_hz(o, rate_hz);
               return "Butterworth low-pass " + number(hz, 1) + " Hz, " + std::to_string(o.lowpass_poles) +
                      " poles, causal" + (hz < o.lowpass_hz ? " (0.45 of the rate: it cannot carry more)" : "");
             }},
};

}  // namespace

std::span<const StageRow> stage_table() { return rows; }

double delay_reference_hz(double rate_hz) { return std::min(100.0, 0.25 * rate_hz); }

double lowpass_in_use_hz(const ConditionOptions& o, double rate_hz) {
  return rate_hz < low_rate_hz ? std::min(o.lowpass_hz, 0.45 * rate_hz) : o.lowpass_hz;
}

std::vector<StageInfo> describe_stages(const ConditionOptions& options, double rate_hz) {
  std::vector<StageInfo> infos;
  for (const StageRow& row : rows) {
    if (!row.enabled(options)) continue;
    const double delay = math::group_delay_samples(row.design(options, rate_hz), delay_reference_hz(rate_hz), rate_hz);
    infos.push_back({std::string(row.name), row.describe(options, rate_hz), delay / rate_hz});
  }
  return infos;
}

double conditioning_delay_s(const ConditionOptions& options, double rate_hz) {
  double sum = 0.0;
  for (const StageInfo& info : describe_stages(options, rate_hz)) sum += info.delay_s;
  return sum;
}

}  // namespace myod::dsp
