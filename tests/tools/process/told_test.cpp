// What was kept is said again as it was said: everything, in its order, to the bit.
#include "tools/myoctl/told.hpp"

#include <gtest/gtest.h>

#include "dsp/pipeline.hpp"
#include "tests/dsp/recorder.hpp"

namespace {

using namespace myod;

/// Bursts, a calibration and lost samples: whatever a pipeline says.
void drive(dsp::Sink& sink) {
  constexpr std::size_t lost_from = 3000, lost_to = 3500;
  dsp::Pipeline pipeline(test::emg_stream(1000), {});
  const auto x = test::oracle_signal(9000, 1000);
  dsp::Command command;
  command.seconds = 1.0;
  pipeline.apply(command, sink);
  command.kind = dsp::CommandKind::calibrate_reference;
  pipeline.apply(command, sink);
  test::feed(pipeline, sink, x, 0, lost_from);
  test::feed(pipeline, sink, x, lost_to, x.size());
  pipeline.finish(dsp::input_ended, sink);
}

TEST(Told, IsSaidAgainAsItWasSaid) {
  test::Recorder direct, again;
  drive(direct);
  myoctl::Told told;
  for (int turn = 0; turn < 2; ++turn) {  // what it was filled with before is gone
    told.begin(again.wants_conditioned());
    drive(told);
  }
  told.tell(again);
  EXPECT_FALSE(direct.results.empty());
  EXPECT_FALSE(direct.of(dsp::EventKind::repetition).empty());
  EXPECT_EQ(direct.told, again.told);
  EXPECT_EQ(direct.uv, again.uv);
  EXPECT_EQ(direct.valid, again.valid);
}

TEST(Told, KeepsNoSamplesThatNobodyWants) {
  test::Recorder again;
  myoctl::Told told;
  EXPECT_FALSE(told.wants_conditioned());
  for (const bool wanted : {true, false}) {
    told.begin(wanted);
    drive(told);
  }
  told.tell(again);
  EXPECT_FALSE(again.results.empty());
  EXPECT_TRUE(again.uv.empty());
}

}  // namespace
