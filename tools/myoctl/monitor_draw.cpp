#include "tools/myoctl/monitor_draw.hpp"

#include "tools/myoctl/picture.hpp"
#include "tools/myoctl/table.hpp"
#include "tools/myoctl/text.hpp"

namespace myod::myoctl {
namespace {

void add(Picture& picture, const Table& table) {
  bool head = true;
  for (const std::string& line : table.lines()) {
    picture.add(line, head ? Ink::dim : Ink::plain).end_line();
    head = false;
  }
  picture.end_line();
}

void add_head(Picture& picture, const View& view, const v1::Status& status, const std::string& address) {
  picture.add(view.connected ? printable(view.program) : "not connected: " + printable(view.link_reason),
              view.connected ? Ink::strong : Ink::alarm);
  picture.add(" at " + printable(address)).right("q leaves", Ink::dim).end_line();
  picture.add("up " + number(status.uptime_s() / 60.0, 1) + " min, ");
  if (!status.recording_failure().empty())
    picture.add("recording failed: " + printable(status.recording_failure()), Ink::alarm);
  else
    picture.add(status.recording().empty() ? "not recording" : "recording " + printable(status.recording()));
  picture.end_line();
  const std::uint64_t lost = status.results_lost() + status.events_lost() + status.journal_lost();
  picture.add("lost inside: " + counted(status.results_lost(), "result", "results") + ", " +
                  counted(status.events_lost(), "event", "events") + ", " +
                  counted(status.journal_lost(), "entry of the journal", "entries of the journal"),
              lost == 0 ? Ink::plain : Ink::alarm);
  picture.end_line().end_line();
}

Table sensors(const v1::Status& status) {
  Table table({"SENSOR", "KIND", "HZ", "SAMPLES", "LOST", "GAPS", "CORRUPT", "DROPPED", "STATE"}, 2, 7);
  for (const v1::SensorStatus& s : status.sensors())
    table.add({s.name(), s.kind(), number(s.rate_hz(), 1), std::to_string(s.samples()), std::to_string(s.lost()),
               std::to_string(s.gaps()), std::to_string(s.corrupted()), std::to_string(s.dropped_blocks()),
               state_text(s.state(), s.detail()) + (s.hint().empty() ? "" : "; " + s.hint())});
  return table;
}

Table channels(const View& view) {
  Table table({"CHANNEL", "SENSOR", "UV", "%", "REPS", "QUALITY"}, 2, 4);
  for (const SensorView& sensor : view.sensors)
    for (const ChannelView& c : sensor.channels)
      table.add({c.name, sensor.name, amplitude(c.uv), c.has_reference ? number(c.percent, 0) : "–",
                 std::to_string(c.repetitions), c.quality});
  return table;
}

Table clients(const v1::Status& status) {
  Table table({"CLIENT", "ROLE", "PEER", "SENT", "LOST", "WAIT KB", "WAIT MS"}, 3, 6);
  for (const v1::ClientStatus& c : status.clients())
    table.add({c.program(), c.role(), c.peer(), std::to_string(c.sent()), std::to_string(c.lost()),
               number(static_cast<double>(c.queued_bytes()) / 1000.0, 0), number(c.queued_ms(), 0)});
  return table;
}

Table lateness(const LatencyModel& latency) {
  Table table({"LATENCY MS", "FRAMES", "PROCESSED", "99 %", "HERE", "99 %"}, 1, 5);
  for (const auto& [name, row] : latency.rows())
    table.add({name, std::to_string(row->whole.count()), number(row->to_processed.quantile(0.5), 2),
               number(row->to_processed.quantile(0.99), 2), number(row->whole.quantile(0.5), 2),
               number(row->whole.quantile(0.99), 2)});
  return table;
}

}  // namespace

std::string draw_monitor(const View& view, const v1::Status& status, const LatencyModel& latency,
                         const MonitorScreen& screen) {
  Picture picture(screen.width, screen.colour);
  add_head(picture, view, status, screen.address);
  add(picture, sensors(status));
  add(picture, channels(view));
  add(picture, clients(status));
  add(picture, lateness(latency));
  return picture.text(screen.height);
}

}  // namespace myod::myoctl
