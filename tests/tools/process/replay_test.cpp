// Live equals offline: pipelines are driven as the dsp thread drives them, recorded by the recorder, and replayed.
#include "tools/myoctl/process_replay.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <fstream>
#include <random>
#include <sstream>

#include "config/config.hpp"
#include "dsp/pipeline.hpp"
#include "tests/daemon/record/journal.hpp"
#include "tests/support/process.hpp"
#include "tools/myoctl/process.hpp"

namespace myod {
namespace {

/// What a pipeline said, every bit of it, in order.
struct Said {
  std::vector<dsp::FrameHead> heads;
  std::vector<double> numbers;  ///< of frames and events
  std::vector<std::uint32_t> words;
  std::vector<std::string> texts;
  std::size_t repetitions = 0, events = 0;

  void frame(const dsp::FeatureFrame& f) {
    heads.push_back(f.head);
    numbers.insert(numbers.end(), f.values.begin(), f.values.end());
    for (const dsp::ChannelStatus& s : f.status) {
      numbers.push_back(s.valid_fraction);
      words.insert(words.end(), {s.reasons, static_cast<std::uint32_t>(s.grade)});
    }
  }
  void event(const dsp::Event& e, const dsp::Repetition* r) {
    ++events;
    words.insert(words.end(), {static_cast<std::uint32_t>(e.kind), static_cast<std::uint32_t>(e.channel), e.epoch});
    numbers.insert(numbers.end(), {e.t_event_s, e.t_decision_s, e.value});
    texts.emplace_back(e.text.view());
    if (r == nullptr) return;
    ++repetitions;
    words.insert(words.end(), {r->number, r->complete ? 1U : 0U});
    numbers.insert(numbers.end(),
                   {r->start_s, r->end_s, r->peak_uv, r->peak_ref_pct, r->mean_uv, r->rest_before_s, r->mdf_hz});
  }
};

void expect_same(const Said& a, const Said& b) {
  ASSERT_EQ(a.heads.size(), b.heads.size());
  for (std::size_t i = 0; i < a.heads.size(); ++i) {
    ASSERT_EQ(a.heads[i].kind, b.heads[i].kind) << i;
    ASSERT_EQ(a.heads[i].end_index, b.heads[i].end_index) << i;
    ASSERT_EQ(a.heads[i].first_index, b.heads[i].first_index) << i;
    ASSERT_EQ(a.heads[i].epoch, b.heads[i].epoch) << i;
  }
  ASSERT_EQ(a.numbers.size(), b.numbers.size());
  for (std::size_t i = 0; i < a.numbers.size(); ++i)
    ASSERT_EQ(std::bit_cast<std::uint64_t>(a.numbers[i]), std::bit_cast<std::uint64_t>(b.numbers[i]))
        << i << ": " << a.numbers[i] << " " << b.numbers[i];
  EXPECT_EQ(a.words, b.words);
  EXPECT_EQ(a.texts, b.texts);
}

struct Listener final : dsp::Sink {
  void frame(const dsp::FeatureFrame& f) override {
    if (f.head.kind == dsp::FrameKind::control) return;  // not recorded: its hop is the block
    if (journal != nullptr) journal->frame(f);
    said.frame(f);
  }
  void event(const dsp::Event& e, const dsp::Repetition* r) override {
    if (journal != nullptr) journal->event(e, r);
    said.event(e, r);
  }
  void result(const dsp::CommandResult&) override {}

  test::Journal* journal = nullptr;
  Said said;
};

dsp::Stream sensor() {
  dsp::Stream s;
  s.sensor = "arm";
  s.rate_mhz = 1'000'000;
  s.channels.resize(3);
  s.channels[0].name = "biceps";
  s.channels[1].name = "triceps";
  s.channels[2].name = "button";
  s.channels[2].kind = dsp::ChannelKind::digital;
  for (int c = 0; c < 2; ++c) {
    dsp::Channel& channel = s.channels[static_cast<std::size_t>(c)];
    channel.scale = 3.3 * 1e6 / 1024.0 / 1009.0;
    channel.offset = 512.0;
    channel.rail_low = 0.0;
    channel.rail_high = 1023.0;
  }
  return s;
}

/// A session as the dsp thread lives it: unrecorded at first, then recorded from a hand-over on.
class Session {
 public:
  Session() { rebuild(options_); }

