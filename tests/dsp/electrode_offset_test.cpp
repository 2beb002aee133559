// An electrode that came off, told by an offset no electrode makes (dsp-spec 2.1): only where the front end passes one.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "recorder.hpp"

namespace {

using namespace myod;

constexpr std::uint64_t rate = 1000;

/// Rest on 20 mV; from 10 s to 20 s on `off_mv`.
std::vector<double> lifted(double off_mv) {
  auto x = test::oracle_noise(30 * rate, 6);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = 4.0 * x[i] + 1000.0 * (i >= 10 * rate && i < 20 * rate ? off_mv : 20.0);
  return x;
}

dsp::Options with_limit(double mv) {
  dsp::Options o;
  o.condition.lead_off_mv = mv;
  return o;
}

test::Recorder play(double off_mv, double limit_mv) {
  dsp::Pipeline pipeline(test::emg_stream(rate), with_limit(limit_mv));
  test::Recorder seen;
  const auto x = lifted(off_mv);
  test::feed(pipeline, seen, x, 0, x.size());
  return seen;
}

TEST(ElectrodeOffset, BeyondTheRangeOfElectrodesItIsALiftedOneWithItsOffset) {
  for (const double off_mv : {350.0, -350.0}) {
    const auto seen = play(off_mv, 300.0);
    const auto told = seen.of(dsp::EventKind::lead_off);
    ASSERT_EQ(told.size(), 1U) << off_mv;
    EXPECT_NE(std::string(told[0].event.text.view()).find(off_mv > 0.0 ? "its offset is 3" : "its offset is -3"),
              std::string::npos)
        << told[0].event.text.view();
    EXPECT_NEAR(told[0].event.t_decision_s, 11.0, 0.51);
    for (const auto& f : seen.of(dsp::FrameKind::amplitude)) {
      const bool off = (f.status[0].reasons & dsp::reason_lead_off) != 0;
      if (f.head.end_index <= 10 * rate || f.head.end_index > 22 * rate) {
        EXPECT_FALSE(off) << f.head.end_index;
      }
      if (f.head.end_index <= 12 * rate || f.head.end_index > 20 * rate) continue;
      EXPECT_TRUE(off) << f.head.end_index;
      EXPECT_EQ(f.status[0].grade, dsp::Severity::invalid);
    }
  }
}

TEST(ElectrodeOffset, WithinItAndWhereTheFrontEndPassesNoneNothingIsSaid) {
  EXPECT_TRUE(play(250.0, 300.0).of(dsp::EventKind::lead_off).empty());
  EXPECT_TRUE(play(350.0, 0.0).of(dsp::EventKind::lead_off).empty());
}

TEST(ElectrodeOffset, ALimitTheConverterCannotReachIsRefused) {
  auto stream = test::emg_stream(rate);
  stream.channels[0].rail_low = -1640.0;
  stream.channels[0].rail_high = 1640.0;
  try {
    const dsp::Pipeline pipeline(stream, with_limit(300.0));
    FAIL() << "it waits in vain";
  } catch (const std::invalid_argument& e) {
    EXPECT_EQ(
        std::string(e.what()),
        "condition.lead_off_mv = 300.0: must be below the 1.6 mV at the electrode that channel m0 can tell, or 0: "
        "its front end passes no such offset");
  }
}

}  // namespace
