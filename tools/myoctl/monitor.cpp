// `monitor`: the whole daemon on one terminal screen, twice a second, until q or the end of the connection.
#include <unistd.h>

#include <cstdlib>

#include "tools/myoctl/commands.hpp"
#include "tools/myoctl/link.hpp"
#include "tools/myoctl/monitor_draw.hpp"
#include "tools/myoctl/terminal.hpp"

namespace myod::myoctl {

int run_monitor(const std::string& address) {
  if (isatty(STDOUT_FILENO) == 0)
    throw Failure(exit_failed, "monitor draws on a terminal: into a pipe go status --json, watch --json and dump");
  constexpr std::int64_t period_ns = 500'000'000, latency_ns = 10'000'000'000;
  Signals signals;
  Link link(signals, address);
  v1::Subscribe wish;
  for (const v1::Kind kind : {v1::KIND_FEATURES, v1::KIND_SPECTRUM, v1::KIND_EVENTS, v1::KIND_STATUS})
    wish.add_kinds(kind);
  link.subscribe(wish);
  WatchModel model({});
  model.connected(link.hello(), monotonic_ns());
  v1::Status status;
  LatencyModel latency;
  const Terminal terminal;
  const char* no_color = std::getenv("NO_COLOR");
  MonitorScreen screen;
  screen.colour = no_color == nullptr || *no_color == '\0';
  screen.address = link.address();
  for (std::int64_t draw_ns = 0, forget_ns = monotonic_ns() + latency_ns;;) {
    const std::int64_t now = monotonic_ns();
    if (now >= draw_ns) {
      screen.width = terminal.width();
      screen.height = terminal.height();
      terminal.show(draw_monitor(model.view(), status, latency, screen));
      draw_ns = now + period_ns;
    }
    if (now >= forget_ns) {
      latency.forget();
      forget_ns = now + latency_ns;
    }
    if (const auto message = link.wait(draw_ns, terminal.keys())) {
      model.take(*message, monotonic_ns());
      latency.take(*message, monotonic_ns());
      if (message->has_status()) status = message->status();
      continue;
    }
    if (terminal.keys() >= 0 && terminal.quit()) return 0;
  }
}

}  // namespace myod::myoctl
