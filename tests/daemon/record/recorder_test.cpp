#include "daemon/record/recorder.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>

#include "daemon/record/xml.hpp"
#include "tests/daemon/record/journal.hpp"
#include "tests/support/process.hpp"

namespace myod {
namespace {

using record::Recorder;
using record::RecorderState;
using test::has_ended;
using test::is_recording;
using test::Journal;
using test::request;
using test::wait_for;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// As the serve thread does: the request first, then the dsp thread sends.
class Recording : public testing::Test {
 protected:
  std::string record(const std::function<void()>& say, std::uint32_t epoch = 1) {
    Recorder recorder(journal_.ring, journal_.wake, journal_.dropped, folder_.path(), [](const RecorderState&) {});
    EXPECT_EQ(recorder.start(request({{0, epoch, test::two_channels()}})), "");
    say();
    const std::string path = wait_for(recorder, is_recording).path;
    recorder.stop();
    EXPECT_EQ(wait_for(recorder, has_ended).error, "");
    return path;
  }

  test::TemporaryFolder folder_;
  Journal journal_;
};

TEST_F(Recording, ReadsBackEveryEntryInItsOrderWithEveryBit) {
  std::vector<dsp::ChannelSeed> seeds(2);
  seeds[0] = {3.1, nan, 412.7,     80.0, dsp::ReferenceKind::submax, 0.1 + 0.2, 7, 1.0 / 3.0, 2.0 / 7.0, 11,
              {},  {},  2.0 / 3.0, {}};
  seeds[0].onset = {true, true, 1.0 / 11.0, 1.0 / 13.0, 1'000'000'000'001, 17, 1'000'000'000'000, {}};
  seeds[0].onset.baseline = {dsp::OnsetMethod::bonato, 6.0, 1.0 / 37.0, {1.0 / 41.0, -1.0 / 43.0, 1.0 / 47.0}};
  seeds[0].repetition = {
      dsp::RepetitionPhase::ending, false,     true, true, true, 1.0 / 17.0, 1.0 / 19.0, {1.0 / 21.0, 1.0 / 23.0, 29},
      {1.0 / 27.0, 1.0 / 29.0, 31}, 1.0 / 31.0};
  seeds[0].onset.learning = {{1.0 / 59.0, 1.0 / 61.0}, 1.0 / 67.0, 1.0 / 71.0, 13, 7, 1903};
  seeds[0].first_efforts = {{1.0 / 73.0, 1.0 / 79.0}, 2};
  seeds[0].expectation = {1.0 / 53.0, true};
  seeds[0].clonus = true;
  seeds[0].trend.merged = 2;
  for (int i = 0; i < 5; ++i) seeds[0].trend.add({i / 3.0, 80.0 - i / 7.0, 70.0 - i / 9.0, i / 11.0, -i / 13.0});
  const std::vector<double> first{0.1, -0.0, nan, 5e-324}, second{1e300, 2.0};
  dsp::Command calibrate;
  calibrate.kind = dsp::CommandKind::calibrate_reference;
  calibrate.id = ~std::uint64_t{0};
  calibrate.channel = 1;
  calibrate.at_index = 2;
  calibrate.seconds = 0.1;
  calibrate.percent = 100.0 / 3.0;
  calibrate.reference = dsp::ReferenceKind::mmax;
  dsp::Command mark;
  mark.at_index = 2;
  mark.text = std::string_view("two words, \"quoted\"\nand text= more <xml>");
  dsp::Repetition repetition;
  repetition.number = 3;
  repetition.peak_uv = 1.0 / 7.0;
  repetition.rest_before_s = nan;
  repetition.complete = false;
  dsp::Event event;
  event.kind = dsp::EventKind::repetition;
  event.channel = 0;
  event.epoch = 1;
  event.t_event_s = 1.0 / 9.0;
  event.value = repetition.peak_uv;
  event.text = std::string_view("1.2 s, after 3 s");

  const std::size_t features = dsp::feature_rows(dsp::FrameKind::amplitude).size();
  std::vector<double> values(2 * features);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 3 == 0 ? nan : 1.0 / static_cast<double>(i);
  const std::vector<dsp::ChannelStatus> status{{0.95, dsp::reason_gap, dsp::Severity::degraded}, {}};
  dsp::FrameHead head;
  head.channels = 2;
  head.features = static_cast<std::uint32_t>(features);
  head.epoch = 1;
  head.first_index = 1;
  head.end_index = (std::uint64_t{1} << 52) + 1;

  const std::string path = record([&] {
    journal_.hand_over(0, 1, 0, seeds, "a = 1\noptions = \"seed0.rest_uv=\"\n");
    journal_.block(0, 0, 2, first, dsp::block_restarted);
    journal_.command(calibrate);
    journal_.command(mark);
    journal_.frame({head, values, status});
    journal_.block(0, 1'000'000'000'000, 2, second);
    journal_.event(event, &repetition);
  });

  const auto kept = test::read_all(path);
  EXPECT_EQ(kept.order, "HBCCFBE");
  ASSERT_EQ(kept.hand_overs.size(), 1U);
  EXPECT_EQ(kept.hand_overs[0].options, "a = 1\noptions = \"seed0.rest_uv=\"\n");
  ASSERT_EQ(kept.hand_overs[0].seeds.size(), 2U);
  const dsp::ChannelSeed& seed = kept.hand_overs[0].seeds[0];
  EXPECT_EQ(seed.session_peak_uv, 0.1 + 0.2);
  EXPECT_EQ(seed.last_repetition_end_s, 1.0 / 3.0);
  EXPECT_TRUE(std::isnan(seed.calibrated_rest_uv));
  EXPECT_EQ(seed.reference_kind, dsp::ReferenceKind::submax);
  EXPECT_EQ(seed.repetitions, 7U);
  EXPECT_EQ(seed.repetition_rest_uv, 2.0 / 7.0);
  EXPECT_EQ(seed.onsets, 11U);
  const auto onset_bits = [](const dsp::OnsetState& o) {
    return std::tuple(o.active, o.started, o.s, o.q, o.zero_index, o.since_zero, o.onset_index, o.baseline);
  };
  EXPECT_EQ(onset_bits(seed.onset), onset_bits(seeds[0].onset));
  const auto repetition_bits = [](const dsp::RepetitionState& r) {
    return std::tuple(r.phase, r.complete, r.after_gap, r.told_at_gap, r.rest_lost, r.start_s, r.below_s,
                      r.sofar.peak_uv, r.sofar.sum_uv, r.sofar.hops, r.pending.peak_uv, r.pending.sum_uv,
                      r.pending.hops, r.last_valid_s);
  };
  EXPECT_EQ(repetition_bits(seed.repetition), repetition_bits(seeds[0].repetition));
  EXPECT_EQ(seed.onset.learning, seeds[0].onset.learning);
  EXPECT_EQ(seed.first_efforts, seeds[0].first_efforts);
  EXPECT_EQ(seed.tension_s, 2.0 / 3.0);
  EXPECT_EQ(seed.expectation.until_s, 1.0 / 53.0);
  EXPECT_TRUE(seed.expectation.told && seed.clonus);
  const auto &trend = seed.trend, &told = seeds[0].trend;
  EXPECT_EQ(std::tie(trend.count, trend.merged, trend.in_waiting), std::tuple(2U, 2U, 1U));
  EXPECT_EQ(trend.points[1].mnf_hz, told.points[1].mnf_hz);
  EXPECT_EQ(trend.points[1].log_finsm5, told.points[1].log_finsm5);
  EXPECT_EQ(trend.waiting.log_arv, told.waiting.log_arv);
  EXPECT_EQ(kept.hand_overs[0].seeds[1].trend.count, 0U);
  EXPECT_TRUE(test::same_bits(kept.raw, {0.1, -0.0, nan, 5e-324, 1e300, 2.0}));
  ASSERT_EQ(kept.heads.size(), 2U);
  EXPECT_EQ(kept.heads[0].flags, dsp::block_restarted);
  EXPECT_EQ(kept.heads[0].device_counter, ~std::uint64_t{0});
  EXPECT_EQ(kept.heads[1].first_index, 1'000'000'000'000U);
  EXPECT_EQ(kept.heads[1].host_time_ns, 1'000'000'000'000'000'000 + 1'000'000'007);
  EXPECT_EQ(kept.heads[1].arrival_ns, kept.heads[1].host_time_ns + 333);
  EXPECT_EQ(kept.heads[1].uncertainty_ns, 12'345);
  EXPECT_EQ(kept.commands[0].percent, 100.0 / 3.0);
  EXPECT_EQ(kept.commands[0].id, ~std::uint64_t{0});
  EXPECT_EQ(kept.commands[0].reference, dsp::ReferenceKind::mmax);
  EXPECT_EQ(kept.commands[1].text.view(), mark.text.view());
  EXPECT_TRUE(test::same_bits(kept.values, values));
  EXPECT_EQ(kept.status[0].reasons, dsp::reason_gap);
  EXPECT_EQ(kept.status[0].grade, dsp::Severity::degraded);
  EXPECT_EQ(kept.frames[0].end_index, head.end_index);
  EXPECT_EQ(kept.frames[0].first_index, 1U);
  ASSERT_TRUE(kept.events[0].repetition.has_value());
  EXPECT_EQ(kept.events[0].repetition->peak_uv, 1.0 / 7.0);
  EXPECT_FALSE(kept.events[0].repetition->complete);
  EXPECT_TRUE(std::isnan(kept.events[0].repetition->rest_before_s));
  EXPECT_EQ(kept.events[0].event.t_event_s, 1.0 / 9.0);
  EXPECT_EQ(kept.events[0].event.text.view(), "1.2 s, after 3 s");
}

TEST_F(Recording, BeginsEachStreamWithTheHandOverItWasAskedToBeginWith) {
  const std::string path = record(
      [&] {
        journal_.block(0, 0, 2, {1.0, 2.0});
        journal_.hand_over(0, 4, 1, std::vector<dsp::ChannelSeed>(2), "of the epoch before");
        journal_.block(0, 1, 2, {3.0, 4.0});
        journal_.hand_over(0, 5, 2, std::vector<dsp::ChannelSeed>(2), "of the epoch asked for");
        journal_.block(0, 2, 2, {5.0, 6.0});
        journal_.hand_over(1, 5, 0, std::vector<dsp::ChannelSeed>(2), "of a stream not recorded");
      },
      5);
  const auto kept = test::read_all(path);
  EXPECT_EQ(kept.order, "HB");
  EXPECT_EQ(kept.hand_overs.at(0).options, "of the epoch asked for");
  EXPECT_EQ(kept.heads.at(0).first_index, 2U);
}

TEST_F(Recording, TakesInAStreamThatBeginsLater) {
  Recorder recorder(journal_.ring, journal_.wake, journal_.dropped, folder_.path(), [](const RecorderState&) {});
  ASSERT_EQ(recorder.start(request({{0, 1, test::two_channels("arm")}})), "");
  journal_.hand_over(0, 1, 0, std::vector<dsp::ChannelSeed>(2), "");
  journal_.block(0, 0, 2, {1.0, 2.0});
  wait_for(recorder, is_recording);
  ASSERT_EQ(recorder.add({1, 1, test::two_channels("leg")}), "");
  journal_.hand_over(1, 1, 0, std::vector<dsp::ChannelSeed>(2), "");
  journal_.block(1, 0, 2, {3.0, 4.0});
  journal_.block(0, 1, 2, {5.0, 6.0});
  recorder.close();
  EXPECT_EQ(recorder.state().error, "");
  const std::string path = recorder.state().path;
  const record::JournalReader reader(path);
  ASSERT_EQ(reader.streams().size(), 2U);
  EXPECT_EQ(reader.streams()[1].description.sensor, "leg");
  const auto kept = test::read_all(path);
  EXPECT_EQ(kept.order, "HBHBB");
  EXPECT_TRUE(test::same_bits(kept.raw, {1.0, 2.0, 3.0, 4.0, 5.0, 6.0}));
}

TEST_F(Recording, CarriesInItsHeadersWhatARecomputationNeeds) {
  const dsp::Stream said = test::two_channels();
  const std::string path = record([&] { journal_.hand_over(0, 1, 0, std::vector<dsp::ChannelSeed>(2), ""); });
  const record::JournalReader reader(path);
  ASSERT_EQ(reader.streams().size(), 1U);
  const dsp::Stream& read = reader.streams()[0].description;
  EXPECT_EQ(read.sensor, said.sensor);
  EXPECT_EQ(read.rate_mhz, said.rate_mhz);
  ASSERT_EQ(read.channels.size(), 2U);
  EXPECT_EQ(read.channels[0].name, said.channels[0].name);
  EXPECT_EQ(read.channels[0].side, dsp::Side::left);
  EXPECT_EQ(read.channels[0].scale, 0.1);
  EXPECT_EQ(read.channels[0].offset, 512.0);
  EXPECT_EQ(read.channels[0].rail_high, 1023.0);
  EXPECT_EQ(read.channels[1].kind, dsp::ChannelKind::digital);
  EXPECT_EQ(read.channels[1].rail_low, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(reader.facts().program, "myod test");
  EXPECT_EQ(reader.facts().configuration, request({}).configuration);
}

TEST_F(Recording, SaysInItsFooterHowWellItsSamplesAreDated) {
  const std::string path = record([&] {
    journal_.hand_over(0, 1, 0, std::vector<dsp::ChannelSeed>(2), "");
    journal_.block(0, 0, 2, {1.0, 2.0});
  });
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(record::xml::text(bytes.substr(bytes.rfind("<timebase>")), "error_ms"), "0.012");
}

TEST_F(Recording, IsAFileOfTheSubjectThatOnlyOwnerAndGroupCanRead) {
  const std::filesystem::path path = record([] {});
  EXPECT_EQ(path.parent_path(), std::filesystem::path(folder_.path()) / "subjects" / "unassigned");
  const std::string name = path.filename().string();
  EXPECT_EQ(name.substr(8, 1), "T");
  EXPECT_EQ(name.substr(15), "_session.xdf");
  struct stat s {};
  ASSERT_EQ(stat(path.c_str(), &s), 0);
  EXPECT_EQ(s.st_mode & 0777 & ~0640U, 0U);
  ASSERT_EQ(stat(path.parent_path().c_str(), &s), 0);
  EXPECT_EQ(s.st_mode & 0777 & ~0750U, 0U);
}

TEST_F(Recording, RefusesIdsThatAreNotPlainWords) {
  Recorder recorder(journal_.ring, journal_.wake, journal_.dropped, folder_.path(), [](const RecorderState&) {});
  for (const std::string bad : {"", "../x", "a b", "ä", "a.b", "a/b"}) {
    auto wish = request({{0, 1, test::two_channels()}});
    wish.subject = bad;
    EXPECT_NE(recorder.start(wish), "") << bad;
    wish.subject = "P01";
    wish.label = bad;
    EXPECT_NE(recorder.start(wish), "") << bad;
  }
  EXPECT_FALSE(record::is_valid_id(std::string(65, 'a')));
  EXPECT_TRUE(record::is_valid_id(std::string(64, 'a')));
}

TEST_F(Recording, TellsHowFarItIsDurableWhileItRuns) {
  Recorder recorder(journal_.ring, journal_.wake, journal_.dropped, folder_.path(), [](const RecorderState&) {});
  ASSERT_EQ(recorder.start(request({{1, 1, test::two_channels()}})), "");
  journal_.hand_over(1, 1, 100, std::vector<dsp::ChannelSeed>(2), "");
  journal_.block(1, 100, 2, {1.0, 2.0, 3.0, 4.0});
  const auto state =
      wait_for(recorder, [](const RecorderState& s) { return s.durable_index.size() == 2 && s.durable_index[1] != 0; });
  EXPECT_EQ(state.durable_index[1], 102U);
  EXPECT_EQ(test::read_all(state.path).order, "HB");  // readable while it is being written
}

TEST_F(Recording, SaysInTheFileThatTheRingWasFull) {
  const std::string path = record([&] {
    journal_.hand_over(0, 1, 0, std::vector<dsp::ChannelSeed>(2), "");
    journal_.block(0, 0, 2, {1.0, 2.0});
    while (journal_.ring.used() != 0) std::this_thread::yield();
    journal_.dropped += 3;
    journal_.block(0, 5, 2, {3.0, 4.0});
  });
  const auto kept = test::read_all(path);
  EXPECT_EQ(kept.order, "HBLB");
  EXPECT_EQ(kept.losses.at(0).records, 3U);
}

TEST_F(Recording, ALossBeforeTheFirstHandOverIsSaidToo) {
  Recorder recorder(journal_.ring, journal_.wake, journal_.dropped, folder_.path(), [](const RecorderState&) {});
  ASSERT_EQ(recorder.start(request({{0, 1, test::two_channels()}})), "");
  ++journal_.dropped;
  const auto state = wait_for(recorder, [](const RecorderState& s) { return s.dropped != 0; });
  EXPECT_EQ(state.dropped, 1U);
}

TEST_F(Recording, StopsAStreamWhoseChannelsChanged) {
  Recorder recorder(journal_.ring, journal_.wake, journal_.dropped, folder_.path(), [](const RecorderState&) {});
  ASSERT_EQ(recorder.start(request({{0, 1, test::two_channels()}})), "");
  journal_.hand_over(0, 1, 0, std::vector<dsp::ChannelSeed>(2), "");
  journal_.hand_over(0, 2, 0, std::vector<dsp::ChannelSeed>(3), "");
  journal_.block(0, 0, 3, {1.0, 2.0, 3.0});
  const auto state = wait_for(recorder, [](const RecorderState& s) { return !s.error.empty(); });
  EXPECT_NE(state.error.find("channels changed"), std::string::npos) << state.error;
  recorder.stop();
  EXPECT_EQ(test::read_all(wait_for(recorder, has_ended).path).order, "HL");
}

TEST_F(Recording, SecondRecordingKnowsNothingOfTheFirstOnesError) {
  Recorder recorder(journal_.ring, journal_.wake, journal_.dropped, folder_.path(), [](const RecorderState&) {});
  auto wish = request({{0, 1, test::two_channels()}});
  std::filesystem::create_directories(folder_.path() + "/subjects");
  std::ofstream(folder_.path() + "/subjects/blocked") << "a file where a folder should be";
  wish.subject = "blocked";
  ASSERT_EQ(recorder.start(wish), "");
  EXPECT_FALSE(wait_for(recorder, [](const RecorderState& s) { return !s.error.empty(); }).recording);
  wish.subject = "P01";
  ASSERT_EQ(recorder.start(wish), "");
  EXPECT_EQ(recorder.state().error, "");
  EXPECT_EQ(wait_for(recorder, [](const RecorderState& s) { return s.recording || !s.error.empty(); }).error, "");
}

// Nobody can make folders there, whoever asks.
TEST_F(Recording, SaysWhyAFolderCannotBeMadeAndNotThatItIsMissing) {
  Recorder recorder(journal_.ring, journal_.wake, journal_.dropped, "/sys/myod", [](const RecorderState&) {});
  ASSERT_EQ(recorder.start(request({{0, 1, test::two_channels()}})), "");
  const auto state = wait_for(recorder, [](const RecorderState& s) { return !s.error.empty(); });
  EXPECT_NE(state.error.find("cannot make the folder of /sys/myod"), std::string::npos) << state.error;
  EXPECT_EQ(state.error.find("No such file"), std::string::npos) << state.error;
}

/// The limit on file sizes is a disk that is full, for one process.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit now = before_;
    now.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(Recording, AFullDiskIsToldAndCountedWhileTheRingIsEmptiedAndTheFileStaysReadable) {
  const FullDisk full(600'000);
  std::atomic<int> told{0};
  Recorder recorder(journal_.ring, journal_.wake, journal_.dropped, folder_.path(), [&](const RecorderState& s) {
    if (!s.error.empty()) ++told;
  });
  ASSERT_EQ(recorder.start(request({{0, 1, test::two_channels()}})), "");
  journal_.hand_over(0, 1, 0, std::vector<dsp::ChannelSeed>(2), "");
  const std::vector<double> raw(2000, 1.5);
  std::uint64_t index = 0;
  const auto send = [&] {
    while (journal_.ring.used() > journal_.ring.capacity() / 2) std::this_thread::yield();
    journal_.block(0, index, 2, raw);
    index += 1000;
  };
  while (recorder.state().error.empty()) send();
  for (int i = 0; i < 200; ++i) send();
  while (journal_.ring.used() != 0) std::this_thread::yield();
  recorder.stop();
  const auto state = wait_for(recorder, [](const RecorderState& s) { return s.unwritten >= 200; });
  EXPECT_FALSE(state.recording);
  EXPECT_NE(state.error.find("cannot write"), std::string::npos) << state.error;
  EXPECT_NE(state.error.find("ulimit -f"), std::string::npos) << state.error;
  EXPECT_GE(told.load(), 1);
  EXPECT_EQ(state.dropped, 0U);
  record::xdf::Reader chunks(state.path);
  while (chunks.next()) {
  }
  EXPECT_FALSE(chunks.truncated());  // ends with its last whole write
  const auto kept = test::read_all(state.path);
  EXPECT_EQ(kept.order.substr(0, 1), "H");
  EXPECT_LE(kept.heads.size(), index / 1000);
}

}  // namespace
}  // namespace myod
