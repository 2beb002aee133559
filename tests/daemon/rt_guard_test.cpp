// The guard's self-test: a guard that sees nothing would pass everything.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <mutex>
#include <vector>

#include "tests/support/rt_guard/rt_guard.hpp"

namespace myod::test {
namespace {

TEST(RtGuard, SeesAllocationsFreesAndLocksOfItsOwnThreadWhileArmed) {
  if (!rt_guard_sees()) GTEST_SKIP() << "SKIPPED: the sanitizer owns malloc";
  std::mutex mutex;
  RtCounts seen;
  {
    const RtGuard guard;
    void* volatile p = std::malloc(10);  // volatile: the compiler may not drop the pair
    p = std::realloc(p, 20);
    std::free(p);
    p = std::calloc(2, 8);
    std::free(p);
    void* q = nullptr;
    ASSERT_EQ(posix_memalign(&q, 64, 64), 0);
    std::free(q);
    p = std::aligned_alloc(64, 64);
    std::free(p);
    const auto made = std::make_unique<std::vector<int>>(100);
    const std::lock_guard lock(mutex);
    seen = guard.counts();
  }
  EXPECT_GE(seen.allocations, 7U);
  EXPECT_GE(seen.frees, 4U);
  EXPECT_EQ(seen.locks, 1U);
}

TEST(RtGuard, CountsNothingWhenNotArmed) {
  { const RtGuard guard; }
  const auto before = std::make_unique<int>(1);
  const RtGuard guard;
  EXPECT_EQ(guard.counts().total(), 0U);
}

}  // namespace
}  // namespace myod::test
