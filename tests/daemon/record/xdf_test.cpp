#include "daemon/record/xdf.hpp"

#include <gtest/gtest.h>
#ifdef __SANITIZE_ADDRESS__  // libxdf takes strlen of text without an end, which the address sanitizer refuses
#undef MYOD_HAVE_LIBXDF
#endif
#ifdef MYOD_HAVE_LIBXDF
#include <xdf.h>
#endif

#include <cstring>
#include <fstream>
#include <random>
#include <sstream>

#include "daemon/record/disk_file.hpp"
#include "tests/daemon/record/journal.hpp"
#include "tests/support/process.hpp"

namespace myod {
namespace {

namespace xdf = record::xdf;

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// A small recording by the recorder itself: a hand-over, blocks of 100 instants, a mark, an event.
std::string small_recording(const std::string& folder, int blocks, bool ended) {
  test::Journal journal;
  record::Recorder recorder(journal.ring, journal.wake, journal.dropped, folder, [](const auto&) {});
  EXPECT_EQ(recorder.start(test::request({{0, 1, test::two_channels()}})), "");
  journal.hand_over(0, 1, 0, std::vector<dsp::ChannelSeed>(2), "");
  std::vector<double> raw(200);
  for (int b = 0; b < blocks; ++b) {
    for (std::size_t i = 0; i < raw.size(); ++i) raw[i] = 1000 * b + static_cast<int>(i);
    journal.block(0, static_cast<std::uint64_t>(b) * 100, 2, raw);
  }
  dsp::Event e;
  e.text = std::string_view("hello");
  e.host_time_ns = 3'000'000'000;
  journal.event(e);
  const auto state = test::wait_for(recorder, [&](const record::RecorderState& s) {
    return s.recording && s.durable_index.at(0) == static_cast<std::uint64_t>(blocks) * 100;
  });
  if (!ended) {  // as after a power cut: what is durable by now
    std::filesystem::copy_file(state.path, folder + "/cut.xdf");
    return folder + "/cut.xdf";
  }
  recorder.stop();
  test::wait_for(recorder, test::has_ended);
  return state.path;
}

#ifdef MYOD_HAVE_LIBXDF
class ReadByLibxdf : public testing::TestWithParam<bool> {};

TEST_P(ReadByLibxdf, ShowsSamplesTimesAndMarkers) {
  const test::TemporaryFolder folder;
  Xdf file;
  ASSERT_EQ(file.load_xdf(small_recording(folder.path(), 3, GetParam())), 0);
  ASSERT_EQ(file.streams.size(), 4U);  // no frames yet: no streams of them
  const Xdf::Stream& raw = file.streams[2];
  EXPECT_EQ(raw.info.name, "arm.raw");
  EXPECT_EQ(raw.info.channel_count, 2);
  EXPECT_EQ(raw.info.nominal_srate, 0.0) << "else readers move samples beside gaps";
  ASSERT_EQ(raw.time_series.size(), 2U);
  ASSERT_EQ(raw.time_series[1].size(), 300U);
  EXPECT_EQ(raw.time_series[0][0], 0.0F);
  EXPECT_EQ(raw.time_series[1][299], 2199.0F);
  ASSERT_EQ(raw.time_stamps.size(), 300U);
  EXPECT_NEAR(raw.time_stamps[0], 1.000000007, 1e-9);
  EXPECT_NEAR(raw.time_stamps[150], 1.150000007, 1e-9);
  EXPECT_NEAR(raw.time_stamps[299], 1.299000007, 1e-9) << "the last of its block";
  EXPECT_EQ(file.streams[3].time_series.at(1).at(2), 100.0F);  // instants of the third block
  ASSERT_GE(file.eventMap.size(), 1U);
  bool found = false;
  for (const auto& [event, stream] : file.eventMap)
    found = found || event.first.find("text=hello") != std::string::npos;
  EXPECT_TRUE(found);
}

INSTANTIATE_TEST_SUITE_P(, ReadByLibxdf, testing::Values(true, false),
                         [](const auto& p) { return p.param ? "Ended" : "StillRunning"; });
#else
TEST(ReadByLibxdf, ShowsSamplesTimesAndMarkers) {
  GTEST_SKIP() << "SKIPPED: libxdf-dev is not installed, or under the address sanitizer";
}
#endif

// A reader that draws a line through the stamps of a regular stream moves samples beside a gap.
TEST(XdfWriter, CallsStreamsIrregularAndStampsEverySample) {
  const test::TemporaryFolder folder;
  record::xdf::Reader reader(small_recording(folder.path(), 3, true));
  const std::uint32_t raw = record::file_id(0, record::Part::raw);
  std::vector<double> stamps;
  while (const auto chunk = reader.next()) {
    if (chunk->tag == record::xdf::Tag::stream_header) {
      EXPECT_NE(chunk->content.find("<nominal_srate>0</nominal_srate>"), std::string_view::npos);
    }
    if (chunk->tag != record::xdf::Tag::samples || chunk->stream != raw) continue;
    constexpr std::size_t count_bytes = 2, sample_bytes = 1 + 3 * sizeof(double);  // stamp, two channels
    ASSERT_EQ((chunk->content.size() - count_bytes) % sample_bytes, 0U);
    for (std::size_t at = count_bytes; at < chunk->content.size(); at += sample_bytes) {
      ASSERT_EQ(chunk->content[at], 8) << "a sample without a stamp";
      std::memcpy(&stamps.emplace_back(), chunk->content.data() + at + 1, sizeof(double));
    }
  }
  ASSERT_EQ(stamps.size(), 300U);
  for (std::size_t i = 0; i < stamps.size(); ++i)
    ASSERT_NEAR(stamps[i], 1.000000007 + 1e-3 * static_cast<double>(i), 1e-9);
}

TEST(XdfReader, GivesWhatStandsBeforeACutAnywhere) {
  const test::TemporaryFolder folder;
  const std::string whole = bytes_of(small_recording(folder.path(), 3, true));
  const auto headers = whole.rfind("</info>", whole.find("hand_over epoch"));
  std::size_t blocks = 0;
  for (std::size_t n = headers + 8; n < whole.size(); n += 31) {
    const std::string path = folder / "part.xdf";
    std::ofstream(path, std::ios::binary) << whole.substr(0, n);
    const auto kept = test::read_all(path);
    ASSERT_GE(kept.heads.size(), blocks);
    blocks = kept.heads.size();
  }
  EXPECT_EQ(blocks, 3U);
}

TEST(XdfReader, RefusesDamageWithAMessageAndNeverCrashes) {
  const test::TemporaryFolder folder;
  const std::string whole = bytes_of(small_recording(folder.path(), 2, true));
  std::mt19937 random(1);
  int refused = 0;
  for (int i = 0; i < 600; ++i) {
    std::string damaged = whole;
    damaged[random() % damaged.size()] ^= static_cast<char>(1U << (random() % 8));
    const std::string path = folder / "damaged.xdf";
    std::ofstream(path, std::ios::binary) << damaged;
    try {
      test::read_all(path);
    } catch (const std::runtime_error& e) {
      ++refused;
      EXPECT_NE(std::string(e.what()).find("damaged.xdf"), std::string::npos) << e.what();
    }
  }
  EXPECT_GT(refused, 15);
}

TEST(XdfReader, RefusesWhatIsNoRecording) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "a.csv") << "EMG\n1\n";
  EXPECT_THROW(record::JournalReader(folder / "a.csv"), std::runtime_error);
  EXPECT_THROW(record::JournalReader(folder / "none.xdf"), std::runtime_error);
}

TEST(DiskFile, NeverOverwritesARecordingThatExists) {
  const test::TemporaryFolder folder;
  record::DiskFile taken(folder / "x/y.xdf");
  ASSERT_TRUE(taken.ok());
  record::DiskFile again(folder / "x/y.xdf");
  EXPECT_FALSE(again.ok());
  EXPECT_NE(again.error().find("another label"), std::string::npos) << again.error();
}

}  // namespace
}  // namespace myod
