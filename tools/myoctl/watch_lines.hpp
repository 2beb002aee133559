// `watch` without a terminal: one channel of one frame as a line, for people or as JSON. Pure.
#pragma once

#include <string>

#include "tools/myoctl/watch_model.hpp"

namespace myod::myoctl {

/// A line of a feature frame: time, channel, uV, % of the reference, state, MDF, quality.
std::string plain_line(const Reading& reading);

/// Every number of the frame under its name in the feature table.
std::string json_line(const Reading& reading);

}  // namespace myod::myoctl
