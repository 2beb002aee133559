// Commands that show what the daemon says: status, sensors and events.
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <sstream>

#include "tools/myoctl/ask.hpp"
#include "tools/myoctl/commands.hpp"
#include "tools/myoctl/gap_digest.hpp"
#include "tools/myoctl/json.hpp"
#include "tools/myoctl/link.hpp"
#include "tools/myoctl/table.hpp"
#include "tools/myoctl/text.hpp"

namespace myod::myoctl {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

void add_time(Json& json, const v1::SensorStatus& s) {
  json.field("drift_ppm", s.drift_ppm()).field("drift_error_ppm", s.drift_error_ppm());
  json.field("time_error_ms", s.time_error_ms());
  json.field("late_p50_ms", s.late_p50_ms()).field("late_p99_ms", s.late_p99_ms());
}

std::string json_line(const v1::SensorStatus& s, const v1::Status& all, const v1::Stream& stream) {
  Json json;
  json.open_object().field("name", s.name()).field("kind", s.kind()).field("port", s.port()).field("state", s.state());
  json.field("detail", s.detail())
      .field("hint", s.hint())
      .field("samples", s.samples())
      .field("lost", s.lost())
      .field("corrupted", s.corrupted());
  json.field("gaps", s.gaps()).field("resyncs", s.resyncs()).field("skipped_bytes", s.skipped_bytes());
  json.field("rate_hz", s.rate_hz()).field("measured_rate_hz", s.measured_rate_hz());
  add_time(json, s);
  json.field("dropped_blocks", s.dropped_blocks()).list("channels", s.channels());
  json.list("limits", stream.limits());
  json.field("recording", all.recording()).field("recording_failure", all.recording_failure());
  json.key("skips").open_object();
  for (const auto& [reason, count] : std::map<std::string, std::uint64_t>(s.skips().begin(), s.skips().end()))
    json.field(reason, count);
  return json.close_object().close_object().text();
}

void add_features(Json& json, std::string_view name, const google::protobuf::RepeatedPtrField<v1::Feature>& features) {
  json.key(name).open_array();
  for (const auto& f : features) {
    json.open_object().field("name", f.name()).field("unit", f.unit()).field("meaning", f.meaning());
    json.field("window_ms", f.window_ms()).field("delay_ms", f.delay_ms()).close_object();
  }
  json.close_array();
}

std::string json_line(const v1::SensorStatus& s, const v1::Stream& stream) {
  Json json;
  json.open_object().field("name", s.name()).field("kind", s.kind()).field("port", s.port()).field("state", s.state());
  json.field("rate_hz", s.rate_hz());
  add_time(json, s);
  json.key("channels").open_array();
  for (const auto& c : stream.channels()) {
    json.open_object()
        .field("name", c.name())
        .field("kind", c.kind())
        .field("muscle", c.muscle())
        .field("side", c.side());
    json.field("unit", c.unit()).field("scale", c.scale()).field("offset", c.offset()).close_object();
  }
  json.close_array().key("conditioning").open_array();
  for (const auto& stage : stream.conditioning())
    json.open_object().field("name", stage.name()).field("delay_ms", stage.delay_ms()).close_object();
  json.close_array();
  add_features(json, "features", stream.features());
  add_features(json, "spectrum", stream.spectrum());
  add_features(json, "control", stream.control());
  json.list("limits", stream.limits()).field("epoch", stream.epoch()).field("config_hash", stream.config_hash());
  return json.close_object().text();
}

std::string duration(double seconds) {
  if (seconds < 120) return number(seconds, 0) + " s";
  return seconds < 7200 ? number(seconds / 60, 0) + " min" : number(seconds / 3600, 1) + " h";
}

std::string rate(double hz) { return number(hz > 0 ? hz : std::nan(""), 0) + " Hz"; }

// Six significant digits, no more zeros than needed.
std::string short_number(double v) {
  std::ostringstream out;
  out << v;
  return out.str();
}

void print_status(const Asked& asked) {
  const v1::Status& status = asked.status;
  print_line("myod " + printable(status.version()) + ", up " + duration(status.uptime_s()) + ", " +
             counted(static_cast<std::uint64_t>(status.clients_size()), "client", "clients") +
             (status.recording().empty() ? ", not recording" : ", recording to " + printable(status.recording())));
  if (!status.recording_failure().empty())
    print_line("THE LAST RECORDING FAILED: " + printable(status.recording_failure()));
  Table table({"sensor", "state", "rate", "samples", "lost", "gaps", "corrupted", "port"}, 2, 6);
  for (const auto& s : status.sensors())
    table.add({s.name(), s.state(), rate(s.rate_hz()), std::to_string(s.samples()), std::to_string(s.lost()),
               std::to_string(s.gaps()), std::to_string(s.corrupted()), s.port()});
  for (const auto& line : table.lines()) print_line(line);
  for (const auto& s : status.sensors())
    if (!s.hint().empty()) print_line(printable(s.name()) + ": " + printable(s.hint()));
  for (const auto& s : status.sensors())
    if (needs_words(s.state(), s.detail())) print_line(printable(s.name()) + ": " + state_text(s.state(), s.detail()));
  for (const auto& [name, stream] : asked.streams)
    for (const auto& limit : stream.limits()) print_line(printable(name) + ": " + printable(limit));
  const auto lost = status.results_lost() + status.events_lost() + status.journal_lost();
  if (lost > 0)
    print_line("lost inside the daemon: " + std::to_string(status.results_lost()) + " results, " +
               std::to_string(status.events_lost()) + " events, " + std::to_string(status.journal_lost()) +
               " of the recording");
}

/// What is known of its time; empty: nothing yet.
std::string time_line(const v1::SensorStatus& s) {
  if (!std::isfinite(s.time_error_ms())) return {};
  std::string text = "  time: within " + number(s.time_error_ms(), 2) + " ms, reads late by " +
                     number(s.late_p50_ms(), 2) + " ms (median) to " + number(s.late_p99_ms(), 1) + " ms (99 %)";
  if (std::isfinite(s.drift_ppm()))
    text += ", clock fast by " + number(s.drift_ppm(), 1) + " ± " + number(s.drift_error_ppm(), 1) + " ppm";
  return text;
}

/// What features delay by beside conditioning: half their window, or their filter.
void print_delays(std::string_view kind, const google::protobuf::RepeatedPtrField<v1::Feature>& features) {
  std::map<double, std::string> names;
  for (const auto& f : features)
    if (f.delay_ms() > 0) names[f.delay_ms()] += (names[f.delay_ms()].empty() ? "" : ", ") + printable(f.name());
  for (const auto& [delay_ms, which] : names)
    print_line("  " + std::string(kind) + " delayed by " + number(delay_ms, 1) + " ms: " + which);
}

void print_sensor(const v1::SensorStatus& s, const v1::Stream& stream) {
  const bool embedded = s.port().empty() || s.port() == "sim:";
  print_line(printable(s.name()) + ": " + printable(s.kind()) +
             (embedded ? ", embedded" : " on " + printable(s.port())) + ", " + rate(s.rate_hz()) + ", " +
             state_text(s.state(), needs_words(s.state(), s.detail()) ? s.detail() : ""));
  if (const std::string time = time_line(s); !time.empty()) print_line(time);
  if (stream.channels().empty()) return print_line("  no channels known yet");
  Table table({"  channel", "kind", "muscle", "side", "unit", "per count"}, 5, 5);
  for (const auto& c : stream.channels())
    table.add(
        {"  " + c.name(), c.kind(), c.muscle(), c.side() == "none" ? "" : c.side(), c.unit(), short_number(c.scale())});
  for (const auto& line : table.lines()) print_line(line);
  for (const auto& stage : stream.conditioning())
    print_line("  conditioning: " + printable(stage.name()) +
               (stage.delay_ms() > 0 ? ", delays by " + number(stage.delay_ms(), 1) + " ms" : ""));
  print_delays("features", stream.features());
  print_delays("spectrum", stream.spectrum());
  print_delays("control", stream.control());
  for (const auto& limit : stream.limits()) print_line("  limit: " + printable(limit));
}

std::string json_line(const v1::Event& e, const std::string& sensor) {
  Json json;
  json.open_object().field("kind", e.kind()).field("channel", e.channel()).field("t_event_s", e.t_event_s());
  json.field("t_decision_s", e.t_decision_s()).field("value", e.value()).field("text", e.text());
  json.field("sensor", sensor).field("epoch", e.epoch()).field("sequence", e.sequence()).field("time_ns", e.time_ns());
  if (e.has_repetition()) {
    const auto& r = e.repetition();
    json.key("repetition")
        .open_object()
        .field("number", r.number())
        .field("start_s", r.start_s())
        .field("end_s", r.end_s());
    json.field("peak_uv", r.peak_uv()).field("peak_ref_pct", r.peak_ref_pct()).field("mean_uv", r.mean_uv());
    json.field("rest_before_s", r.rest_before_s())
        .field("mdf_hz", r.mdf_hz())
        .field("complete", r.complete())
        .close_object();
  }
  return json.close_object().text();
}

std::string columns_of(double t_s, const std::string& kind, const std::string& where) {
  return fit_left(number(t_s, 3) + " s", 12) + "  " + fit(printable(kind), 10) + "  " +
         fit(printable(where), std::max<std::size_t>(columns(where), 10)) + "  ";
}

std::string line(const v1::Event& e, const std::string& sensor) {
  std::string text = columns_of(e.t_event_s(), e.kind(), e.channel().empty() ? sensor : e.channel());
  if (e.has_repetition())
    text += "number " + std::to_string(e.repetition().number()) + ", peak " + amplitude(e.value()) + " uV, ";
  text += printable(e.text());
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

}  // namespace

int run_status(const std::string& address, bool json) {
  auto asked = ask(address);
  if (!json) print_status(asked);
  if (json)
    for (const auto& sensor : asked.status.sensors())
      print_line(json_line(sensor, asked.status, asked.streams[sensor.name()]));
  return 0;
}

int run_sensors(const std::string& address, bool json) {
  auto asked = ask(address);
  for (const auto& sensor : asked.status.sensors()) {
    const auto& stream = asked.streams[sensor.name()];
    if (json) {
      print_line(json_line(sensor, stream));
    } else {
      print_sensor(sensor, stream);
    }
  }
  return 0;
}

int run_events(const std::string& address, bool json) {
  Signals signals;
  Link link(signals, address);
  if (!link.hello().last_disconnect().empty())
    std::fprintf(stderr, "myoctl: the last connection ended: %s\n", printable(link.hello().last_disconnect()).c_str());
  v1::Subscribe subscription;
  subscription.add_kinds(v1::KIND_EVENTS);
  link.subscribe(subscription);
  std::map<std::uint32_t, v1::Stream> streams;
  GapDigest digest;  // for people; programs get every gap
  const auto show_gaps = [&digest](std::int64_t now_ns) {
    for (const auto& gaps : digest.take(now_ns))
      print_line(columns_of(gaps.until_s, "gap", gaps.where) + text_of(gaps));
  };
  try {
    while (true) {
      show_gaps(monotonic_ns());
      const auto message = link.wait(digest.due_ns().value_or(monotonic_ns() + second_ns));
      if (!message) continue;
      if (message->has_stream()) streams[message->stream().stream()] = message->stream();
      if (message->has_events_lost())
        std::fprintf(stderr, "myoctl: %s lost inside the daemon\n",
                     counted(message->events_lost().count(), "event was", "events were").c_str());
      if (!message->has_event()) continue;
      const auto& stream = streams[message->event().stream()];
      if (json)
        print_line(json_line(message->event(), stream.sensor()));
      else if (digest.shows(message->event(), stream.sensor(), stream.rate_hz(), monotonic_ns()))
        print_line(line(message->event(), stream.sensor()));
    }
  } catch (...) {  // however it ends, none is left untold
    show_gaps(std::numeric_limits<std::int64_t>::max());
    throw;
  }
}

}  // namespace myod::myoctl
