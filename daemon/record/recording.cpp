#include "daemon/record/recording.hpp"

#include <algorithm>
#include <bit>
#include <ctime>

#include "daemon/record/journal_text.hpp"
#include "daemon/record/xdf.hpp"

namespace myod::record {

namespace {

constexpr std::int64_t boundary_every_ns = 10'000'000'000;

double seconds(std::int64_t ns) { return static_cast<double>(ns) * 1e-9; }

std::string utc(std::int64_t wall_ns) {
  const std::time_t t = wall_ns / 1'000'000'000;
  std::tm parts{};
  gmtime_r(&t, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

}  // namespace

Recording::Recording(const std::filesystem::path& path, const StartRequest& request, Now now) : file_(path) {
  facts_ = {request.program, request.configuration, now.wall_ns - now.monotonic_ns, utc(now.wall_ns)};
  xdf::put_file_header(file_.buffer(), file_header(facts_));
  for (const RecordedStream& stream : request.streams) add(stream);
  sync(now.monotonic_ns);
}

void Recording::add(const RecordedStream& stream) {
  Sensor& s = sensors_.emplace_back();
  s.what = stream;
  if (durable_.size() <= stream.stream) durable_.resize(stream.stream + 1);
  for (const Part part : {Part::commands, Part::events}) put_header(s, part);
}

Recording::Sensor* Recording::find(std::uint32_t stream) {
  const auto s = std::ranges::find(sensors_, stream, [](const Sensor& x) { return x.what.stream; });
  return s == sensors_.end() ? nullptr : &*s;
}

std::uint32_t Recording::id(const Sensor& s, Part part) const {
  return file_id(static_cast<std::size_t>(&s - sensors_.data()), part);
}

void Recording::put_header(Sensor& s, Part part) {
  s.counts.at(static_cast<std::size_t>(part)).described = true;
  xdf::put_stream_header(file_.buffer(), id(s, part), stream_header(s.what, part, facts_));
}

void Recording::put_samples(Sensor& s, Part part, double time_s, std::span<const double> values, std::size_t columns) {
  if (!s.counts.at(static_cast<std::size_t>(part)).described) put_header(s, part);
  xdf::put_samples(file_.buffer(), id(s, part), time_s, s.what.description.seconds(1.0), values, columns);
}

void Recording::count(Sensor& s, Part part, double first_s, double last_s, std::uint64_t samples) {
  PartCount& c = s.counts.at(static_cast<std::size_t>(part));
  if (c.samples == 0) c.first_s = first_s;
  c.last_s = last_s;
  c.samples += samples;
}

void Recording::put_text(Sensor& s, Part part, std::int64_t time_ns, std::string_view text) {
  xdf::put_sample(file_.buffer(), id(s, part), seconds(time_ns), text);
  count(s, part, seconds(time_ns), seconds(time_ns), 1);
}

void Recording::write(const daemon::RecordView& record) {
  Sensor* s = find(record.head.stream);
  if (s == nullptr || s->cut) return;
  if (record.head.kind == daemon::RecordKind::hand_over)
    s->begun = s->begun || record.as<daemon::HandOverHead>().epoch >= s->what.epoch;
  if (!s->begun) return;
  if (!file_.ok()) {
    ++unwritten_;
    return;
  }
  using Kind = daemon::RecordKind;
  switch (record.head.kind) {
    case Kind::hand_over:
      hand_over(*s, record);
      break;
    case Kind::block:
      block(*s, record);
      break;
    case Kind::command:
      command(*s, record);
      break;
    case Kind::frame:
      frame(*s, record);
      break;
    case Kind::event:
      event(*s, record);
      break;
    case Kind::pair:  // not sent here
      break;
  }
  if (!file_.flush_if_large()) ++unwritten_;
}

void Recording::hand_over(Sensor& s, const daemon::RecordView& record) {
  const auto head = record.as<daemon::HandOverHead>();
  const auto seeds = record.seeds();
  if (seeds.size() != s.what.description.channels.size()) {
    s.cut = true;
    error_ = s.what.description.sensor + ": the number of channels changed, so the recording of this sensor ended; " +
             "stop and start the recording to go on";
    put_text(s, Part::commands, record.head.written_ns, write_text(Loss{0, error_}));
    return;
  }
  put_text(
      s, Part::commands, record.head.written_ns,
      write_text(HandOver{
          head.stream, head.epoch, head.at_index, {seeds.begin(), seeds.end()}, std::string(record.options_text())}));
}

void Recording::block(Sensor& s, const daemon::RecordView& record) {
  const dsp::SampleBlock b = record.block();
  if (b.head.instants == 0) return;
  const double first_s = seconds(b.head.host_time_ns);
  const double last_s = first_s + s.what.description.seconds(static_cast<double>(b.head.instants - 1));
  put_samples(s, Part::raw, first_s, b.raw, b.head.channels);
  count(s, Part::raw, first_s, last_s, b.head.instants);
  const std::array<std::int64_t, block_columns.size()> fields{std::bit_cast<std::int64_t>(b.head.first_index),
                                                              b.head.instants,
                                                              b.head.flags,
                                                              std::bit_cast<std::int64_t>(b.head.device_counter),
                                                              b.head.host_time_ns,
                                                              b.head.uncertainty_ns,
                                                              b.head.arrival_ns};
  if (!s.counts.at(static_cast<std::size_t>(Part::blocks)).described) put_header(s, Part::blocks);
  xdf::put_sample(file_.buffer(), id(s, Part::blocks), first_s, fields);
  count(s, Part::blocks, first_s, first_s, 1);
  s.end_index = b.head.first_index + b.head.instants;
  s.timing.add(b.head, 1.0 / s.what.description.seconds(1.0));
}

void Recording::command(Sensor& s, const daemon::RecordView& record) {
  put_text(s, Part::commands, record.head.written_ns, write_text(record.as<dsp::Command>()));
}

void Recording::frame(Sensor& s, const daemon::RecordView& record) {
  const dsp::FeatureFrame f = record.frame();
  if (f.head.kind == dsp::FrameKind::control) return;  // cut as the blocks were: no result of the samples alone
  row_.clear();
  row_.push_back(static_cast<double>(f.head.end_index));
  row_.insert(row_.end(), f.values.begin(), f.values.end());
  for (const dsp::ChannelStatus& c : f.status) {
    row_.push_back(c.valid_fraction);
    row_.push_back(c.reasons);
    row_.push_back(static_cast<double>(c.grade));
  }
  row_.push_back(static_cast<double>(f.head.first_index));
  row_.push_back(f.head.epoch);
  const Part part = f.head.kind == dsp::FrameKind::spectrum ? Part::spectrum : Part::features;
  const double time_s = seconds(f.head.host_time_ns);
  put_samples(s, part, time_s, row_, row_.size());
  count(s, part, time_s, time_s, 1);
}

void Recording::event(Sensor& s, const daemon::RecordView& record) {
  const auto e = record.as<dsp::Event>();
  const bool with = record.payload.size() >= sizeof e + sizeof(dsp::Repetition);
  const auto repetition = record.array<dsp::Repetition>(sizeof e, with ? 1 : 0);
  put_text(s, Part::events, e.host_time_ns, write_text(e, with ? repetition.data() : nullptr));
}

void Recording::note_loss(std::uint64_t total, std::int64_t now_ns) {
  if (!file_.ok()) return;
  for (Sensor& s : sensors_)
    if (!s.cut)
      put_text(s, Part::commands, now_ns, write_text(Loss{total, "the disk was too slow: records were dropped"}));
}

void Recording::sync(std::int64_t now_ns) {
  if (now_ns - boundary_ns_ >= boundary_every_ns) {
    boundary_ns_ = now_ns;
    xdf::put_boundary(file_.buffer());
    for (const Sensor& s : sensors_)  // time stamps are this machine's own clock: the offset is none
      xdf::put_clock_offset(file_.buffer(), id(s, Part::commands), seconds(now_ns), 0.0);
  }
  if (!file_.sync()) return;
  for (const Sensor& s : sensors_) durable_.at(s.what.stream) = s.end_index;
}

void Recording::finish(std::int64_t now_ns) {
  for (const Sensor& s : sensors_)
    for (std::uint32_t p = 0; p < part_count; ++p) {
      const PartCount& c = s.counts.at(p);
      if (!c.described) continue;
      const double first_s = c.samples == 0 ? seconds(now_ns) : c.first_s;
      xdf::put_stream_footer(file_.buffer(), id(s, Part{p}),
                             stream_footer(first_s, std::max(first_s, c.last_s), c.samples,
                                           Part{p} == Part::blocks ? s.timing.xml() : ""));
    }
  sync(now_ns);
}

}  // namespace myod::record
