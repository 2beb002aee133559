#include "daemon/record/headers.hpp"

#include <charconv>

#include "daemon/record/journal_text.hpp"
#include "daemon/record/xml.hpp"
#include "dsp/features/table.hpp"
#include "dsp/words.hpp"

namespace myod::record {

namespace {

constexpr std::string_view declaration = "<?xml version=\"1.0\"?>\n";
constexpr std::string_view purpose =
    "Not a medical device: for research and training, not for diagnosis, treatment decisions or monitoring.";

struct PartRow {
  std::string_view type, format;
};
constexpr std::array<PartRow, part_count> part_rows{{{"EMG", "double64"},
                                                     {"Misc", "int64"},
                                                     {"Markers", "string"},
                                                     {"Features", "double64"},
                                                     {"Features", "double64"},
                                                     {"Markers", "string"}}};

std::string column(std::string_view label, std::string_view unit) {
  return xml::parent("channel", xml::element("label", label) + xml::element("unit", unit));
}

std::string raw_columns(const dsp::Stream& stream) {
  std::string out;
  for (const dsp::Channel& c : stream.channels)
    out += xml::parent("channel", xml::element("label", c.name) + xml::element("unit", "counts") +
                                      xml::element("type", dsp::word(dsp::channel_kind_words, c.kind)));
  return out;
}

std::string frame_column_list(const dsp::Stream& stream, dsp::FrameKind kind) {
  std::string out = column("end_index", "samples");
  for (const dsp::Channel& c : stream.channels)
    for (const dsp::FeatureRow& row : dsp::feature_rows(kind))
      out += column(c.name + "." + std::string(row.name), row.unit);
  for (const dsp::Channel& c : stream.channels)
    out += column(c.name + ".valid_fraction", "1") + column(c.name + ".reasons", "bits") +
           column(c.name + ".grade", "0..3");
  return out + column("first_index", "samples") + column("epoch", "");
}

std::string column_list(const dsp::Stream& stream, Part part) {
  switch (part) {
    case Part::raw:
      return raw_columns(stream);
    case Part::features:
      return frame_column_list(stream, dsp::FrameKind::amplitude);
    case Part::spectrum:
      return frame_column_list(stream, dsp::FrameKind::spectrum);
    case Part::commands:
      return column("entry", "");
    case Part::events:
      return column("event", "");
    case Part::blocks:
      break;
  }
  std::string out;
  for (const std::string_view name : block_columns) out += column(name, name.ends_with("_ns") ? "ns" : "");
  return out;
}

std::size_t column_count(const dsp::Stream& stream, Part part) {
  const std::size_t channels = stream.channels.size();
  switch (part) {
    case Part::raw:
      return channels;
    case Part::blocks:
      return block_columns.size();
    case Part::features:
      return frame_columns(channels, dsp::feature_rows(dsp::FrameKind::amplitude).size());
    case Part::spectrum:
      return frame_columns(channels, dsp::feature_rows(dsp::FrameKind::spectrum).size());
    case Part::commands:
    case Part::events:
      break;
  }
  return 1;
}

/// The stream with every bit of its numbers: what a replay builds its pipeline from.
std::string describe(const RecordedStream& s) {
  std::string channels;
  for (const dsp::Channel& c : s.description.channels)
    channels += xml::parent(
        "input", xml::element("name", c.name) + xml::element("kind", dsp::word(dsp::channel_kind_words, c.kind)) +
                     xml::element("muscle", c.muscle) + xml::element("side", dsp::word(dsp::side_words, c.side)) +
                     xml::element("unit", c.unit) + xml::element("scale", hex(c.scale)) +
                     xml::element("offset", hex(c.offset)) + xml::element("rail_low", hex(c.rail_low)) +
                     xml::element("rail_high", hex(c.rail_high)));
  std::string limits;
  for (const std::string& limit : s.limits) limits += xml::parent("limit", xml::element("text", limit));
  return xml::element("sensor", s.description.sensor) + xml::element("stream", std::to_string(s.stream)) +
         xml::element("epoch", std::to_string(s.epoch)) +
         xml::element("rate_mhz", std::to_string(s.description.rate_mhz)) + xml::parent("inputs", channels) +
         (limits.empty() ? "" : xml::parent("limits", limits));
}

template <typename T>
T integer(std::string_view xml, std::string_view name) {
  const std::string s = xml::text(xml, name);
  T v{};
  std::from_chars(s.data(), s.data() + s.size(), v);
  return v;
}

std::optional<dsp::Channel> read_channel(std::string_view xml) {
  dsp::Channel c;
  c.name = xml::text(xml, "name");
  c.muscle = xml::text(xml, "muscle");
  c.unit = xml::text(xml, "unit");
  const auto kind = dsp::from_word<dsp::ChannelKind>(dsp::channel_kind_words, xml::text(xml, "kind"));
  const auto side = dsp::from_word<dsp::Side>(dsp::side_words, xml::text(xml, "side"));
  const auto scale = parse_hex(xml::text(xml, "scale")), offset = parse_hex(xml::text(xml, "offset"));
  const auto low = parse_hex(xml::text(xml, "rail_low")), high = parse_hex(xml::text(xml, "rail_high"));
  if (!kind || !side || !scale || !offset || !low || !high) return std::nullopt;
  c.kind = *kind;
  c.side = *side;
  c.scale = *scale;
  c.offset = *offset;
  c.rail_low = *low;
  c.rail_high = *high;
  return c;
}

}  // namespace

std::string file_header(const FileFacts& facts) {
  return std::string(declaration) +
         xml::parent("info", xml::element("version", "1.0") + xml::element("datetime", facts.datetime) +
                                 xml::element("program", facts.program) + xml::element("purpose", purpose));
}

// The rate of every stream is 0, irregular: with another one readers draw a straight line through all time stamps, and
// samples beside a gap move by as much as a quarter of a second. Every sample has its own stamp instead.
std::string stream_header(const RecordedStream& s, Part part, const FileFacts& facts) {
  const PartRow& row = part_rows.at(static_cast<std::size_t>(part));
  const std::string name = s.description.sensor + "." + std::string(dsp::word(part_words, part));
  const std::string rate = std::to_string(s.description.rate_mhz / 1000) + "." +
                           std::to_string(1000 + s.description.rate_mhz % 1000).substr(1);
  const std::string myod = xml::element("part", dsp::word(part_words, part)) + xml::element("program", facts.program) +
                           xml::element("purpose", purpose) +
                           xml::element("wall_minus_monotonic_ns", std::to_string(facts.wall_minus_monotonic_ns)) +
                           describe(s) +
                           (part == Part::commands ? xml::element("configuration", facts.configuration) : "");
  const std::string desc = xml::parent("channels", column_list(s.description, part)) +
                           (part == Part::raw ? xml::element("nominal_rate_hz", rate) : "") + xml::parent("myod", myod);
  return std::string(declaration) +
         xml::parent("info", xml::element("name", name) + xml::element("type", row.type) +
                                 xml::element("channel_count", std::to_string(column_count(s.description, part))) +
                                 xml::element("nominal_srate", "0") + xml::element("channel_format", row.format) +
                                 xml::element("source_id", "myod." + name) + xml::parent("desc", desc));
}

std::string stream_footer(double first_s, double last_s, std::uint64_t samples, std::string_view more) {
  const auto fixed = [](double v) {
    char buffer[400];
    return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, v, std::chars_format::fixed, 9).ptr);
  };
  return std::string(declaration) + xml::parent("info", xml::element("first_timestamp", fixed(first_s)) +
                                                            xml::element("last_timestamp", fixed(last_s)) +
                                                            xml::element("sample_count", std::to_string(samples)) +
                                                            xml::parent("clock_offsets", "") + std::string(more));
}

