// The whole pipeline on real recordings: what a therapist would count and see.
#include <gtest/gtest.h>

#include "recorder.hpp"
#include "tests/support/recordings.hpp"

namespace {

using namespace myod;

struct Case {
  const char *file, *column;
  std::uint64_t rate_hz;
  double uv_per_unit, full_scale;  ///< full_scale in the file's unit, 0: unknown
  std::size_t repetitions;
};

test::Recorder play(const test::Table& table, const Case& c) {
  auto stream = test::emg_stream(c.rate_hz);
  stream.channels[0].scale = c.uv_per_unit;
  if (c.full_scale > 0.0) stream.channels[0].rail_low = -c.full_scale, stream.channels[0].rail_high = c.full_scale;
  const auto found = std::find(table.names.begin(), table.names.end(), c.column);
  const auto& x = table.columns.at(static_cast<std::size_t>(found - table.names.begin()));
  dsp::Pipeline pipeline(stream, {});
  test::Recorder seen;
  test::feed(pipeline, seen, x, 0, x.size());
  return seen;
}

class Recordings : public testing::TestWithParam<Case> {};

TEST_P(Recordings, RepetitionsAreThoseAPersonCounts) {
  RECORDINGS_OR_SKIP(dir);
  const auto seen = play(test::read_csv(dir / GetParam().file), GetParam());
  EXPECT_EQ(seen.of(dsp::EventKind::repetition).size(), GetParam().repetitions);
}

constexpr Case fatigue{"emg_fatigue_biceps_1k.csv", "EMG", 1000, 1000.0, 1.5, 30};

INSTANTIATE_TEST_SUITE_P(All, Recordings,
                         testing::Values(Case{"emg_bursts_biceps_1k.csv", "EMG", 1000, 1000.0, 1.5, 9}, fatigue,
                                         Case{"emg_8bit_vs_16bit_1k.csv", "EMG_16bit", 1000, 1000.0, 0.0, 10},
                                         Case{"emg_8bit_vs_16bit_1k.csv", "EMG_8bit", 1000, 1000.0, 0.0, 10},
                                         Case{"semi_ecg_bursts_1k.csv", "emg_clean", 1000, 1000.0, 0.0, 6},
                                         Case{"tscs_stim_off_4k.csv", "EMG", 4000, 1.0, 0.0, 5}));

TEST(FatigueRecording, MedianFrequencyFallsOverTheRepetitionsAndRailsAreCounted) {
  RECORDINGS_OR_SKIP(dir);
  const auto seen = play(test::read_csv(dir / fatigue.file), fatigue);
  std::vector<double> mdf;
  for (const auto& e : seen.of(dsp::EventKind::repetition))
    if (!std::isnan(e.repetition.mdf_hz)) mdf.push_back(e.repetition.mdf_hz);
  ASSERT_GE(mdf.size(), 28U);
  // The first and last five repetitions (SciPy's welch over them: 74.0 and 58.6 Hz; a straight line through all begins
  // at 76.3, since the fall is steepest at first), and the correlation with the repetition's number.
  const auto n = static_cast<double>(mdf.size());
  double mean = 0.0, first = 0.0, last = 0.0, sxx = 0.0, sxy = 0.0, syy = 0.0;
  for (const double v : mdf) mean += v / n;
  for (std::size_t i = 0; i < 5; ++i) first += mdf[i] / 5.0, last += mdf[mdf.size() - 1 - i] / 5.0;
  for (std::size_t i = 0; i < mdf.size(); ++i) {
    const double x = static_cast<double>(i) - 0.5 * (n - 1.0);
    sxx += x * x, sxy += x * (mdf[i] - mean), syy += (mdf[i] - mean) * (mdf[i] - mean);
  }
  EXPECT_NEAR(first, 73.6, 1.5);
  EXPECT_NEAR(last, 59.0, 1.5);
  EXPECT_LE(sxy / std::sqrt(sxx * syy), -0.8);
  EXPECT_EQ(std::count(seen.valid.begin(), seen.valid.end(), 0), 235);
}

/// A straight line over the repetitions sees the fall of the spectrum beyond doubt at about the thirteenth.
TEST(FatigueRecording, IsCalledFatigueFromAboutTheThirteenthRepetitionAndIndeterminateBefore) {
  RECORDINGS_OR_SKIP(dir);
  const auto seen = play(test::read_csv(dir / fatigue.file), fatigue);
  const auto told = seen.of(dsp::EventKind::fatigue);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NEAR(told[0].event.t_decision_s, 51.0, 5.0) << told[0].event.text.view();
  EXPECT_GT(told[0].event.value, 0.0);
  for (const auto& f : seen.of(dsp::FrameKind::spectrum)) {
    const double t = static_cast<double>(f.head.end_index) / 1000.0;
    if (std::isnan(f.value("jasa"))) continue;  // the window is not valid
    EXPECT_EQ(f.value("jasa"), t > told[0].event.t_decision_s ? 1.0 : 0.0) << t;
  }
}

}  // namespace
