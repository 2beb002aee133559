// Live equals offline, on the real programs: what a client was told while a recording ran is what the recording holds
// and what is computed from it again, to the last bit, across lost samples, calibrations and a changed configuration.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>

#include "daemon/record/journal_reader.hpp"
#include "dsp/features/table.hpp"
#include "proto/convert.hpp"
#include "tests/daemon/program/rig.hpp"
#include "tools/client/client.hpp"
#include "tools/myoctl/process_replay.hpp"

namespace myod::test {
namespace {

/// A client that is told everything, and listens while other things are done.
class Live {
 public:
  explicit Live(const Daemon& daemon) : daemon_(daemon), client_(daemon.address(), "offline_test 1") {
    v1::Subscribe all;
    for (const v1::Kind kind :
         {v1::KIND_FEATURES, v1::KIND_SPECTRUM, v1::KIND_CONTROL, v1::KIND_EVENTS, v1::KIND_PAIRS})
      all.add_kinds(kind);
    client_.subscribe(all);
  }

  void until(const std::function<bool()>& enough) {
    while (!enough()) {
      const auto message = client_.receive(std::chrono::milliseconds(20));
      if (!message) continue;
      if (message->has_frame()) frames.push_back(message->frame());
      if (message->has_event()) events.push_back(message->event());
      if (message->has_pair()) pairs.push_back(message->pair());
      if (message->has_loss() || message->has_events_lost()) ++losses;
    }
  }
  /// Runs myoctl to its end.
  Finished ctl(Words words) {
    Process process(daemon_.ctl_words(std::move(words)));
    Finished finished;
    until([&] {
      finished.code = process.wait(std::chrono::milliseconds(1)).value_or(-1);
      return finished.code != -1;
    });
    while (const auto line = process.line(std::chrono::milliseconds(1))) finished.out += *line;
    finished.err = process.errors();
    return finished;
  }
  /// The simulated muscle works and rests in turn: a trial that falls into the wrong time is refused, so try again.
  bool calibrated(const Words& words) {
    for (int i = 0; i < 20; ++i)
      if (ctl(words).code == 0) return true;
    return false;
  }
  std::ptrdiff_t count(const std::string& kind) const { return std::ranges::count(events, kind, &v1::Event::kind); }

  std::vector<v1::Frame> frames;
  std::vector<v1::Event> events;
  std::vector<v1::PairFrame> pairs;
  int losses = 0;

 private:
  const Daemon& daemon_;
  client::Client client_;
};

/// What a journal holds or a pipeline says, in doubles, and as it would go over the wire.
struct Said final : dsp::Sink, record::JournalHandler {
  void frame(const dsp::FeatureFrame& f) override {
    frames.push_back(proto::convert(f, stream.rate_hz(), 0, 0));
    if (f.head.kind == dsp::FrameKind::control) return;
    std::vector<std::uint64_t> bits{static_cast<std::uint64_t>(f.head.kind), f.head.first_index, f.head.end_index,
                                    f.head.epoch};
    for (const double v : f.values) bits.push_back(std::bit_cast<std::uint64_t>(v));
    for (const dsp::ChannelStatus& s : f.status)
      bits.insert(bits.end(), {std::bit_cast<std::uint64_t>(s.valid_fraction), std::uint64_t{s.reasons},
                               static_cast<std::uint64_t>(s.grade)});
    frame_bits.push_back(std::move(bits));
    auto& numbers = f.head.kind == dsp::FrameKind::amplitude ? amplitudes : spectra;
    const auto rows = dsp::feature_rows(f.head.kind);
    for (std::size_t i = 0; i < f.values.size(); ++i)
      if (rows[i % rows.size()].name != "jasa") numbers.push_back(f.values[i]);  // a word in the files
  }
  void event(const dsp::Event& e, const dsp::Repetition* r) override {
    const std::string channel =
        e.channel == dsp::all_channels ? "" : stream.channels.at(static_cast<std::size_t>(e.channel)).name;
    events.push_back(proto::convert(e, r, channel, 0));
  }
  void result(const dsp::CommandResult& r) override { results += r.done ? 1 : 0; }
  void block(const dsp::SampleBlock& b) override { end_index = b.head.first_index + b.head.instants; }
  void loss(std::uint32_t, const record::Loss&) override { ++losses; }

