#include "tools/myoctl/process_input.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "daemon/record/xdf.hpp"
#include "dsp/condition/stages.hpp"
#include "dsp/pipeline.hpp"
#include "tools/myoctl/csv_sink.hpp"
#include "tools/myoctl/process_csv.hpp"
#include "tools/myoctl/process_replay.hpp"
#include "tools/myoctl/read_ahead.hpp"
#include "tools/myoctl/told.hpp"

namespace myod::myoctl {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t instants_per_block = 2048;

struct UnitRow {
  std::string_view word;
  double microvolts;
};
constexpr std::array<UnitRow, 3> units{{{"uV", 1.0}, {"mV", 1e3}, {"V", 1e6}}};

void apply_calibration(const config::Calibration& calibration, std::uint32_t stream, dsp::Pipeline& pipeline,
                       dsp::Sink& sink) {
  for (const dsp::Command& c : config::calibration_commands(calibration, pipeline.stream(), stream))
    pipeline.apply(c, sink);
}

dsp::Stream table_stream(const CsvTable& table, const fs::path& input, const ProcessArguments& a) {
  dsp::Stream stream;
  stream.sensor = input.stem().string();
  stream.rate_mhz = static_cast<std::uint64_t>(std::llround(*a.rate_hz * 1000.0));
  dsp::Channel channel;
  channel.scale = microvolts_per(a.unit);
  channel.step_known = false;
  if (a.full_scale_v) {
    channel.rail_high = *a.full_scale_v * 1e6 / channel.scale;
    channel.rail_low = -channel.rail_high;
  }
  for (const std::string& name : table.names()) {
    channel.name = name;
    stream.channels.push_back(channel);
  }
  return stream;
}

bool blanks_by_events(const dsp::Pipeline& pipeline) {
  const auto by_events = [&](const dsp::Channel& channel) {
    return channel.kind == dsp::ChannelKind::emg &&
           dsp::condition_of(channel, pipeline.options().condition).blanking == dsp::Blanking::events;
  };
  return std::ranges::any_of(pipeline.stream().channels, by_events);
}

constexpr std::string_view no_events_told =
    "condition.blanking = events, but no stimulus was told: nothing was blanked; detect finds pulses in the signal";

void finish(CsvFolder& folder, const std::map<std::uint32_t, StreamArrivals>& came, ProcessSummary& summary) {
  if (std::ranges::all_of(came, [](const auto& of_stream) { return of_stream.second.instants == 0; }))
    throw std::invalid_argument(summary.input.string() + ": no samples in it: is this the right file?");
  folder.finish(came, summary);
}

/// Three threads: one reads numbers, one has the pipeline, this one writes.
void process_table(const fs::path& input, const fs::path& out, const ProcessArguments& a,
                   const config::Calibration& calibration, ProcessSummary& summary) {
  if (!a.rate_hz || a.unit.empty()) throw UsageError(input.string() + ": a CSV needs --rate HZ and --unit uV|mV|V");
  config::Configuration options;
  for (const std::string& s : a.set) config::set(options, s);
  config::validate(options);
  CsvTable table(input);
  dsp::Stream stream = table_stream(table, input, a);
  config::check_channels(options, {stream});
  config::condition_channels(options, stream);
  dsp::Pipeline pipeline(std::move(stream), options.dsp);
  config::check_channels(calibration, {pipeline.stream()});
  config::check_pairs(options, {pipeline.stream()});

  CsvFolder folder(out, 1, a.filtered);
  dsp::Sink& sink = folder.begin(0, pipeline, config::pair_names(options));
  apply_calibration(calibration, 0, pipeline, sink);
  const std::size_t channels = table.names().size();
  ReadAhead<std::vector<double>> rows([&](std::vector<double>& raw) {
    raw.resize(instants_per_block * channels);
    std::size_t filled = 0;
    while (filled < raw.size() && table.next(std::span(raw).subspan(filled, channels))) filled += channels;
    raw.resize(filled);
    return filled > 0;
  });
  dsp::BlockHead head;
  head.channels = static_cast<std::uint32_t>(channels);
  bool ended = false;
  ReadAhead<Told> results([&](Told& told) {
    if (ended) return false;
    told.begin(sink.wants_conditioned());
    const std::vector<double>* raw = rows.next();
    ended = raw == nullptr;
    if (ended) {
      pipeline.finish(dsp::input_ended, told);
      return true;
    }
    head.instants = static_cast<std::uint32_t>(raw->size() / channels);
    head.host_time_ns = std::llround(pipeline.stream().seconds(static_cast<double>(head.first_index)) * 1e9);
    pipeline.process({head, *raw}, told);
    head.first_index += head.instants;
    return true;
  });
  while (const Told* told = results.next()) told->tell(sink);
  if (blanks_by_events(pipeline)) summary.notes.emplace_back(no_events_told);  // a table holds none
  finish(folder, {{0, {0.0, head.first_index}}}, summary);
}

void process_recording(const fs::path& input, const fs::path& out, const ProcessArguments& a,
                       const config::Calibration& calibration, ProcessSummary& summary) {
  if (a.rate_hz || !a.unit.empty() || a.full_scale_v)
    throw UsageError(input.string() +
                     ": a recording knows its rate, unit and full scale: leave out --rate, --unit, --full-scale");
  record::JournalReader journal(input);
  std::vector<dsp::Stream> streams;
  for (const record::RecordedStream& s : journal.streams()) streams.push_back(s.description);
  config::check_channels(calibration, streams);

  CsvFolder folder(out, streams.size(), a.filtered);
  std::set<std::uint32_t> calibrated;
  bool by_events = false;
  Replay replay(journal.streams(), a.set, input.string(),
                [&](dsp::Pipeline& p, const record::HandOver& why, const config::Configuration& options) -> dsp::Sink& {
                  dsp::Sink& sink = folder.begin(why.stream, p, config::pair_names(options));
                  by_events = by_events || blanks_by_events(p);
                  if (calibrated.insert(why.stream).second) apply_calibration(calibration, why.stream, p, sink);
                  return sink;
                });
  while (journal.next(replay)) {
  }
  replay.finish();
  if (const auto& hole = replay.hole())
    summary.notes.push_back("from " + csv_number(hole->t_s) + " s on the journal has holes (" + hole->text + ", " +
                            std::to_string(hole->records) +
                            " records): what follows may differ from what was said live");
  if (by_events && !replay.stimulated()) summary.notes.emplace_back(no_events_told);
  if (journal.cut()) summary.notes.emplace_back("the recording has no end; everything in it was processed");
  finish(folder, replay.came(), summary);
}

void refuse_edf(const fs::path& input, const fs::path&, const ProcessArguments&, const config::Calibration&,
                ProcessSummary&) {
  throw std::invalid_argument(input.string() + ": EDF and BDF cannot be read; give CSV or a recording of myod (XDF)");
}

/// What begins so, or is called so, is of that kind. What is of none is a CSV.
struct KindRow {
  std::string_view extension, magic, name;
  void (*process)(const fs::path&, const fs::path&, const ProcessArguments&, const config::Calibration&,
                  ProcessSummary&);
};
constexpr std::array<KindRow, 3> kinds{{{".xdf", record::xdf::magic, "recording (XDF)", process_recording},
                                        {".edf", "0       ", "EDF", refuse_edf},
                                        {".bdf",
                                         "\xFF"
                                         "BIOSEMI",
                                         "BDF", refuse_edf}}};
constexpr std::size_t looked_at = 512;

std::string front_of(const fs::path& input) {
  std::ifstream in(input, std::ios::binary);
  if (!in) throw std::runtime_error(input.string() + ": cannot be read");
  std::string front(looked_at, '\0');
  in.read(front.data(), looked_at);
  front.resize(static_cast<std::size_t>(in.gcount()));
  return front;
}

}  // namespace

