#include "dsp/condition/stages.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "dsp/condition/blanking.hpp"
#include "dsp/condition/cascade.hpp"
#include "dsp/condition/ecg.hpp"
#include "dsp/condition/mains.hpp"
#include "dsp/condition/mwave.hpp"
#include "dsp/math/math.hpp"
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

std::vector<Section> highpass(const ConditionOptions& o, double rate_hz) {
  const double above = o.lowpass ? lowpass_in_use_hz(o, rate_hz) : 0.499 * rate_hz;
  const auto [hz, poles] = highpass_in_use(o);
  within("condition.highpass_hz", hz, 0.0, above, rate_hz);
  return math::butterworth_highpass(poles, hz, rate_hz);
}

std::vector<Section> lowpass(const ConditionOptions& o, double rate_hz) {
  within("condition.lowpass_hz", lowpass_in_use_hz(o, rate_hz), 0.0, 0.499 * rate_hz, rate_hz);
  return math::butterworth_lowpass(o.lowpass_poles, lowpass_in_use_hz(o, rate_hz), rate_hz);
}

/// `count` at the odd harmonics.
std::vector<Section> notches(const ConditionOptions& o, std::size_t count, double bandwidth_hz, double rate_hz) {
  within("condition.mains_hz", o.mains_hz, 0.0, 0.45 * rate_hz, rate_hz);
  std::vector<Section> sections;
  for (std::size_t h = 0; h < count; ++h)
    sections.push_back(math::notch(static_cast<double>(2 * h + 1) * o.mains_hz, bandwidth_hz, rate_hz).front());
  return sections;
}

std::size_t notch_count(const ConditionOptions& o, double rate_hz) {
  return std::min(mains_harmonics(o.mains_hz, rate_hz), static_cast<std::size_t>(o.notch_harmonic + 1) / 2);
}

std::vector<Section> fixed_notches(const ConditionOptions& o, double rate_hz) {
  return notches(o, notch_count(o, rate_hz), o.mains_bandwidth_hz, rate_hz);
}

double delay_of(const std::vector<Section>& sections, double rate_hz) {
  return math::group_delay_samples(sections, delay_reference_hz(rate_hz), rate_hz);
}

template <auto design, bool warm>
std::unique_ptr<Stage> make_cascade(const StageSite& at) {
  return std::make_unique<CascadeStage>(design(at.options, at.rate_hz), warm, at.channels, at.lanes);
}

template <auto design>
double cascade_delay(const ConditionOptions& o, double rate_hz) {
  return delay_of(design(o, rate_hz), rate_hz);
}

/// What each value of condition.mains does; off has no stage.
struct MainsRow {
  std::unique_ptr<Stage> (*make)(const StageSite&);
  double (*delay)(const ConditionOptions&, double rate_hz);
  std::string (*describe)(const ConditionOptions&, double rate_hz);
};

std::string harmonics_text(const ConditionOptions& o, std::size_t count) {
  std::string text;
  for (std::size_t h = 0; h < count; ++h)
    text += (h == 0 ? "" : ", ") + number(static_cast<double>(2 * h + 1) * o.mains_hz);
  return text + " Hz";
}

std::unique_ptr<Stage> make_mains_canceller(const StageSite& at) {
  if (at.options.mains == Mains::automatic && !MainsDetector::works(at.rate_hz)) return nullptr;
  return std::make_unique<MainsStage>(at.options, at.rate_hz, at.channels, at.lanes);
}

const MainsRow& mains_row(Mains mains) {
  static constexpr std::array mains_rows{
      MainsRow{nullptr, nullptr, nullptr},
      MainsRow{make_mains_canceller, [](const ConditionOptions&, double) { return 0.0; },
               [](const ConditionOptions& o, double rate_hz) -> std::string {
                 if (!MainsDetector::works(rate_hz)) return "mains hum stays: the rate is too low to find it";
                 return "mains hum of " + (o.mains_hz > 0.0 ? number(o.mains_hz) : "50 or 60") +
                        " Hz and its harmonics 3 and 5 taken out by a tracking canceller where it is found and "
                        "disturbs; delay outside the lines below 0.1 ms";
               }},
      MainsRow{make_mains_canceller,
               [](const ConditionOptions& o, double rate_hz) {
                 return delay_of(notches(o, mains_harmonics(o.mains_hz, rate_hz),
                                         mains_step(rate_hz) * rate_hz / math::pi, rate_hz),
                                 rate_hz);
               },
               [](const ConditionOptions& o, double rate_hz) {
                 return "mains hum of " + harmonics_text(o, mains_harmonics(o.mains_hz, rate_hz)) +
                        " taken out by a tracking canceller";
               }},
      MainsRow{make_cascade<fixed_notches, false>, cascade_delay<fixed_notches>,
               [](const ConditionOptions& o, double rate_hz) {
                 return "fixed notches at " + harmonics_text(o, notch_count(o, rate_hz)) + ", " +
                        number(o.mains_bandwidth_hz, 1) + " Hz wide: spectral features are biased";
               }},
      MainsRow{[](const StageSite& at) -> std::unique_ptr<Stage> {
                 return std::make_unique<CombStage>(at.options.mains_hz, at.options.mains_bandwidth_hz, at.rate_hz,
                                                    at.channels, at.lanes);
               },
               [](const ConditionOptions& o, double rate_hz) {
                 return CombStage::delay_samples(o.mains_hz, o.mains_bandwidth_hz, rate_hz);
               },
               [](const ConditionOptions& o, double) {
                 return "comb at every multiple of " + number(o.mains_hz) + " Hz, " + number(o.mains_bandwidth_hz, 1) +
                        " Hz wide: spectral features are biased";
               }},
  };
  return mains_rows.at(static_cast<std::size_t>(mains));
}