  void record_from_here(record::Recorder& recorder) {
    auto wish = test::request({{0, epoch_ + 1, sensor()}});
    wish.configuration = config::print(options_);
    ASSERT_EQ(recorder.start(wish), "");
    pipeline_->finish(dsp::taken_over, live);  // what it still says is not recorded
    live.journal = &journal;
    live.said = {};
    rebuild(options_);
  }

  void change(const std::string& assignment) {
    config::set(options_, assignment);
    rebuild(options_);
  }

  void command(dsp::Command c) {
    c.at_index = pipeline_->next_index();
    if (live.journal != nullptr) journal.command(c);
    pipeline_->apply(c, live);
  }

  void lose(std::uint64_t instants) { index_ += instants; }

  /// Rest and bursts, cut into blocks of any length.
  void run(std::uint64_t instants) {
    std::normal_distribution<double> noise;
    for (const std::uint64_t end = index_ + instants; index_ < end;) {
      const auto n = std::min<std::uint64_t>(1 + random_() % 97, end - index_);
      std::vector<double> raw;
      for (std::uint64_t i = index_; i < index_ + n; ++i) {
        const double effort = i % 3000 < 1000 ? 60.0 : 2.0;
        raw.push_back(std::clamp(std::round(512.0 + effort * noise(random_)), 0.0, 1023.0));
        raw.push_back(std::round(512.0 + 2.0 * noise(random_)));
        raw.push_back(static_cast<double>(i / 500 % 2));
      }
      while (journal.ring.used() > journal.ring.capacity() / 4) std::this_thread::yield();
      if (live.journal != nullptr) journal.block(0, index_, 3, raw);
      dsp::BlockHead head;
      head.channels = 3;
      head.instants = static_cast<std::uint32_t>(n);
      head.first_index = index_;
      pipeline_->process({head, raw}, live);
      index_ += n;
    }
  }

  test::Journal journal;
  Listener live;

 private:
  void rebuild(const config::Configuration& options) {
    auto fresh = std::make_unique<dsp::Pipeline>(sensor(), options.dsp, 0, ++epoch_);
    std::vector<dsp::ChannelSeed> seed(3);
    if (pipeline_) {
      pipeline_->finish(dsp::taken_over, live);
      pipeline_->take_seed(seed);
    }
    const std::uint64_t at = pipeline_ ? pipeline_->next_index() : 0;
    fresh->plant_seed(seed, at);
    if (live.journal != nullptr) journal.hand_over(0, epoch_, at, seed, config::print(options));
    pipeline_ = std::move(fresh);
  }

