// The stage table of conditioning: what happens to a sample between the converter and the features, in order. The
// stage at work, the words for a methods section and the group delay of every stage come from one row.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dsp/condition/marker.hpp"
#include "dsp/condition/stage.hpp"
#include "dsp/options.hpp"
#include "dsp/stream.hpp"

namespace myod::dsp {

class BlankingStage;

/// Where a stage is to work: `channels` of the `lanes` are in use.
struct StageSite {
  const ConditionOptions& options;
  double rate_hz;
  std::size_t channels, lanes;
  std::size_t reference_lane;     ///< of condition.ecg_reference; `lanes` when there is none
  Marker marker;                  ///< of condition.marker
  const BlankingStage* blanking;  ///< what knows the pulses; nothing when it is off
};

struct StageRow {
  std::string_view name;
  bool (*enabled)(const ConditionOptions&);
  /// Nothing for a stage that only marks samples. Throws std::invalid_argument with key and range.
  std::unique_ptr<Stage> (*make)(const StageSite&);
  /// Group delay at delay_reference_hz(), in samples. Throws as make does.
  double (*delay)(const ConditionOptions&, double rate_hz);
  std::string (*describe)(const ConditionOptions&, double rate_hz);
  bool is_line = false;  ///< its delay is that of a delay line: whole samples, the same at every frequency
};

std::span<const StageRow> stage_table();

struct StageInfo {
  std::string name, text;
  double delay_s = 0.0;  ///< group delay at delay_reference_hz()
};

/// The enabled stages as the stream description tells them.
std::vector<StageInfo> describe_stages(const ConditionOptions& options, double rate_hz);

/// Sum of the group delays at delay_reference_hz().
double conditioning_delay_s(const ConditionOptions& options, double rate_hz);

/// The options in force for a channel, of those of all channels.
inline const ConditionOptions& condition_of(const Channel& channel, const ConditionOptions& all) {
  return channel.condition ? *channel.condition : all;
}

/// Length of all their delay lines.
std::size_t line_samples(const ConditionOptions& options, double rate_hz);

/// The longest delay line among the EMG channels, in samples. The others wait as long, so that a row, a frame and a
/// pair are of one instant; filters' group delays differ and are told channel by channel.
std::size_t longest_line(const Stream& stream, const ConditionOptions& all);

/// The same of a channel of the stream that has these options, its wait for the others included.
std::vector<StageInfo> describe_stages(const Stream& stream, const ConditionOptions& all, const ConditionOptions& own);
double conditioning_delay_s(const Stream& stream, const ConditionOptions& all, const ConditionOptions& own);

/// Where delays are stated: 100 Hz, the middle of the EMG's power; a quarter of the rate when that is less.
double delay_reference_hz(double rate_hz);

/// The high-pass in use: the options, or 30 Hz with 4 poles where condition.ecg needs more.
struct Highpass {
  double hz;
  std::int64_t poles;
};
Highpass highpass_in_use(const ConditionOptions& options);

/// The low-pass corner in use: the option, or 0.45 of the rate where the rate cannot carry more (below 900 Hz).
double lowpass_in_use_hz(const ConditionOptions& options, double rate_hz);

/// RMS of white noise behind the low-pass in use, of noise of 1 before it.
double lowpass_noise_gain(const ConditionOptions& options, double rate_hz);

}  // namespace myod::dsp
