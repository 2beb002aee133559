// `latency`: listens for a while to all frames, then says how late they were.
#include "tools/myoctl/commands.hpp"
#include "tools/myoctl/latency_model.hpp"
#include "tools/myoctl/link.hpp"

namespace myod::myoctl {

int run_latency(const std::string& address, double seconds, bool json) {
  Signals signals;
  Link link(signals, address);
  v1::Subscribe wish;
  for (const v1::Kind kind : {v1::KIND_CONTROL, v1::KIND_FEATURES, v1::KIND_SPECTRUM}) wish.add_kinds(kind);
  link.subscribe(wish);
  LatencyModel model;
  const std::int64_t end = monotonic_ns() + static_cast<std::int64_t>(seconds * 1e9);
  while (monotonic_ns() < end)
    if (const auto message = link.wait(end)) model.take(*message, monotonic_ns());
  if (model.empty()) throw Failure(exit_failed, "no frame came: does a sensor stream? (myoctl status)");
  for (const std::string& line : json ? model.json() : model.text()) print_line(line);
  return 0;
}

}  // namespace myod::myoctl