  config::Configuration options_;
  std::unique_ptr<dsp::Pipeline> pipeline_;
  std::uint32_t epoch_ = 0;
  std::uint64_t index_ = 0;
  std::mt19937 random_{7};
};

/// 3 s unrecorded; then recorded: bursts, commands, a gap, changed options, bursts. Returns the file.
std::string record_session(Session& session, const std::string& folder, bool drop = false) {
  record::Recorder recorder(session.journal.ring, session.journal.wake, session.journal.dropped, folder,
                            [](const auto&) {});
  session.run(3100);
  session.record_from_here(recorder);
  session.run(3777);
  dsp::Command rest;
  rest.kind = dsp::CommandKind::calibrate_rest;
  rest.channel = 1;
  rest.seconds = 1.0;
  session.command(rest);
  session.run(2501);
  dsp::Command reference;
  reference.kind = dsp::CommandKind::set_reference;
  reference.channel = 0;
  reference.value = 200.0 / 3.0;
  reference.reference = dsp::ReferenceKind::mvc;
  session.command(reference);
  if (drop) ++session.journal.dropped;
  session.lose(432);
  session.run(4001);
  dsp::Command mark;
  mark.text = std::string_view("half time");
  session.command(mark);
  session.change("condition.highpass_hz = 30.1");
  session.change("features.window_ms = 190");
  session.run(9000);
  recorder.stop();
  return test::wait_for(recorder, test::has_ended).path;
}

struct Lines {
  std::string header;
  std::size_t rows = 0;
};
Lines lines_of(const std::string& path) {
  std::ifstream in(path);
  Lines l;
  std::getline(in, l.header);
  for (std::string line; std::getline(in, line);) ++l.rows;
  return l;
}

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(Replay, SaysBitForBitWhatWasSaidLiveAcrossGapsCommandsAndHandOvers) {
  const test::TemporaryFolder folder;
  Session session;
  const std::string path = record_session(session, folder.path());
  const Said& live = session.live.said;
  ASSERT_GT(live.heads.size(), 900U);
  ASSERT_GE(live.repetitions, 5U);

  record::JournalReader journal(path);
  Listener offline;
  myoctl::Replay replay(
      journal.streams(), {}, path,
      [&](dsp::Pipeline&, const record::HandOver&, const config::Configuration&) -> dsp::Sink& { return offline; });
  while (journal.next(replay)) {
  }
  expect_same(live, offline.said);
  EXPECT_FALSE(replay.hole().has_value());
  EXPECT_FALSE(journal.cut());

  struct Recorded final : record::JournalHandler {
    void frame(const dsp::FeatureFrame& f) override { said.frame(f); }
    void event(const dsp::Event& e, const dsp::Repetition* r) override { said.event(e, r); }
    Said said;
  } recorded;
  record::JournalReader again(path);
  while (again.next(recorded)) {
  }
  expect_same(live, recorded.said);
}

TEST(Replay, RefusesASeedForOtherChannelsThanTheStreamHas) {
  const test::TemporaryFolder folder;
  Session session;
  const std::string path = record_session(session, folder.path());
  const record::JournalReader journal(path);
  Listener offline;
  myoctl::Replay replay(
      journal.streams(), {}, path,
      [&](dsp::Pipeline&, const record::HandOver&, const config::Configuration&) -> dsp::Sink& { return offline; });
  record::HandOver other;
  other.epoch = 7;
  other.options = config::print({});
  other.seeds.resize(journal.streams().at(0).description.channels.size() + 1);
  EXPECT_THROW(replay.hand_over(other), std::runtime_error);
  other.seeds.pop_back();
  EXPECT_NO_THROW(replay.hand_over(other));
}

TEST(Replay, OfOtherOptionsSaysSomethingElse) {
  const test::TemporaryFolder folder;
  Session session;
  const std::string path = record_session(session, folder.path());
  record::JournalReader journal(path);
  Listener offline;
  myoctl::Replay replay(
      journal.streams(), {"condition.lowpass_hz = 400"}, path,
      [&](dsp::Pipeline&, const record::HandOver&, const config::Configuration&) -> dsp::Sink& { return offline; });
  while (journal.next(replay)) {
  }
  EXPECT_EQ(session.live.said.heads.size(), offline.said.heads.size());
  EXPECT_FALSE(test::same_bits(session.live.said.numbers, offline.said.numbers));
}

TEST(Replay, ClaimsNothingAfterALossAndSaysFromWhen) {
  const test::TemporaryFolder folder;
  Session session;
  const std::string path = record_session(session, folder.path(), true);
  myoctl::ProcessArguments arguments;
  arguments.inputs = {path};
  arguments.out = folder / "out";
  testing::internal::CaptureStderr();
  EXPECT_EQ(myoctl::run_process(arguments), 0);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("the journal has holes"), std::string::npos) << said;
}

TEST(ProcessOfARecording, WritesAFileRowForEveryFrameAndEventOfTheSession) {
  const test::TemporaryFolder folder;
  Session session;
  const std::string path = record_session(session, folder.path());
  myoctl::ProcessArguments arguments;
  arguments.inputs = {path};
  arguments.out = folder / "out";
  arguments.filtered = true;
  testing::internal::CaptureStderr();
  ASSERT_EQ(myoctl::run_process(arguments), 0);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  const Said& live = session.live.said;
  const std::size_t spectra =
      static_cast<std::size_t>(std::ranges::count(live.heads, dsp::FrameKind::spectrum, &dsp::FrameHead::kind));
  EXPECT_EQ(lines_of(folder / "out/amplitude.csv").rows, 2 * (live.heads.size() - spectra));  // the button is no EMG
  EXPECT_EQ(lines_of(folder / "out/spectrum.csv").rows, 2 * spectra);
  EXPECT_EQ(lines_of(folder / "out/events.csv").rows, live.events);
  EXPECT_NE(text_of(folder / "out/events.csv").find(",arm: lost 432 samples (432 ms),arm\n"), std::string::npos);
  // Recorded from sample 3100 on, settings changed twice at sample 13811.
  EXPECT_EQ(lines_of(folder / "out/streams.csv").rows, 3U);
  const std::string streams = text_of(folder / "out/streams.csv");
  for (const char* begin : {",2,3100,3.1\n", ",3,13811,13.811\n", ",4,13811,13.811\n"})
    EXPECT_NE(streams.find(begin), std::string::npos) << streams;
  EXPECT_EQ(lines_of(folder / "out/repetitions.csv").rows, live.repetitions);
  EXPECT_EQ(lines_of(folder / "out/filtered.csv").header, "t_s,biceps,triceps,button");
  EXPECT_EQ(lines_of(folder / "out/filtered.csv").rows, 3777U + 2501U + 4001U + 9000U);
}

TEST(ProcessOfARecording, TellsTheSensorsApart) {
  const test::TemporaryFolder folder;
  test::Journal journal;
  record::Recorder recorder(journal.ring, journal.wake, journal.dropped, folder.path(), [](const auto&) {});
  const config::Configuration options;
  std::vector<record::RecordedStream> streams;
  for (const std::string sensor : {"arm", "leg"}) {
    streams.push_back({static_cast<std::uint32_t>(streams.size()), 1, test::two_channels(sensor)});
    for (dsp::Channel& c : streams.back().description.channels) c.name = sensor + " " + c.name.substr(0, 6);
  }
  auto wish = test::request(streams);
  wish.configuration = config::print(options);
  ASSERT_EQ(recorder.start(wish), "");
  std::vector<double> raw;
  for (int i = 0; i < 1000; ++i) raw.push_back(512.0 + i * i % 17);
  for (std::uint32_t s = 0; s < 2; ++s) {
    journal.hand_over(s, 1, 0, std::vector<dsp::ChannelSeed>(2), config::print(options));
    journal.block(s, 0, 2, raw);
    journal.block(s, 503 + s, 2, raw);
  }
  test::wait_for(recorder, test::is_recording);
  recorder.stop();
  myoctl::ProcessArguments arguments;
  arguments.inputs = {test::wait_for(recorder, test::has_ended).path};
  arguments.out = folder / "out";
  testing::internal::CaptureStdout();
  ASSERT_EQ(myoctl::run_process(arguments), 0);
  const std::string said = testing::internal::GetCapturedStdout();
  EXPECT_NE(said.find("arm biceps"), std::string::npos) << said;
  EXPECT_NE(said.find("leg biceps"), std::string::npos) << said;
  const std::string events = text_of(folder / "out/events.csv"), rows = text_of(folder / "out/streams.csv");
  EXPECT_NE(events.find(",arm: lost 3 samples (3 ms),arm\n"), std::string::npos) << events;
  EXPECT_NE(events.find(",leg: lost 4 samples (4 ms),leg\n"), std::string::npos) << events;
  EXPECT_NE(rows.find("\narm,1000,"), std::string::npos) << rows;
  EXPECT_NE(rows.find(",arm biceps;arm switch,"), std::string::npos) << rows;
  EXPECT_NE(rows.find("\nleg,1000,"), std::string::npos) << rows;
  const std::string spectra = text_of(folder / "out/spectrum.csv");  // windows that end with the recording are told
  for (const char* begin : {"\n1,arm biceps,", "\n1,leg biceps,"})
    EXPECT_NE(spectra.find(begin), std::string::npos) << spectra;
}

TEST(ProcessOfARecording, RefusesWhatARecordingKnowsItself) {
  const test::TemporaryFolder folder;
  Session session;
  myoctl::ProcessArguments arguments;
  arguments.inputs = {record_session(session, folder.path())};
  arguments.out = folder / "out";
  arguments.rate_hz = 1000.0;
  testing::internal::CaptureStderr();
  EXPECT_EQ(myoctl::run_process(arguments), 2);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("leave out --rate"), std::string::npos);
}

}  // namespace
}  // namespace myod