std::optional<ReadHeader> read_header(std::string_view xml) {
  const auto myod = xml::inside(xml, "myod");
  if (!myod) return std::nullopt;
  ReadHeader h;
  const auto part = dsp::from_word<Part>(part_words, xml::text(*myod, "part"));
  if (!part) return std::nullopt;
  h.part = *part;
  h.columns = integer<std::size_t>(xml, "channel_count");
  h.facts.program = xml::text(*myod, "program");
  h.facts.configuration = xml::text(*myod, "configuration");
  h.facts.wall_minus_monotonic_ns = integer<std::int64_t>(*myod, "wall_minus_monotonic_ns");
  h.stream.stream = integer<std::uint32_t>(*myod, "stream");
  h.stream.epoch = integer<std::uint32_t>(*myod, "epoch");
  h.stream.description.sensor = xml::text(*myod, "sensor");
  h.stream.description.rate_mhz = integer<std::uint64_t>(*myod, "rate_mhz");
  std::string_view inputs = xml::inside(*myod, "inputs").value_or("");
  while (const auto input = xml::take(inputs, "input")) {
    auto channel = read_channel(*input);
    if (!channel) return std::nullopt;
    h.stream.description.channels.push_back(std::move(*channel));
  }
  std::string_view limits = xml::inside(*myod, "limits").value_or("");
  while (const auto limit = xml::take(limits, "limit")) h.stream.limits.push_back(xml::text(*limit, "text"));
  return h;
}

}  // namespace myod::record