double ecg_delay(const ConditionOptions& o, double rate_hz) {
  return o.ecg == Ecg::highpass || o.ecg == Ecg::pattern ? static_cast<double>(BeatStage::delay_samples(rate_hz)) : 0.0;
}

std::string_view mwave_text(Mwave mwave) {
  static constexpr std::array<std::string_view, 5> texts{
      "", "M-wave masked behind each pulse", "mean M-wave taken out, its beginning masked",
      "M-wave taken out by the frame before it (comb)", "M-wave predicted from the six frames before and taken out"};
  return texts.at(static_cast<std::size_t>(mwave));
}

std::string pulses_text(const ConditionOptions& o) {
  if (o.blanking == Blanking::marker) return " at rising edges of channel " + std::string(o.marker.view());
  return o.blanking == Blanking::detect ? " found in the channels together" : "";
}

constexpr std::array rows{
    StageRow{"integrity", [](const ConditionOptions&) { return true; },
             [](const StageSite&) { return std::unique_ptr<Stage>(); },
             [](const ConditionOptions&, double) { return 0.0; },
             [](const ConditionOptions&, double) {
               return std::string(
                   "samples that are lost, not finite or beyond 98 % of the converter's range, where it is known, are "
                   "masked");
             }},
    StageRow{"blanking", [](const ConditionOptions& o) { return o.blanking != Blanking::off; },
             [](const StageSite& at) -> std::unique_ptr<Stage> {
               return std::make_unique<BlankingStage>(at.options, at.rate_hz, at.channels, at.lanes, at.marker);
             },
             [](const ConditionOptions& o, double rate_hz) {
               return static_cast<double>(BlankingStage::delay_samples(o, rate_hz));
             },
             [](const ConditionOptions& o, double) {
               return "stimulus pulses" + pulses_text(o) + " blanked from " + number(o.blanking_before_ms, 1) +
                      " ms before to " + number(o.blanking_after_ms, 1) + " ms after, " +
                      (o.blanking_fill == BlankingFill::linear ? "filled by a straight line" : "last sample held") +
                      ", behind a delay line";
             },
             true},
    StageRow{"highpass",
             [](const ConditionOptions& o) { return o.highpass || (o.ecg != Ecg::off && o.ecg != Ecg::adaptive); },
             make_cascade<highpass, true>, cascade_delay<highpass>,
             [](const ConditionOptions& o, double) {
               const auto [hz, poles] = highpass_in_use(o);
               return "Butterworth high-pass " + number(hz, 1) + " Hz, " + std::to_string(poles) + " poles, causal" +
                      (hz != o.highpass_hz || poles != o.highpass_poles ? " (raised for the ECG)" : "");
             }},
    StageRow{"mains", [](const ConditionOptions& o) { return o.mains != Mains::off; },
             [](const StageSite& at) { return mains_row(at.options.mains).make(at); },
             [](const ConditionOptions& o, double rate_hz) { return mains_row(o.mains).delay(o, rate_hz); },
             [](const ConditionOptions& o, double rate_hz) { return mains_row(o.mains).describe(o, rate_hz); }},
    StageRow{"ecg", [](const ConditionOptions& o) { return o.ecg != Ecg::off; },
             [](const StageSite& at) -> std::unique_ptr<Stage> {
               if (at.options.ecg == Ecg::adaptive)
                 return std::make_unique<ReferenceStage>(at.reference_lane, at.channels, at.lanes);
               return std::make_unique<BeatStage>(at.options.ecg == Ecg::pattern, at.rate_hz, at.channels, at.lanes);
             },
             [](const ConditionOptions& o, double rate_hz) { return ecg_delay(o, rate_hz); },
             [](const ConditionOptions& o, double) {
               if (o.ecg == Ecg::adaptive)
                 return "ECG taken out by recursive least squares from channel " + std::string(o.ecg_reference.view());
               return std::string(o.ecg == Ecg::pattern ? "mean heart beat taken out; " : "") +
                      "60 ms before to 90 ms after a beat hidden from detectors of activity; behind a delay line";
             },
             true},
    StageRow{"mwave", [](const ConditionOptions& o) { return o.mwave != Mwave::off; },
             [](const StageSite& at) -> std::unique_ptr<Stage> {
               if (at.blanking == nullptr)
                 throw std::invalid_argument("condition.mwave: needs condition.blanking, which knows the pulses");
               return std::make_unique<MwaveStage>(at.options, *at.blanking,
                                                   static_cast<std::size_t>(ecg_delay(at.options, at.rate_hz)),
                                                   at.rate_hz, at.channels, at.lanes);
             },
             [](const ConditionOptions&, double) { return 0.0; },
             [](const ConditionOptions& o, double) { return std::string(mwave_text(o.mwave)); }},
    StageRow{"lowpass", [](const ConditionOptions& o) { return o.lowpass; }, make_cascade<lowpass, false>,
             cascade_delay<lowpass>,
             [](const ConditionOptions& o, double rate_hz) {
               const double hz = lowpass_in_use_hz(o, rate_hz);
               return "Butterworth low-pass " + number(hz, 1) + " Hz, " + std::to_string(o.lowpass_poles) +
                      " poles, causal" + (hz < o.lowpass_hz ? " (0.45 of the rate: it cannot carry more)" : "");
             }},
};

}  // namespace

