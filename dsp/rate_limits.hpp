// What a sampling rate cannot support, in words: which part of the band, and which rows of the feature table that
// concerns. Told with the stream, in the status and in every recording.
#pragma once

#include <string>
#include <vector>

#include "dsp/options.hpp"

namespace myod::dsp {

/// One sentence each; nothing where the rate carries the whole band.
std::vector<std::string> rate_limits(const ConditionOptions& options, double rate_hz);

}  // namespace myod::dsp
