// Efforts through the whole pipeline: what hides none of them, and how long what they told stands.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "recorder.hpp"

namespace {

using namespace myod;

constexpr std::uint64_t rate = 1000;

/// Rest of 3 uV and efforts of 60 uV: of 2 s every 4 s from `first_s` on.
std::vector<double> holds(double seconds, double first_s, int count) {
  auto x = test::oracle_noise(static_cast<std::size_t>(seconds * static_cast<double>(rate)), 21);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double since = static_cast<double>(i) / static_cast<double>(rate) - first_s;
    x[i] *= since >= 0.0 && since < 4.0 * count && std::fmod(since, 4.0) < 2.0 ? 60.0 : 3.0;
  }
  return x;
}

test::Recorder played(const std::vector<double>& x) {
  dsp::Pipeline pipeline(test::emg_stream(rate), {});
  test::Recorder seen;
  test::feed(pipeline, seen, x, 0, x.size());
  return seen;
}

TEST(Efforts, AnElectrodePluggedInBeforeThemIsNoneAndHidesNone) {
  auto x = holds(50.0, 8.0, 10);
  for (std::size_t i = 4 * rate; i < x.size(); ++i)
    x[i] += 20'000.0;  // an offset of 20 mV, from one sample to the next
  for (std::size_t i = 6 * rate; i < 6 * rate + 3; ++i) x[i] -= 5'000.0;
  const auto repetitions = played(x).of(dsp::EventKind::repetition);
  ASSERT_EQ(repetitions.size(), 10U);
  for (std::size_t i = 0; i < 10; ++i)
    EXPECT_NEAR(repetitions[i].repetition.start_s, 8.0 + 4.0 * static_cast<double>(i), 0.1);
}

TEST(Efforts, TheirTrendDoesNotStandThroughALongPause) {
  auto x = holds(140.0, 4.0, 12);  // the last one ends at 50 s
  for (std::size_t i = 125 * rate; i < 127 * rate; ++i) x[i] *= 20.0;
  std::size_t stood = 0, silent = 0, again = 0;
  for (const auto& f : played(x).of(dsp::FrameKind::spectrum)) {
    const double t = static_cast<double>(f.head.end_index) / static_cast<double>(rate);
    const bool told = !std::isnan(f.value("mnf_slope_hz_per_s"));
    if (t > 52.0 && t < 109.0) {
      EXPECT_TRUE(told) << t;
      stood += told ? 1 : 0;
    }
    if (t > 111.0 && t < 127.0) {
      EXPECT_FALSE(told) << t;
      silent += told ? 0 : 1;
    }
    if (t > 128.0) again += told ? 1 : 0;
  }
  EXPECT_GT(stood, 100U);
  EXPECT_GT(silent, 20U);
  EXPECT_GT(again, 10U) << "with the next repetition it does";
}

}  // namespace
