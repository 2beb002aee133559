// A file whose channels are conditioned in different ways.
#include <gtest/gtest.h>

#include <string>

#include "tables.hpp"

namespace myod {
namespace {

using myoctl::ProcessArguments;
using Process = test::ProcessTest;

TEST_F(Process, OneChannelMayBeConditionedInItsOwnWayAndItIsSaid) {
  ProcessArguments a = arguments(noise("a.csv", 3));
  a.set = {"channel.left arm.condition.lowpass=false", "channel.left arm.condition.ecg=highpass"};
  ASSERT_EQ(run(a), 0) << errors_;
  const std::string said = out("streams.csv").rows[0].at("conditioning");
  EXPECT_NE(said.find("waits for channels of the sensor with a longer delay line"), std::string::npos) << said;
  const std::size_t but = said.find("but left arm: ");
  ASSERT_NE(but, std::string::npos) << said;
  EXPECT_EQ(said.find("low-pass", but), std::string::npos) << said;
  EXPECT_LT(said.find("low-pass"), but);
  a.set = {"channel.nose.condition.lowpass=false"};
  EXPECT_EQ(run(a), 78);
  EXPECT_NE(errors_.find("channel.name = \"nose\": must be an EMG channel, one of left arm, right arm"),
            std::string::npos)
      << errors_;
}

}  // namespace
}  // namespace myod
