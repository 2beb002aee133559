#include "tools/myoctl/process.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iostream>
#include <set>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "config/calibration.hpp"
#include "config/config.hpp"
#include "daemon/record/xdf.hpp"
#include "dsp/pipeline.hpp"
#include "tools/myoctl/csv_sink.hpp"
#include "tools/myoctl/process_csv.hpp"
#include "tools/myoctl/process_replay.hpp"

namespace myod::myoctl {

namespace {

namespace fs = std::filesystem;

constexpr int exit_failed = 1, exit_usage = 2, exit_value = 78;
constexpr std::size_t instants_per_block = 256;
constexpr double lowest_rate_hz = 1.0, highest_rate_hz = 1e6;

/// Arguments that do not go together.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct UnitRow {
  std::string_view word;
  double microvolts;
};
constexpr std::array<UnitRow, 3> units{{{"uV", 1.0}, {"mV", 1e3}, {"V", 1e6}}};

double microvolts_per(const std::string& unit) {
  const auto row = std::ranges::find(units, unit, &UnitRow::word);
  if (row == units.end()) throw std::invalid_argument("--unit " + unit + ": must be uV, mV or V");
  return row->microvolts;
}

bool is_recording(const fs::path& input) {
  std::ifstream in(input, std::ios::binary);
  std::string front(record::xdf::magic.size(), '\0');
  return in.read(front.data(), static_cast<std::streamsize>(front.size())) && front == record::xdf::magic;
}

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

void process_table(const fs::path& input, const fs::path& out, const ProcessArguments& a,
                   const config::Calibration& calibration) {
  config::Configuration options;
  for (const std::string& s : a.set) config::set(options, s);
  config::validate(options);
  CsvTable table(input);
  dsp::Pipeline pipeline(table_stream(table, input, a), options.dsp);
  config::check_channels(calibration, {pipeline.stream()});

  CsvFolder folder(out, 1, a.filtered);
  dsp::Sink& sink = folder.begin(0, pipeline);
  apply_calibration(calibration, 0, pipeline, sink);
  const std::size_t channels = table.names().size();
  std::vector<double> raw(instants_per_block * channels);
  dsp::BlockHead head;
  head.channels = static_cast<std::uint32_t>(channels);
  const std::span<double> room = raw;
  for (bool more = true; more;) {
    head.instants = 0;
    while (head.instants < instants_per_block && (more = table.next(room.subspan(head.instants * channels, channels))))
      ++head.instants;
    if (head.instants == 0) break;
    head.host_time_ns = std::llround(pipeline.stream().seconds(static_cast<double>(head.first_index)) * 1e9);
    pipeline.process({head, room.first(head.instants * channels)}, sink);
    head.first_index += head.instants;
  }
  pipeline.finish(dsp::input_ended, sink);
  if (head.first_index == 0)
    throw std::runtime_error(input.string() +
                             ":1: no samples follow the names of the channels: is this the right file?");
  folder.finish({{0, 0.0}});
  for (const std::string& why : folder.refusals()) std::cerr << input.string() << ": calibration: " << why << "\n";
}

void process_recording(const fs::path& input, const fs::path& out, const ProcessArguments& a,
                       const config::Calibration& calibration) {
  record::JournalReader journal(input);
  std::vector<dsp::Stream> streams;
  for (const record::RecordedStream& s : journal.streams()) streams.push_back(s.description);
  config::check_channels(calibration, streams);

  CsvFolder folder(out, streams.size(), a.filtered);
  std::set<std::uint32_t> calibrated;
  Replay replay(journal.streams(), a.set, input.string(),
                [&](dsp::Pipeline& p, const record::HandOver& why) -> dsp::Sink& {
                  dsp::Sink& sink = folder.begin(why.stream, p);
                  if (calibrated.insert(why.stream).second) apply_calibration(calibration, why.stream, p, sink);
                  return sink;
                });
  while (journal.next(replay)) {
  }
  replay.finish();
  folder.finish(replay.t0_s());
  if (const auto& hole = replay.hole())
    std::cerr << input.string() << ": from " << hole->t_s << " s on the journal has holes (" << hole->text << ", "
              << hole->records << " records): what follows may differ from what was said live\n";
  if (journal.cut()) std::cerr << input.string() << ": the recording has no end; everything in it was processed\n";
  for (const std::string& why : folder.refusals()) std::cerr << input.string() << ": command refused: " << why << "\n";
}

void process_input(const fs::path& input, const fs::path& out, const ProcessArguments& a,
                   const config::Calibration& calibration) {
  if (!fs::exists(input)) throw std::runtime_error(input.string() + ": there is no such file");
  if (fs::is_directory(input)) throw std::runtime_error(input.string() + ": is a folder: name the files in it");
  const std::string kind = input.extension().string();
  if (kind == ".edf" || kind == ".bdf")
    throw std::invalid_argument(input.string() + ": EDF and BDF cannot be read; give CSV or a recording of myod (XDF)");
  if (is_recording(input)) {
    if (a.rate_hz || !a.unit.empty() || a.full_scale_v)
      throw UsageError(input.string() +
                       ": a recording knows its rate, unit and full scale: leave out --rate, --unit, --full-scale");
    return process_recording(input, out, a, calibration);
  }
  if (!a.rate_hz || a.unit.empty()) throw UsageError(input.string() + ": a CSV needs --rate HZ and --unit uV|mV|V");
  process_table(input, out, a, calibration);
}

void check(const ProcessArguments& a) {
  if (a.inputs.empty()) throw UsageError("process: name at least one INPUT");
  if (a.out.empty()) throw UsageError("process: --out DIR is missing");
  if (a.rate_hz && !(*a.rate_hz >= lowest_rate_hz && *a.rate_hz <= highest_rate_hz))
    throw std::invalid_argument("--rate: must be 1..1000000 Hz");
  if (a.full_scale_v && !(*a.full_scale_v > 0.0 && *a.full_scale_v <= 1000.0))
    throw std::invalid_argument("--full-scale: must be above 0 V, up to 1000 V");
  if (!a.unit.empty()) microvolts_per(a.unit);
  std::set<fs::path> stems;
  for (const fs::path& input : a.inputs)
    if (a.inputs.size() > 1 && !stems.insert(input.stem()).second)
      throw UsageError("two inputs are called " + input.stem().string() + ": their results would share a folder");
}

}  // namespace

int run_process(const ProcessArguments& arguments) {
  const auto failed = [](int code, const std::exception& e) {
    std::cerr << "myoctl: " << e.what() << "\n";
    return code;
  };
  try {
    check(arguments);
    const config::Calibration calibration =
        arguments.calibration ? config::read_calibration(*arguments.calibration) : config::Calibration();
    for (const fs::path& input : arguments.inputs)
      process_input(input, arguments.inputs.size() > 1 ? arguments.out / input.stem() : arguments.out, arguments,
                    calibration);
    return 0;
  } catch (const UsageError& e) {
    return failed(exit_usage, e);
  } catch (const std::invalid_argument& e) {
    return failed(exit_value, e);
  } catch (const std::exception& e) {
    return failed(exit_failed, e);
  }
}

}  // namespace myod::myoctl
