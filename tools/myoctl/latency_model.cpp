#include "tools/myoctl/latency_model.hpp"

#include <algorithm>
#include <limits>

#include "dsp/words.hpp"
#include "tools/myoctl/json.hpp"
#include "tools/myoctl/table.hpp"
#include "tools/myoctl/text.hpp"

namespace myod::myoctl {
namespace {

/// A kind of frame: its word, and its rows in a stream's description.
struct KindRow {
  v1::Kind kind;
  std::string_view word;
  const google::protobuf::RepeatedPtrField<v1::Feature>& (v1::Stream::*features)() const;
};
const std::array<KindRow, 3> kinds{{
    {v1::KIND_CONTROL, dsp::word(dsp::frame_kind_words, dsp::FrameKind::control), &v1::Stream::control},
    {v1::KIND_FEATURES, dsp::word(dsp::frame_kind_words, dsp::FrameKind::amplitude), &v1::Stream::features},
    {v1::KIND_SPECTRUM, dsp::word(dsp::frame_kind_words, dsp::FrameKind::spectrum), &v1::Stream::spectrum},
}};
const KindRow& row_of(v1::Kind kind) { return *std::ranges::find(kinds, kind, &KindRow::kind); }

struct Stage {
  std::string_view name, key;
  Histogram LatencyModel::Row::*times;
};
constexpr std::array<Stage, 3> stages{{{"sample to processed", "sample_to_processed", &LatencyModel::Row::to_processed},
                                       {"processed to here", "processed_to_here", &LatencyModel::Row::to_here},
                                       {"sample to here", "sample_to_here", &LatencyModel::Row::whole}}};
constexpr std::array<std::pair<std::string_view, double>, 4> quantiles{
    {{"median", 0.5}, {"p99", 0.99}, {"p99.9", 0.999}, {"longest", 1.0}}};

double conditioning_ms(const v1::Stream& stream) {
  double sum = 0.0;
  for (const v1::Stage& stage : stream.conditioning()) sum += stage.delay_ms();
  return sum;
}

}  // namespace

double Histogram::quantile(double q) const {
  if (values_.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::vector<double> sorted = values_;
  const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(sorted.size() - 1));
  std::nth_element(sorted.begin(), at, sorted.end());
  return *at;
}

std::array<std::uint64_t, Histogram::bins.size() + 1> Histogram::counts() const {
  std::array<std::uint64_t, bins.size() + 1> counted{};
  for (const double ms : values_)
    ++counted.at(static_cast<std::size_t>(std::lower_bound(bins.begin(), bins.end(), ms) - bins.begin()));
  return counted;
}

void LatencyModel::take(const v1::ServerMessage& message, std::int64_t now_ns) {
  if (message.has_stream()) streams_[message.stream().stream()] = message.stream();
  if (!message.has_frame()) return;
  const v1::Frame& frame = message.frame();
  if (!streams_.contains(frame.stream()) || std::ranges::find(kinds, frame.kind(), &KindRow::kind) == kinds.end())
    return;
  Row& row = rows_[{frame.stream(), frame.kind()}];
  row.to_processed.add(static_cast<double>(frame.written_ns() - frame.last_time_ns()) * 1e-6);
  row.to_here.add(static_cast<double>(now_ns - frame.written_ns()) * 1e-6);
  row.whole.add(static_cast<double>(now_ns - frame.last_time_ns()) * 1e-6);
}

std::vector<std::pair<std::string, const LatencyModel::Row*>> LatencyModel::rows() const {
  std::vector<std::pair<std::string, const Row*>> out;
  for (const auto& [key, row] : rows_)
    out.emplace_back(streams_.at(key.first).sensor() + " " + std::string(row_of(key.second).word), &row);
  return out;
}

std::vector<std::string> LatencyModel::text() const {
  std::vector<std::string> out;
  for (const auto& [key, row] : rows_) {
    const v1::Stream& stream = streams_.at(key.first);
    const KindRow& kind = row_of(key.second);
    out.push_back(printable(stream.sensor()) + ", " + std::string(kind.word) + ": " +
                  counted(row.whole.count(), "frame", "frames"));
    Table table({"  ms", "median", "99 %", "99.9 %", "longest"}, 1, 4);
    for (const Stage& stage : stages) {
      std::vector<std::string> cells{"  " + std::string(stage.name)};
      for (const auto& [word, q] : quantiles) cells.push_back(number((row.*stage.times).quantile(q), 3));
      table.add(cells);
    }
    for (std::string& line : table.lines()) out.push_back(std::move(line));
    const auto counts = row.whole.counts();
    const auto most = static_cast<double>(*std::ranges::max_element(counts));
    for (std::size_t bin = 0; bin < counts.size(); ++bin) {
      if (counts.at(bin) == 0) continue;
      const std::string end = bin < Histogram::bins.size() ? "to " + number(Histogram::bins.at(bin), 2) : "above";
      out.push_back("  " + fit_left(end + " ms", 13) + "  " + bar(static_cast<double>(counts.at(bin)) / most, 40) +
                    " " + std::to_string(counts.at(bin)));
    }
    std::string delays = "  delays of the algorithms, on top: filters " + number(conditioning_ms(stream), 1) + " ms";
    for (const v1::Feature& feature : (stream.*kind.features)())
      if (feature.delay_ms() > 0.0) delays += ", " + printable(feature.name()) + " " + number(feature.delay_ms(), 1);
    for (std::string& line : wrap(delays, 100)) out.push_back(std::move(line));
  }
  return out;
}

std::vector<std::string> LatencyModel::json() const {
  std::vector<std::string> out;
  for (const auto& [key, row] : rows_) {
    const v1::Stream& stream = streams_.at(key.first);
    const KindRow& kind = row_of(key.second);
    Json json;
    json.open_object().field("sensor", stream.sensor()).field("kind", kind.word).field("frames", row.whole.count());
    for (const Stage& stage : stages) {
      json.key(std::string(stage.key) + "_ms").open_object();
      for (const auto& [word, q] : quantiles) json.field(word, (row.*stage.times).quantile(q));
      json.list("up_to_ms", Histogram::bins).list("counts", (row.*stage.times).counts()).close_object();
    }
    json.field("conditioning_delay_ms", conditioning_ms(stream)).key("feature_delay_ms").open_object();
    for (const v1::Feature& feature : (stream.*kind.features)()) json.field(feature.name(), feature.delay_ms());
    out.push_back(json.close_object().close_object().text());
  }
  return out;
}

}  // namespace myod::myoctl
