// What stands on the page is what was told of the sensor, and writing it costs no allocation.
#include "daemon/control/page.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <vector>

#include "dsp/features/table.hpp"
#include "tests/support/process.hpp"
#include "tests/support/rt_guard/rt_guard.hpp"
#include "tools/client/control_reader.hpp"

namespace myod::control {
namespace {

using std::chrono::milliseconds;
constexpr const char* boot = "01234567-89ab-cdef-fedc-ba9876543210";

dsp::Stream two_channels() {
  dsp::Stream stream{"arm", 1'000'000, std::vector<dsp::Channel>(2)};
  stream.channels[0].name = "left";
  stream.channels[1].name = "button";
  stream.channels[1].kind = dsp::ChannelKind::digital;
  return stream;
}

/// A control frame of both channels: of the first, row r is 10 + r; the second has no numbers.
struct Frame {
  Frame() {
    const std::size_t rows = dsp::feature_rows(dsp::FrameKind::control).size();
    values.assign(2 * rows, std::nan(""));
    for (std::size_t r = 0; r < rows; ++r) values[r] = 10.0 + static_cast<double>(r);
    frame.head.kind = dsp::FrameKind::control;
    frame.head.channels = 2;
    frame.head.features = static_cast<std::uint32_t>(rows);
    frame.head.end_index = 400;
    frame.head.host_time_ns = 7'000;
    frame.values = values;
    frame.status = status;
  }
  double row(std::string_view name) const {
    const auto rows = dsp::feature_rows(dsp::FrameKind::control);
    for (std::size_t r = 0; r < rows.size(); ++r)
      if (rows[r].name == name) return values[r];
    return std::nan("");
  }
  std::vector<double> values;
  std::array<dsp::ChannelStatus, 2> status{
      {{0.75, dsp::reason_blanked | dsp::reason_rate, dsp::Severity::limited}, {0.0, 0, dsp::Severity::invalid}}};
  dsp::FeatureFrame frame;
};

class ControlPage : public ::testing::Test {
 protected:
  const myod_control_page& read() {
    EXPECT_EQ(reader_.wait(milliseconds(0)), myod_control_fresh);
    return reader_.page();
  }
  const test::TemporaryFolder folder_;
  Page page_{folder_.path(), "arm", 3, boot};
  client::ControlReader reader_{folder_ / "myod-control-arm"};
};

TEST_F(ControlPage, BelongsToItsGroupAndGoesWithItsWriter) {
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(page_.path()).permissions(),
            perms::owner_read | perms::owner_write | perms::group_read);
  EXPECT_FALSE(std::filesystem::exists(page_.path() + ".new"));
  {
    const Page other(folder_.path(), "leg", 4, boot);
    EXPECT_TRUE(std::filesystem::exists(other.path()));
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "myod-control-leg"));
}

TEST_F(ControlPage, SaysWhoWritesItAndThatNothingIsKnownBeforeTheSensorBegins) {
  const myod_control_page& page = read();
  EXPECT_EQ(page.boot_id[0], 0x0123456789abcdefU);
  EXPECT_EQ(page.boot_id[1], 0xfedcba9876543210U);
  EXPECT_EQ(page.pid, static_cast<std::uint64_t>(getpid()));
  EXPECT_EQ(page.stream, 3U);
  EXPECT_EQ(page.channels, 0U);
  EXPECT_EQ(page.newest_ns, 0);
  EXPECT_TRUE(std::isnan(reader_.age_s()));
}