double microvolts_per(const std::string& unit) {
  const auto row = std::ranges::find(units, unit, &UnitRow::word);
  if (row == units.end()) throw std::invalid_argument("--unit " + unit + ": must be uV, mV or V");
  return row->microvolts;
}

ProcessSummary process_input(const fs::path& input, const fs::path& out, const ProcessArguments& a,
                             const config::Calibration& calibration) {
  if (!fs::exists(input)) throw std::runtime_error(input.string() + ": there is no such file");
  if (fs::is_directory(input)) throw std::runtime_error(input.string() + ": is a folder: name the files in it");
  ProcessSummary summary;
  summary.input = input;
  const std::string front = front_of(input);
  auto kind = std::ranges::find_if(kinds, [&](const KindRow& k) { return front.starts_with(k.magic); });
  if (kind == kinds.end()) {
    kind = std::ranges::find(kinds, input.extension().string(), &KindRow::extension);
    if (kind != kinds.end() && kind->process != refuse_edf)
      throw std::runtime_error(
          input.string() + ": is no " + std::string(kind->name) + ": " +
          (front.empty() ? "the file is empty" : "it does not begin with \"" + std::string(kind->magic) + "\""));
  }
  if (kind != kinds.end()) {
    kind->process(input, out, a, calibration, summary);
    return summary;
  }
  if (front.find('\0') != std::string::npos)
    throw std::runtime_error(input.string() + ": is neither a recording (XDF) nor text: it has zero bytes in it");
  process_table(input, out, a, calibration, summary);
  return summary;
}

}  // namespace myod::myoctl
