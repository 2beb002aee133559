#include "daemon/progress.hpp"

#include <gtest/gtest.h>

namespace myod::daemon {
namespace {

TEST(Progress, StandsStillSinceTheLastTurnThatWasSeen) {
  Progress p(1000);
  EXPECT_EQ(p.still_ns(0, 1500), 500) << "none yet";
  EXPECT_EQ(p.still_ns(3, 2000), 0);
  EXPECT_EQ(p.still_ns(3, 2700), 700);
  EXPECT_EQ(p.still_ns(3, 9000), 7000);
  EXPECT_EQ(p.still_ns(4, 9100), 0) << "it goes on";
}

}  // namespace
}  // namespace myod::daemon
