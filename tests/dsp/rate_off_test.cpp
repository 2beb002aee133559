// Samples that came at another rate than the declared one are marked and stay usable.
#include <gtest/gtest.h>

#include <cmath>

#include "recorder.hpp"

namespace {

using namespace myod;

constexpr std::uint64_t rate = 1000;

/// The declared rate was wrong for samples 3000 to 3999; blocks of that size.
std::string rate_off(std::size_t size, test::Recorder& seen, double pulses_hz = 0.0) {
  const auto x = test::oracle_signal(6000, rate);
  dsp::Options options;
  if (pulses_hz > 0.0) options.condition.blanking = dsp::Blanking::events;
  dsp::Pipeline pipeline(test::emg_stream(rate), options);
  if (pulses_hz > 0.0) {
    dsp::Command train;
    train.kind = dsp::CommandKind::stimulus;
    train.value = 1.0;
    train.seconds = 1.0 / pulses_hz;
    train.pulses = 1000;
    pipeline.apply(train, seen);
  }
  for (std::size_t from = 0; from < 6000; from += size) {
    dsp::SampleBlock block;
    block.head.instants = static_cast<std::uint32_t>(size);
    block.head.channels = 1;
    block.head.first_index = from;
    block.head.host_time_ns = static_cast<std::int64_t>(from) * 1'000'000;
    block.head.flags = from / 1000 == 3 ? dsp::block_rate_off : 0U;
    block.raw = std::span(x).subspan(from, size);
    pipeline.process(block, seen);
  }
  return seen.told;
}

TEST(RateOff, EveryWindowThatHoldsSuchSamplesSaysSoAndStaysUsable) {
  test::Recorder seen;
  rate_off(50, seen);
  for (const auto kind : {dsp::FrameKind::amplitude, dsp::FrameKind::control, dsp::FrameKind::spectrum})
    for (const auto& f : seen.of(kind)) {
      const bool touched = f.head.end_index > 3000 && f.head.first_index < 4000;
      EXPECT_EQ((f.status[0].reasons & dsp::reason_rate) != 0, touched) << f.head.end_index;
      if (f.head.first_index > 3000 && touched) {
        EXPECT_EQ(f.status[0].grade, dsp::Severity::limited);
      }
    }
}

TEST(RateOff, LeavesABlankedWindowUsable) {
  test::Recorder seen;
  rate_off(50, seen, 50.0);
  std::size_t judged = 0;
  for (const auto& f : seen.of(dsp::FrameKind::amplitude)) {
    if (f.head.end_index != 2900 && f.head.end_index != 3700) continue;
    ++judged;
    EXPECT_EQ((f.status[0].reasons & dsp::reason_rate) != 0, f.head.end_index == 3700);
    EXPECT_NE(f.status[0].reasons & dsp::reason_blanked, 0U);
    EXPECT_LT(f.status[0].valid_fraction, 0.7);
    EXPECT_TRUE(std::isfinite(f.value("rms_uv"))) << f.head.end_index;
  }
  EXPECT_EQ(judged, 2U);
}

TEST(RateOff, IsTheSameHoweverTheSamplesWereCut) {
  test::Recorder coarse, single;
  EXPECT_TRUE(rate_off(1, single) == rate_off(1000, coarse));
}

}  // namespace
