// The stage table of conditioning: what happens to a sample between the converter and the features, in order. The
// design (sections), the words for a methods section and the group delay of every stage come from one row.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dsp/kernels/kernels.hpp"
#include "dsp/options.hpp"

namespace myod::dsp {

struct StageRow {
  std::string_view name;
  bool (*enabled)(const ConditionOptions&);
  /// Second-order sections; none for a stage that only marks samples. Throws std::invalid_argument with key and range.
  std::vector<Section> (*design)(const ConditionOptions&, double rate_hz);
  bool warm;  ///< starts as if its first sample had always been there; else from zero
  std::string (*describe)(const ConditionOptions&, double rate_hz);
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

/// Where delays are stated: 100 Hz, the middle of the EMG's power; a quarter of the rate when that is less.
double delay_reference_hz(double rate_hz);

/// The low-pass corner in use: the option, or 0.45 of the rate where the rate cannot carry more (below 900 Hz).
double lowpass_in_use_hz(const ConditionOptions& options, double rate_hz);

}  // namespace myod::dsp
