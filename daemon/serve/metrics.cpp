#include "daemon/serve/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>
#include <utility>

namespace myod::serve {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

template <typename Subject>
struct Row {
  std::string_view name;
  MetricType type;
  std::string_view meaning;
  double (*value)(const Subject&);
};

using S = v1::SensorStatus;
constexpr std::array sensor_rows{
    Row<S>{"myod_sensor_streaming", MetricType::Gauge, "1 while the sensor sends samples, else 0",
           [](const S& s) { return s.state() == "streaming" ? 1.0 : 0.0; }},
    Row<S>{"myod_sensor_samples_total", MetricType::Counter, "instants received",
           [](const S& s) { return static_cast<double>(s.samples()); }},
    Row<S>{"myod_sensor_lost_samples_total", MetricType::Counter, "instants the sensor counted that never came",
           [](const S& s) { return static_cast<double>(s.lost()); }},
    Row<S>{"myod_sensor_gaps_total", MetricType::Counter, "stretches of lost samples",
           [](const S& s) { return static_cast<double>(s.gaps()); }},
    Row<S>{"myod_sensor_corrupted_frames_total", MetricType::Counter, "frames that did not hold their checksum",
           [](const S& s) { return static_cast<double>(s.corrupted()); }},
    Row<S>{"myod_sensor_resyncs_total", MetricType::Counter, "times the beginning of a frame had to be sought",
           [](const S& s) { return static_cast<double>(s.resyncs()); }},
    Row<S>{"myod_sensor_skipped_bytes_total", MetricType::Counter, "bytes that belong to no frame",
           [](const S& s) { return static_cast<double>(s.skipped_bytes()); }},
    Row<S>{"myod_sensor_dropped_blocks_total", MetricType::Counter, "blocks the dsp thread was too slow for",
           [](const S& s) { return static_cast<double>(s.dropped_blocks()); }},
    Row<S>{"myod_sensor_rate_hertz", MetricType::Gauge, "sampling rate as configured",
           [](const S& s) { return s.rate_hz(); }},
    Row<S>{"myod_sensor_measured_rate_hertz", MetricType::Gauge, "sampling rate by this machine's clock, once known",
           [](const S& s) { return s.measured_rate_hz(); }},
    Row<S>{"myod_sensor_drift_ratio", MetricType::Gauge, "by which the sensor's clock is fast, by this machine's",
           [](const S& s) { return s.drift_ppm() * 1e-6; }},
    Row<S>{"myod_sensor_drift_error_ratio", MetricType::Gauge, "by which that may be wrong",
           [](const S& s) { return s.drift_error_ppm() * 1e-6; }},
    Row<S>{"myod_sensor_time_error_seconds", MetricType::Gauge,
           "by which times of samples may be wrong, but for the least delay of the line",
           [](const S& s) { return s.time_error_ms() * 1e-3; }},
    Row<S>{"myod_sensor_late_median_seconds", MetricType::Gauge, "by which half of recent reads came later than that",
           [](const S& s) { return s.late_p50_ms() * 1e-3; }},
    Row<S>{"myod_sensor_late_p99_seconds", MetricType::Gauge, "by which 1 % of recent reads came later than that",
           [](const S& s) { return s.late_p99_ms() * 1e-3; }},
};

using D = v1::Status;
constexpr std::array daemon_rows{
    Row<D>{"myod_uptime_seconds", MetricType::Gauge, "since the daemon started",
           [](const D& d) { return d.uptime_s(); }},
    Row<D>{"myod_results_lost_total", MetricType::Counter, "frames the serve thread was too slow for",
           [](const D& d) { return static_cast<double>(d.results_lost()); }},
    Row<D>{"myod_events_lost_total", MetricType::Counter, "events the serve thread was too slow for",
           [](const D& d) { return static_cast<double>(d.events_lost()); }},
    Row<D>{"myod_journal_lost_total", MetricType::Counter, "records the disk was too slow for",
           [](const D& d) { return static_cast<double>(d.journal_lost()); }},
    Row<D>{"myod_recording", MetricType::Gauge, "1 while a recording is written, else 0",
           [](const D& d) { return d.recording().empty() ? 0.0 : 1.0; }},
    Row<D>{"myod_recording_failed", MetricType::Gauge, "1 from a recording's failure until the next one starts",
           [](const D& d) { return d.recording_failure().empty() ? 0.0 : 1.0; }},
    Row<D>{"myod_clients_total", MetricType::Counter, "clients that said Hello",
           [](const D& d) { return static_cast<double>(d.clients_served()); }},
    Row<D>{"myod_client_messages_total", MetricType::Counter, "frames and events handed to clients",
           [](const D& d) { return static_cast<double>(d.messages_sent()); }},
    Row<D>{"myod_client_lost_frames_total", MetricType::Counter, "frames that clients were too slow for",
           [](const D& d) { return static_cast<double>(d.frames_lost()); }},
    Row<D>{"myod_client_queue_bytes", MetricType::Gauge, "what waits for all clients",
           [](const D& d) {
             double bytes = 0.0;
             for (const auto& client : d.clients()) bytes += static_cast<double>(client.queued_bytes());
             return bytes;
           }},
};

constexpr MetricInfo clients_info{"myod_clients", "gauge", "role", "clients connected"};
constexpr MetricInfo build_info{"myod_build_info", "gauge", "version", "1; the version is its label"};

std::string_view word(MetricType type) { return type == MetricType::Counter ? "counter" : "gauge"; }

ClientMetric sample(MetricType type, double value, Labels labels) {
  ClientMetric m;
  m.label = std::move(labels);
  (type == MetricType::Counter ? m.counter.value : m.gauge.value) = value;
  return m;
}

MetricFamily family(const MetricInfo& info, MetricType type) {
  return {std::string(info.name), std::string(info.meaning), type, {}};
}

template <typename Subject>
MetricInfo info(const Row<Subject>& row, std::string_view labels) {
  return {row.name, word(row.type), labels, row.meaning};
}

}  // namespace