  dsp::Stream stream;
  std::vector<v1::Frame> frames;
  std::vector<v1::Event> events;
  std::vector<std::vector<std::uint64_t>> frame_bits;
  std::vector<double> amplitudes, spectra;
  std::uint64_t end_index = 0;
  int results = 0, losses = 0;
};

std::string name_of(const v1::Frame& f) {
  return "frame of kind " + std::to_string(f.kind()) + " that ends at " + std::to_string(f.end_index()) + ", epoch " +
         std::to_string(f.epoch());
}
std::string name_of(const v1::Event& e) { return e.kind() + " of " + std::to_string(e.t_event_s()) + " s"; }

/// The bytes on the wire but for what only the live daemon can say: the count, and when it was written.
std::string bytes_of(v1::Frame f) {
  f.clear_sequence();
  f.clear_written_ns();
  return f.SerializeAsString();
}
std::string bytes_of(v1::Event e) {
  e.clear_sequence();
  return e.SerializeAsString();
}

/// Live has gone on after the recording stopped: only its beginning is to be found again.
template <typename Message>
void expect_begins_with(const std::vector<Message>& live, const std::vector<Message>& again) {
  ASSERT_GE(live.size(), again.size());
  for (std::size_t i = 0; i < again.size(); ++i)
    ASSERT_EQ(bytes_of(live[i]), bytes_of(again[i])) << i << ": " << name_of(live[i]) << " | " << name_of(again[i]);
}

template <typename Message>
void expect_counted_without_a_hole(const std::vector<Message>& live) {
  for (std::size_t i = 1; i < live.size(); ++i) ASSERT_EQ(live[i].sequence(), live[i - 1].sequence() + 1) << i;
}

/// Some columns of files of results that have a row for the same thing each, row by row.
std::vector<double> numbers_of(const std::vector<std::string>& files, const std::vector<std::string>& names) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& file : files) {
    auto more = read_fields(file);
    rows.resize(std::max(rows.size(), more.size()));
    for (std::size_t row = 0; row < more.size(); ++row)
      rows[row].insert(rows[row].end(), more[row].begin(), more[row].end());
  }
  std::vector<double> numbers;
  for (std::size_t row = 1; row < rows.size(); ++row)
    for (const std::string& name : names) {
      const auto column = std::ranges::find(rows.at(0), name) - rows.at(0).begin();
      const std::string& text = rows[row].at(static_cast<std::size_t>(column));
      numbers.push_back(text.empty() ? std::numeric_limits<double>::quiet_NaN() : std::strtod(text.c_str(), nullptr));
    }
  return numbers;
}

std::vector<std::string> names_of(dsp::FrameKind kind) {
  std::vector<std::string> names;
  for (const dsp::FeatureRow& row : dsp::feature_rows(kind))
    if (row.name != "jasa") names.emplace_back(row.name);
  return names;
}

/// One NaN is as good as another in a file of text.
void expect_same_numbers(const std::vector<double>& a, const std::vector<double>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    ASSERT_TRUE(std::bit_cast<std::uint64_t>(a[i]) == std::bit_cast<std::uint64_t>(b[i]) ||
                (std::isnan(a[i]) && std::isnan(b[i])))
        << i << ": " << a[i] << " " << b[i];
}

