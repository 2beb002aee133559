#include "dsp/rate_limits.hpp"

#include "dsp/condition/stages.hpp"
#include "dsp/features/table.hpp"
#include "dsp/text.hpp"

namespace myod::dsp {
namespace {

std::string hertz(double hz) { return std::string(Text<32>{}.number(hz, 1).view()) + " Hz"; }

std::string rows_of_the_spectrum() {
  std::string names;
  for (const FeatureRow& row : feature_rows(FrameKind::spectrum))
    if (row.needs_band) names += (names.empty() ? "" : ", ") + std::string(row.name);
  return names;
}

}  // namespace

std::vector<std::string> rate_limits(const ConditionOptions& options, double rate_hz) {
  if (!options.lowpass) return {};
  const double in_use_hz = lowpass_in_use_hz(options, rate_hz);
  if (in_use_hz >= options.lowpass_hz) return {};
  return {"low-pass at " + hertz(in_use_hz) + " instead of " + hertz(options.lowpass_hz) +
              ": the sampling rate carries no more",
          "amplitudes lack what lies above " + hertz(in_use_hz) + ": compare them with those of this rate alone",
          "not of the whole band, so limited:rate: " + rows_of_the_spectrum()};
}

}  // namespace myod::dsp