TEST_F(ControlPage, HoldsTheNumbersOfTheNewestControlFrame) {
  const Frame told;
  page_.begin(two_channels(), 5, 77);
  page_.frame(told.frame, 42);
  dsp::FeatureFrame features = told.frame;
  features.head.kind = dsp::FrameKind::amplitude;
  page_.frame(features, 43);
  page_.write(9'000);

  const myod_control_page& page = read();
  EXPECT_EQ(page.config_id, 77U);
  EXPECT_EQ(page.epoch, 5U);
  EXPECT_EQ(page.rate_mhz, 1'000'000U);
  EXPECT_EQ(page.frame_sequence, 42U) << "no other frame is on the page";
  EXPECT_EQ(page.frame_end_index, 400U);
  EXPECT_EQ(page.frame_ns, 7'000);
  EXPECT_EQ(page.written_ns, 9'000);
  ASSERT_EQ(page.channels, 2U);
  const myod_control_channel& left = page.channel[0];
  EXPECT_STREQ(left.name, "left");
  EXPECT_EQ(left.rms_uv, told.row("rms_uv"));
  EXPECT_EQ(left.envelope_uv, told.row("envelope_uv"));
  EXPECT_EQ(left.rms_pct, told.row("ref_pct"));
  EXPECT_EQ(left.envelope_pct, told.row("envelope_pct"));
  EXPECT_EQ(left.active, told.row("active"));
  EXPECT_EQ(left.valid_fraction, 0.75);
  EXPECT_EQ(left.grade, std::uint64_t{myod_control_limited});
  EXPECT_EQ(left.reasons, std::uint64_t{myod_control_blanked | myod_control_rate});
  EXPECT_EQ(reader_.channel("left"), &left);
  EXPECT_EQ(reader_.channel("right"), nullptr);
  EXPECT_EQ(page.channel[1].kind, static_cast<std::uint64_t>(dsp::ChannelKind::digital));
  EXPECT_TRUE(std::isnan(page.channel[1].rms_uv));
}

TEST_F(ControlPage, CountsSamplesAndTellsTheTimeOfTheNewestWithItsUncertaintyOrNone) {
  page_.begin(two_channels(), 1, 1);
  dsp::BlockHead block;
  block.instants = 5;
  block.first_index = 100;
  block.host_time_ns = 1'000'000'000;
  block.uncertainty_ns = 250'000;
  page_.block(block);
  block.first_index = 205;  // a hundred were lost
  page_.block(block);
  page_.write(1);
  EXPECT_EQ(read().acquired, 10U);
  EXPECT_EQ(reader_.page().end_index, 210U);
  EXPECT_EQ(reader_.page().newest_ns, 1'004'000'000) << "four samples after the first";
  EXPECT_DOUBLE_EQ(reader_.page().newest_uncertainty_s, 250e-6);
  EXPECT_NEAR(myod_control_age_s(&reader_.page(), 1'104'000'000), 0.1 + 250e-6, 1e-12);
  block.uncertainty_ns = 0;
  page_.block(block);
  page_.write(2);
  EXPECT_TRUE(std::isnan(read().newest_uncertainty_s)) << "nobody knew";
}

TEST_F(ControlPage, CountsOnsetsAndKeepsTheTimesOfTheNewestThroughAChangeOfSettings) {
  page_.begin(two_channels(), 1, 1);
  page_.write(1);
  EXPECT_TRUE(std::isnan(read().channel[0].onset_event_s));
  dsp::Event event;
  event.kind = dsp::EventKind::onset;
  event.channel = 0;
  event.t_event_s = 1.5;
  event.t_decision_s = 1.53;
  event.host_time_ns = 99;
  page_.event(event);
  page_.event(event);
  event.kind = dsp::EventKind::offset;
  event.t_event_s = 2.5;
  page_.event(event);
  page_.begin(two_channels(), 2, 1);
  page_.write(2);
  const myod_control_channel& left = read().channel[0];
  EXPECT_EQ(left.onset_count, 2U);
  EXPECT_EQ(left.onset_event_s, 1.5);
  EXPECT_EQ(left.onset_decision_s, 1.53);
  EXPECT_EQ(left.onset_event_ns, 99);
}

TEST_F(ControlPage, ForgetsNumbersWhenSettingsChange) {
  page_.begin(two_channels(), 1, 1);
  page_.frame(Frame().frame, 1);
  page_.begin(two_channels(), 2, 1);
  page_.write(1);
  const myod_control_page& page = read();
  EXPECT_EQ(page.frame_end_index, 0U);
  EXPECT_TRUE(std::isnan(page.channel[0].rms_uv));
  EXPECT_TRUE(std::isnan(page.channel[0].active));
  EXPECT_EQ(page.channel[0].grade, std::uint64_t{myod_control_invalid});
}

TEST_F(ControlPage, GivesTheSameLevelsTheSameIdAndOthersAnother) {
  std::vector<dsp::ChannelSeed> levels(2);
  const auto id_of_now = [&] {
    page_.calibrated(levels);
    page_.write(1);
    return read().calibration_id;
  };
  const std::uint64_t none = id_of_now();
  levels[1].reference_uv = 300.0;
  const std::uint64_t one = id_of_now();
  EXPECT_NE(one, none);
  levels[1].rest_uv = 3.0;  // followed by the detector all the time
  levels[1].repetitions = 9;
  EXPECT_EQ(id_of_now(), one);
  levels[1].reference_earlier = true;
  EXPECT_NE(id_of_now(), one);
}

TEST_F(ControlPage, IsWrittenWithoutAllocationsAndLocks) {
  if (!test::rt_guard_sees()) GTEST_SKIP() << "SKIPPED: a sanitizer owns malloc";
  const dsp::Stream stream = two_channels();
  const Frame told;
  const std::vector<dsp::ChannelSeed> levels(2);
  dsp::BlockHead block;
  block.instants = 4;
  dsp::Event event;
  event.kind = dsp::EventKind::onset;
  event.channel = 0;
  const test::RtGuard guard;
  page_.begin(stream, 1, 1);
  for (int i = 0; i < 100; ++i) {
    page_.block(block);
    page_.frame(told.frame, 1);
    page_.event(event);
    page_.calibrated(levels);
    page_.stops(1);
    page_.write(i);
  }
  EXPECT_EQ(guard.counts().total(), 0U);
}

}  // namespace
}  // namespace myod::control
