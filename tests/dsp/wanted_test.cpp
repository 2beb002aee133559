// What nobody asked for is not computed, and what was asked for does not change by that.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <stdexcept>
#include <string_view>

#include "dsp/condition/stages.hpp"
#include "recorder.hpp"

namespace {

using namespace myod;

constexpr std::uint64_t rate = 1000;
constexpr std::size_t samples = 12000;

test::Recorder seen(
    const dsp::Options& options, const std::function<std::size_t()>& size = [] { return std::size_t{64}; }) {
  dsp::Pipeline pipeline(test::emg_stream(rate), options);
  test::Recorder sink;
  test::feed(pipeline, sink, test::oracle_signal(samples, rate), 0, samples, size);
  return sink;
}

/// Bit for bit but for `absent`, which must not be known.
void expect_same(const std::vector<test::KeptFrame>& all, const std::vector<test::KeptFrame>& some,
                 const std::set<std::string_view>& absent = {}) {
  ASSERT_EQ(all.size(), some.size());
  ASSERT_FALSE(all.empty());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].head.end_index, some[i].head.end_index);
    for (const dsp::FeatureRow& row : dsp::feature_rows(all[i].head.kind)) {
      const double want = all[i].value(row.name), got = some[i].value(row.name);
      if (absent.contains(row.name))
        EXPECT_TRUE(std::isnan(got)) << row.name;
      else
        EXPECT_EQ(std::bit_cast<std::uint64_t>(want), std::bit_cast<std::uint64_t>(got)) << row.name << ' ' << i;
    }
  }
}

TEST(Wanted, WithoutControlFramesAllElseIsTheSame) {
  dsp::Options options;
  const auto all = seen(options);
  options.features.control = false;
  const auto some = seen(options);
  EXPECT_FALSE(all.of(dsp::FrameKind::control).empty());
  EXPECT_TRUE(some.of(dsp::FrameKind::control).empty());
  for (const auto kind : {dsp::FrameKind::amplitude, dsp::FrameKind::spectrum})
    expect_same(all.of(kind), some.of(kind));
  ASSERT_EQ(all.events.size(), some.events.size());
  ASSERT_FALSE(all.events.empty());
  for (std::size_t i = 0; i < all.events.size(); ++i) {
    EXPECT_EQ(all.events[i].event.t_event_s, some.events[i].event.t_event_s);
    EXPECT_EQ(all.events[i].event.t_decision_s, some.events[i].event.t_decision_s);
    EXPECT_TRUE(all.events[i].event.value == some.events[i].event.value || std::isnan(all.events[i].event.value));
  }
}

TEST(Wanted, WithoutQualityItsNumbersAreAbsentAndAllElseIsTheSame) {
  dsp::Options options;
  const auto all = seen(options);
  options.features.quality = false;
  const auto some = seen(options);
  expect_same(all.of(dsp::FrameKind::amplitude), some.of(dsp::FrameKind::amplitude));
  expect_same(all.of(dsp::FrameKind::control), some.of(dsp::FrameKind::control));
  expect_same(all.of(dsp::FrameKind::spectrum), some.of(dsp::FrameKind::spectrum),
              {"mains_db", "sm_db", "sn_db", "dp_db", "raw_omega", "rail_fraction", "gap_fraction"});
}

TEST(Wanted, WithoutActivityItsNumbersAreAbsentAndAllElseIsTheSame) {
  dsp::Options options;
  options.repetition.enabled = false;
  const auto all = seen(options);
  options.features.activity = false;
  const auto some = seen(options);
  expect_same(all.of(dsp::FrameKind::amplitude), some.of(dsp::FrameKind::amplitude));
  expect_same(all.of(dsp::FrameKind::spectrum), some.of(dsp::FrameKind::spectrum),
              {"zc_per_s", "ssc_per_s", "wl_uv", "wamp_per_s", "iemg_uvs", "snr_db", "tkeo_uv2"});
}

dsp::Options little() {
  dsp::Options options;
  options.features.control = options.features.quality = options.features.activity = false;
  options.onset.enabled = options.repetition.enabled = options.spasm.enabled = false;
  return options;
}

TEST(Wanted, LittleOfItIsTheSameForAnyCutIntoBlocks) {
  const std::string whole = seen(little(), [] { return std::size_t{1} << 20; }).told;
  EXPECT_EQ(whole, seen(little(), [] { return std::size_t{1}; }).told);
  std::mt19937 random(7);
  EXPECT_EQ(whole, seen(little(), [&] { return std::size_t{1} + random() % 100; }).told);
}

TEST(Wanted, LostSamplesAreToldWithoutControlFrames) {
  auto x = test::oracle_signal(samples, rate);
  for (std::size_t i = 5000; i < 5050; ++i) x[i] = std::numeric_limits<double>::quiet_NaN();
  dsp::Pipeline pipeline(test::emg_stream(rate), little());
  test::Recorder sink;
  test::feed(pipeline, sink, x, 0, samples);
  ASSERT_EQ(sink.of(dsp::EventKind::gap).size(), 1U);
  EXPECT_EQ(sink.of(dsp::EventKind::gap)[0].event.t_event_s, 5.0);
}

TEST(Wanted, NothingIsLeftOutThatAnythingElseRestsOn) {
  dsp::Options options;
  options.features.activity = false;
  EXPECT_THROW(dsp::Pipeline(test::emg_stream(rate), options), std::invalid_argument);
  options = {};
  options.features.quality = false;
  options.condition.lead_off_mv = 300.0;
  EXPECT_THROW(dsp::Pipeline(test::emg_stream(rate), options), std::invalid_argument);
}

TEST(Wanted, OneNotchLeavesTheOtherHarmonicsAlone) {
  dsp::ConditionOptions o;
  o.mains = dsp::Mains::notch, o.mains_hz = 50.0;
  const auto text = [&] {
    for (const auto& stage : dsp::describe_stages(o, 2000.0))
      if (stage.name == "mains") return stage.text;
    return std::string();
  };
  EXPECT_NE(text().find("at 50, 150, 250 Hz"), std::string::npos) << text();
  o.notch_harmonic = 1;
  EXPECT_NE(text().find("at 50 Hz"), std::string::npos) << text();
}

}  // namespace
