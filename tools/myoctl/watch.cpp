// `watch`: the input and output around watch_model and watch_draw. On a terminal a picture at the rate asked for, that
// outlives the connection and reconnects; else one line per frame and channel, that ends with the connection.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <memory>

#include "tools/myoctl/commands.hpp"
#include "tools/myoctl/link.hpp"
#include "tools/myoctl/terminal.hpp"
#include "tools/myoctl/text.hpp"
#include "tools/myoctl/watch_draw.hpp"
#include "tools/myoctl/watch_lines.hpp"
#include "tools/myoctl/watch_model.hpp"

namespace myod::myoctl {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

// A channel that no sensor has told yet cannot be subscribed to: then everything is, and the model picks.
v1::Subscribe subscription(const WatchArguments& arguments, const WatchModel& model, const v1::ServerHello& hello) {
  v1::Subscribe subscribe;
  for (const v1::Kind kind : {v1::KIND_FEATURES, v1::KIND_SPECTRUM, v1::KIND_EVENTS, v1::KIND_STATUS})
    subscribe.add_kinds(kind);
  if (std::ranges::count(hello.features(), "pairs") != 0) subscribe.add_kinds(v1::KIND_PAIRS);
  if (model.knows_all_wanted())
    for (const auto& name : arguments.channels) subscribe.add_channels(name);
  subscribe.set_max_rate_hz(arguments.rate_hz);
  return subscribe;
}

// Connected, subscribed, and sure that the channels asked for exist (as far as the sensors have told).
std::unique_ptr<Link> begin(Signals& signals, const std::string& address, const WatchArguments& arguments,
                            WatchModel& model) {
  auto link = std::make_unique<Link>(signals, address);
  model.connected(link->hello(), monotonic_ns());
  v1::ClientMessage request;
  request.mutable_status_request();
  link->send(request);
  const std::int64_t until = monotonic_ns() + 2 * second_ns;
  while (monotonic_ns() < until) {
    const auto message = link->wait(until);
    if (message) model.take(*message, monotonic_ns());
    if (message && message->has_status()) break;
  }
  if (const auto unknown = model.unknown_channel(); !unknown.empty()) throw Failure(exit_wrong_value, unknown);
  link->subscribe(subscription(arguments, model, link->hello()));
  return link;
}

std::int64_t local_offset_ns() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return (now + local.tm_gmtoff) * second_ns - monotonic_ns();
}

int draw_until_quit(Signals& signals, const std::string& address, const WatchArguments& arguments, WatchModel& model,
                    std::unique_ptr<Link> link) {
  const Terminal terminal;
  const char* no_color = std::getenv("NO_COLOR");
  Window window;
  window.colour = no_color == nullptr || *no_color == '\0';
  window.local_offset_ns = local_offset_ns();
  window.address = link->address();
  const auto period_ns = static_cast<std::int64_t>(1e9 / arguments.rate_hz);
  std::int64_t draw_ns = monotonic_ns(), retry_ns = 0;
  while (true) {
    const std::int64_t now = monotonic_ns();
    if (now >= draw_ns) {
      window.width = terminal.width();
      window.height = terminal.height();
      window.now_ns = now;
      terminal.show(draw(model.view(), window));
      draw_ns = now + period_ns;
    }
    try {
      if (!link && now >= retry_ns) {
        retry_ns = now + second_ns;
        link = begin(signals, address, arguments, model);
        window.address = link->address();
      }
      if (link) {
        if (const auto message = link->wait(draw_ns, terminal.keys())) {
          model.take(*message, monotonic_ns());
          continue;
        }
      } else {
        signals.wait(draw_ns, -1, terminal.keys());
      }
    } catch (const Failure& failure) {
      link.reset();
      model.disconnected(failure.what(), monotonic_ns());
      retry_ns = monotonic_ns() + second_ns;
    }
    if (terminal.keys() >= 0 && terminal.quit()) return 0;
  }
}

// Why no lines come, on stderr, once per change.
void say_states(const View& view, std::map<std::string, std::string>& said) {
  for (const auto& sensor : view.sensors) {
    if (sensor.state.empty()) continue;
    const std::string text = needs_words(sensor.state, sensor.detail) ? state_text(sensor.state, sensor.detail) : "";
    std::string& before = said[sensor.name];
    if (before == text) continue;
    std::fprintf(stderr, "myoctl: %s: %s\n", printable(sensor.name).c_str(), text.empty() ? "streaming" : text.c_str());
    before = text;
  }
}

int print_until_ended(const WatchArguments& arguments, WatchModel& model, Link& link) {
  std::map<std::string, std::string> said;
  while (true) {
    say_states(model.view(), said);
    const auto message = link.wait(monotonic_ns() + second_ns);
    if (!message) continue;
    model.take(*message, monotonic_ns());
    if (message->has_pair() && model.wants(message->pair()))
      print_line(arguments.json ? json_line(message->pair()) : plain_line(message->pair()));
    if (!message->has_frame()) continue;
    if (!arguments.json && message->frame().kind() != v1::KIND_FEATURES) continue;
    for (const auto& reading : model.readings(message->frame()))
      print_line(arguments.json ? json_line(reading) : plain_line(reading));
  }
}

}  // namespace

int run_watch(const std::string& address, const WatchArguments& arguments) {
  if (arguments.raw)
    throw Failure(exit_wrong_value, "--raw: samples are not in this version of the wire; watch without it");
  Signals signals;
  WatchModel model(arguments.channels);
  auto link = begin(signals, address, arguments, model);
  if (!arguments.json && isatty(STDOUT_FILENO) != 0)
    return draw_until_quit(signals, address, arguments, model, std::move(link));
  return print_until_ended(arguments, model, *link);
}

}  // namespace myod::myoctl