std::vector<MetricInfo> list_metrics() {
  std::vector<MetricInfo> all;
  all.reserve(sensor_rows.size() + daemon_rows.size() + 2);
  for (const auto& row : sensor_rows) all.push_back(info(row, "sensor"));
  for (const auto& row : daemon_rows) all.push_back(info(row, ""));
  all.push_back(clients_info);
  all.push_back(build_info);
  return all;
}

std::string metrics_text(const v1::Status& status) {
  std::vector<MetricFamily> families;
  for (const auto& row : sensor_rows) {
    MetricFamily& f = families.emplace_back(family(info(row, "sensor"), row.type));
    f.metric.reserve(static_cast<std::size_t>(status.sensors_size()));
    for (const S& sensor : status.sensors())
      if (const double value = row.value(sensor); std::isfinite(value))  // what is not known is not told
        f.metric.push_back(sample(row.type, value, {{"sensor", sensor.name()}}));
  }
  for (const auto& row : daemon_rows)
    families.emplace_back(family(info(row, ""), row.type)).metric = {sample(row.type, row.value(status), {})};
  MetricFamily& clients = families.emplace_back(family(clients_info, MetricType::Gauge));
  for (const std::string role : {"viewer", "operator"}) {
    const auto count = std::count_if(status.clients().begin(), status.clients().end(),
                                     [&role](const auto& client) { return client.role() == role; });
    clients.metric.push_back(sample(MetricType::Gauge, static_cast<double>(count), {{"role", role}}));
  }
  families.emplace_back(family(build_info, MetricType::Gauge)).metric = {
      sample(MetricType::Gauge, 1.0, {{"version", status.version()}})};
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families);
  return out.str();
}

}  // namespace myod::serve