TEST(LiveEqualsOffline, BitForBitAcrossGapsCalibrationsMarksPulsesAndAChangedConfiguration) {
  const TemporaryFolder folder;
  Process sensor(
      simulator(folder, "sim", {"--channels", "2", "--drop", "0.0005", "--corrupt", "0.0002", "--seed", "11"}));
  ASSERT_TRUE(sensor.line());
  const std::string pair = R"(pair=[{first="left", second="right"}])";
  Daemon daemon(folder, {"--sensor", "sim@" + (folder / "tty"), "--set", "sensor.sim.rate_hz=1000", "--set", pair,
                         "--set", "condition.blanking=events"});
  ASSERT_TRUE(daemon.becomes("state", "streaming"));

  Live live(daemon);
  live.until([&] { return !live.frames.empty(); });
  const std::string channel = "left";
  const Finished started = live.ctl({"record", "start", "--subject", "S01"});
  ASSERT_EQ(started.code, 0) << started.err;
  EXPECT_TRUE(live.calibrated({"calibrate", "rest", "--seconds", "1", channel}));
  EXPECT_TRUE(live.calibrated({"calibrate", "reference", "--seconds", "2", channel}));
  EXPECT_EQ(live.ctl({"mark", "half time, \"so far\""}).code, 0);
  EXPECT_EQ(live.ctl({"configure", "condition.highpass_hz=30.1", "features.window_ms=190"}).code, 0);
  EXPECT_EQ(live.ctl({"stimulus", "--pulses", "40", "--period", "33.3"}).code, 0);
  const Finished late = live.ctl({"stimulus", "--at", "0.5", "--sensor", "sim"});
  EXPECT_EQ(late.code, 0) << late.err;
  EXPECT_NE(late.out.find("too late to blank: windows are void"), std::string::npos) << late.out;
  EXPECT_EQ(live.ctl({"stimulus", "--at", "0.5", "--sensor", "leg"}).code, 78);
  const auto repetitions = live.count("repetition"), gaps = live.count("gap");
  live.until([&] { return live.count("repetition") > repetitions + 1 && live.count("gap") > gaps; });
  EXPECT_EQ(live.ctl({"record", "stop"}).code, 0);
  const std::string& path = started.out;

  record::JournalReader reader(path);
  Said recorded, replayed;
  recorded.stream = replayed.stream = reader.streams().at(0).description;
  while (reader.next(recorded)) {
  }
  EXPECT_FALSE(reader.cut());
  EXPECT_EQ(recorded.losses, 0);
  ASSERT_FALSE(recorded.frames.empty());
  // What the recorded samples gave has been told when a frame ends beyond them; control frames follow the last
  // recorded.
  live.until([&] { return live.frames.back().end_index() > recorded.end_index; });

  record::JournalReader journal(path);
  myoctl::Replay replay(
      journal.streams(), {}, path,
      [&](dsp::Pipeline&, const record::HandOver&, const config::Configuration&) -> dsp::Sink& { return replayed; });
  while (journal.next(replay)) {
  }
  EXPECT_FALSE(replay.hole());
  EXPECT_GE(replayed.results, 5);
  EXPECT_EQ(live.count("stimulus"), 2);

  // Recorded and computed again: doubles.
  ASSERT_EQ(recorded.frame_bits.size(), replayed.frame_bits.size());
  for (std::size_t i = 0; i < recorded.frame_bits.size(); ++i)
    ASSERT_EQ(recorded.frame_bits[i], replayed.frame_bits[i]) << i;

  // Told and computed again: all kinds of frames, events in all their fields, times included.
  const std::uint32_t epoch = reader.streams().at(0).epoch;
  const auto before = [&](const auto& message) { return message.epoch() < epoch; };
  EXPECT_EQ(live.losses, 0);
  expect_counted_without_a_hole(live.frames);
  expect_counted_without_a_hole(live.events);
  std::erase_if(live.frames, before);
  std::erase_if(live.events, before);
  expect_begins_with(live.frames, replayed.frames);
  expect_begins_with(live.events, replayed.events);
  EXPECT_GT(std::ranges::count(replayed.frames, epoch + 1, &v1::Frame::epoch), 100);

  // And the program that people use for it.
  const Finished processed = run({program("myoctl"), "process", path, "--out", folder / "out"});
  ASSERT_EQ(processed.code, 0) << processed.err;
  EXPECT_EQ(processed.err.find("holes"), std::string::npos) << processed.err;  // refused trials are said again
  expect_same_numbers(numbers_of({folder / "out/amplitude.csv"}, names_of(dsp::FrameKind::amplitude)),
                      recorded.amplitudes);
  expect_same_numbers(
      numbers_of({folder / "out/spectrum.csv", folder / "out/trend.csv"}, names_of(dsp::FrameKind::spectrum)),
      recorded.spectra);
  std::vector<double> told;
  for (std::size_t i = 0; i < recorded.events.size(); ++i)
    told.insert(told.end(), {live.events[i].t_event_s(), live.events[i].t_decision_s(), live.events[i].value()});
  const std::vector<std::string> columns{"t_s", "symmetry_pct", "valid", "first_uv", "second_uv", "first_pct"};
  const auto pairs = numbers_of({folder / "out/pairs.csv"}, columns);
  ASSERT_GT(pairs.size(), 50 * columns.size());
  std::vector<double> live_pairs;
  for (const v1::PairFrame& p : live.pairs)
    if (!live_pairs.empty() || p.t_s() == pairs[0])
      live_pairs.insert(live_pairs.end(),
                        {p.t_s(), p.symmetry_pct(), p.valid() ? 1.0 : 0.0, p.first_uv(), p.second_uv(), p.first_pct()});
  ASSERT_GE(live_pairs.size(), pairs.size());
  live_pairs.resize(pairs.size());
  expect_same_numbers(pairs, live_pairs);
  EXPECT_TRUE(std::ranges::any_of(live.pairs, [](const auto& p) { return p.symmetry_pct() > -100.0; }));
  expect_same_numbers(numbers_of({folder / "out/events.csv"}, {"t_event_s", "t_decision_s", "value"}), told);
}

}  // namespace
}  // namespace myod::test
