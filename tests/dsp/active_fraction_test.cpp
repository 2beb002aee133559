// Whose spectrum is it? The share of a spectrum's window in which the muscle was active.
#include <gtest/gtest.h>

#include "dsp/features/active_time.hpp"
#include "recorder.hpp"

namespace {

using namespace myod;

TEST(ActiveTime, CountsWhatLiesInTheWindowByEventTimes) {
  dsp::ActiveTime time(1000, 100);
  EXPECT_EQ(time.fraction(500), 0.0);
  time.onset(100);
  EXPECT_EQ(time.fraction(500), 0.4) << "under way, in a window that began before the stream";
  EXPECT_EQ(time.fraction(2000), 1.0);
  time.offset(1900);
  EXPECT_EQ(time.fraction(2100), 0.8);
  time.onset(2050);
  EXPECT_EQ(time.fraction(2100), 0.85);
  EXPECT_EQ(time.fraction(2900), 0.85);
}

TEST(ActiveTime, RemembersAsManyBurstsAsAWindowCanHold) {
  dsp::ActiveTime time(1000, 100);
  for (std::uint64_t i = 0; i < 50; ++i) {
    time.onset(101 * i);
    time.offset(101 * i + 1);
  }
  EXPECT_EQ(time.fraction(101 * 49 + 1), 0.01);
}

TEST(ActiveFraction, TellsASpectrumOfTheMuscleFromOneThatIsAlsoOfTheRest) {
  auto x = test::oracle_noise(9000, 77);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= i >= 3200 && i < 6000 ? 60.0 : 3.0;
  dsp::Pipeline pipeline(test::emg_stream(1000), {});
  test::Recorder seen;
  test::feed(pipeline, seen, x, 0, x.size());
  for (const auto& f : seen.of(dsp::FrameKind::spectrum)) {
    const auto end = static_cast<double>(f.head.end_index);
    const double active = std::max(0.0, std::min(end, 6000.0) - std::max(end - 1000.0, 3200.0)) / 1000.0;
    if (end < 2000.0) {
      EXPECT_TRUE(std::isnan(f.value("active_fraction"))) << "the rest level is not known yet, " << end;
    } else if (end != 6000.0) {  // its offset is not known yet
      EXPECT_NEAR(f.value("active_fraction"), active, 0.05) << end;
    }
  }
}

}  // namespace
