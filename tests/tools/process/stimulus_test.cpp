// `myoctl process` of a stimulated muscle.
#include <gtest/gtest.h>

#include "tables.hpp"

namespace myod {
namespace {

using Stimulated = test::ProcessTest;

TEST_F(Stimulated, BlankingByEventsThatNobodyToldIsSaid) {
  auto a = arguments(noise("a.csv", 2));
  a.set = {"condition.blanking=events"};
  ASSERT_EQ(run(a), 0) << errors_;
  EXPECT_NE(errors_.find("condition.blanking = events, but no stimulus was told: nothing was blanked"),
            std::string::npos)
      << errors_;
  a.json = true;
  ASSERT_EQ(run(a), 0) << errors_;
  EXPECT_NE(said_.find("nothing was blanked"), std::string::npos) << said_;
  a.set = {"condition.blanking=detect"};
  ASSERT_EQ(run(a), 0) << errors_;
  EXPECT_EQ(errors_, "");
  a.set = {"channel.left arm.condition.blanking=events"};
  ASSERT_EQ(run(a), 0) << errors_;
  EXPECT_NE(errors_.find("nothing was blanked"), std::string::npos) << "of one channel alone, too";
}

}  // namespace
}  // namespace myod
