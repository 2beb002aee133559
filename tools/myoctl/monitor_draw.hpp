// The screen of `monitor`: the daemon, every sensor, channel and client, what was lost and how late numbers are, as
// text. Pure.
#pragma once

#include <cstddef>
#include <string>

#include "tools/myoctl/latency_model.hpp"
#include "tools/myoctl/watch_model.hpp"

namespace myod::myoctl {

struct MonitorScreen {
  std::size_t width = 80, height = 24;
  bool colour = false;
  std::string address;
};

/// `status` as last told; `latency` of the newest seconds.
std::string draw_monitor(const View& view, const v1::Status& status, const LatencyModel& latency,
                         const MonitorScreen& screen);

}  // namespace myod::myoctl
