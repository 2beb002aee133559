// The daemon's status for Prometheus: names, units and meanings are rows. Counters count since the daemon started.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "myod/v1/myod.pb.h"

namespace myod::serve {

struct MetricInfo {
  std::string_view name, type, labels, meaning;
};
std::vector<MetricInfo> list_metrics();

inline constexpr std::string_view metrics_type = "text/plain; version=0.0.4; charset=utf-8";
/// In the text format of Prometheus.
std::string metrics_text(const v1::Status& status);

}  // namespace myod::serve