std::span<const StageRow> stage_table() { return rows; }

double delay_reference_hz(double rate_hz) { return std::min(100.0, 0.25 * rate_hz); }

Highpass highpass_in_use(const ConditionOptions& o) {
  if (o.ecg == Ecg::off || o.ecg == Ecg::adaptive) return {o.highpass_hz, o.highpass_poles};
  if (!o.highpass) return {30.0, 4};
  return {std::max(o.highpass_hz, 30.0), std::max<std::int64_t>(o.highpass_poles, 4)};
}

double lowpass_in_use_hz(const ConditionOptions& o, double rate_hz) {
  return rate_hz < low_rate_hz ? std::min(o.lowpass_hz, 0.45 * rate_hz) : o.lowpass_hz;
}

double lowpass_noise_gain(const ConditionOptions& o, double rate_hz) {
  return o.lowpass ? math::noise_gain(lowpass(o, rate_hz)) : 1.0;
}

std::vector<StageInfo> describe_stages(const ConditionOptions& options, double rate_hz) {
  std::vector<StageInfo> infos;
  for (const StageRow& row : rows) {
    if (!row.enabled(options)) continue;
    infos.push_back({std::string(row.name), row.describe(options, rate_hz), row.delay(options, rate_hz) / rate_hz});
  }
  return infos;
}

namespace {

double sum_of_delays(const std::vector<StageInfo>& stages) {
  double sum = 0.0;
  for (const StageInfo& info : stages) sum += info.delay_s;
  return sum;
}

}  // namespace

std::size_t line_samples(const ConditionOptions& options, double rate_hz) {
  double sum = 0.0;
  for (const StageRow& row : rows)
    if (row.is_line && row.enabled(options)) sum += row.delay(options, rate_hz);
  return static_cast<std::size_t>(sum);
}

double conditioning_delay_s(const ConditionOptions& options, double rate_hz) {
  return sum_of_delays(describe_stages(options, rate_hz));
}

std::size_t longest_line(const Stream& stream, const ConditionOptions& all) {
  std::size_t longest = 0;
  for (const Channel& channel : stream.channels)
    if (channel.kind == ChannelKind::emg)
      longest = std::max(longest, line_samples(condition_of(channel, all), stream.rate_hz()));
  return longest;
}

std::vector<StageInfo> describe_stages(const Stream& stream, const ConditionOptions& all, const ConditionOptions& own) {
  auto infos = describe_stages(own, stream.rate_hz());
  const std::size_t longest = longest_line(stream, all), line = line_samples(own, stream.rate_hz());
  if (longest > line)
    infos.push_back({"align", "waits for channels of the sensor with a longer delay line",
                     stream.seconds(static_cast<double>(longest - line))});
  return infos;
}

double conditioning_delay_s(const Stream& stream, const ConditionOptions& all, const ConditionOptions& own) {
  return sum_of_delays(describe_stages(stream, all, own));
}

}  // namespace myod::dsp
