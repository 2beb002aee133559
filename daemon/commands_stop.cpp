// Stop, of stimulation: counted on every control page, and answered when it stands there.
#include <utility>

#include "daemon/commands.hpp"

namespace myod::daemon {

/// Never refused: it needs no room in a ring, no sensor and no role.
void Commands::stop(const v1::Command& command, Answer answer) {
  const auto group = begin(command, std::move(answer), 0.0);
  group->what = "stop of stimulation";
  stops_[stop_all_()] = group;
}

void Commands::stops_written(std::uint64_t count) {
  while (!stops_.empty() && stops_.begin()->first <= count) {
    const auto [number, group] = *stops_.begin();
    stops_.erase(stops_.begin());
    group->reply.set_text("stop " + std::to_string(number) + " stands on every control page");
    close(group);
  }
}

void Commands::give_up_stops(std::int64_t now_ns) {
  while (!stops_.empty() && now_ns > stops_.begin()->second->deadline_ns) {
    const auto group = stops_.begin()->second;
    stops_.erase(stops_.begin());
    group->reply.set_error(v1::ERROR_CODE_FAILED);
    group->reply.set_text("no control page says so, myod hangs: switch the stimulator off");
    close(group);
  }
}

}  // namespace myod::daemon
