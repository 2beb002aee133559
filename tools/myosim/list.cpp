#include "tools/myosim/list.hpp"

#include <cstdio>
#include <string>

#include "config/value.hpp"
#include "daemon/sensors/sensor.hpp"
#include "dsp/synth/scenario.hpp"

namespace myod::myosim {

void list_text() {
  std::printf("Kinds:\n");
  for (const auto* row : sensors::sensor_table())
    std::printf("  %-10.*s %.*s\n", static_cast<int>(row->name.size()), row->name.data(),
                static_cast<int>(row->title.size()), row->title.data());
  std::printf("Scenarios:\n");
  for (const auto& s : dsp::synth::scenario_table())
    std::printf("  %-10.*s %.*s\n", static_cast<int>(s.name.size()), s.name.data(),
                static_cast<int>(s.description.size()), s.description.data());
}

void list_json() {
  using config::quoted;
  std::string scenarios;
  for (const auto& s : dsp::synth::scenario_table())
    scenarios.append(scenarios.empty() ? "" : ",").append(quoted(s.name));
  for (const auto* row : sensors::sensor_table()) {
    std::printf(
        "{\"name\":%s,\"title\":%s,\"default_rate_hz\":%g,\"min_channels\":%u,\"max_channels\":%u,"
        "\"scenarios\":[%s]}\n",
        quoted(row->name).c_str(), quoted(row->title).c_str(), row->default_rate_hz, row->min_channels,
        row->max_channels, scenarios.c_str());
    std::fflush(stdout);
  }
}

}  // namespace myod::myosim
