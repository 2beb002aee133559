#include "tools/myoctl/ask.hpp"

#include "tools/myoctl/link.hpp"

namespace myod::myoctl {

constexpr std::int64_t patience_ns = 5'000'000'000;

// The streams are described before the status is answered.
Asked ask(const std::string& address) {
  Signals signals;
  Link link(signals, address);
  v1::ClientMessage request;
  request.mutable_status_request();
  link.send(request);
  Asked asked;
  const std::int64_t until = monotonic_ns() + patience_ns;
  while (monotonic_ns() < until) {
    const auto message = link.wait(until);
    if (message && message->has_stream()) asked.streams[message->stream().sensor()] = message->stream();
    if (!message || !message->has_status()) continue;
    asked.status = message->status();
    return asked;
  }
  throw Failure(exit_failed, "myod at " + link.address() + " did not say its status");
}

}  // namespace myod::myoctl
