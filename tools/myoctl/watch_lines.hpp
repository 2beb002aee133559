// `watch` without a terminal: one channel of one frame, or one pair, as a line, for people or as JSON. Pure.
#pragma once

#include <string>

#include "tools/myoctl/watch_model.hpp"

namespace myod::myoctl {

/// A line of a feature frame: time, channel, uV, % of the reference, state, MDF, quality.
std::string plain_line(const Reading& reading);

/// Every number of the frame under its name in the feature table.
std::string json_line(const Reading& reading);

/// A line of a pair: time, name, what it says.
std::string plain_line(const v1::PairFrame& pair);

/// "symmetry +12 % (uV, same task): left 120 uV, right 95.0 uV": the number with its basis and both amplitudes it is
/// of.
std::string pair_text(const v1::PairFrame& pair);

/// The columns of pairs.csv, `kind` as `pair_kind` beside the kind of message.
std::string json_line(const v1::PairFrame& pair);

}  // namespace myod::myoctl
