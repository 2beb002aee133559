// What is read ahead comes in its order, whole, and with the error where it arose.
#include "tools/myoctl/read_ahead.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace {

using namespace myod;

TEST(ReadAhead, GivesEverythingInOrderThenTheEnd) {
  int last = 0;
  myoctl::ReadAhead<int> numbers([&](int& item) { return (item = ++last) <= 1000; });
  for (int i = 1; i <= 1000; ++i) {
    const int* item = numbers.next();
    ASSERT_NE(item, nullptr);
    EXPECT_EQ(*item, i);
  }
  EXPECT_EQ(numbers.next(), nullptr);
}

TEST(ReadAhead, ThrowsWhatReadingThrewWhereItThrew) {
  int last = 0;
  myoctl::ReadAhead<int> numbers([&](int& item) {
    if ((item = ++last) == 4) throw std::runtime_error("line 4");
    return true;
  });
  for (int i = 0; i < 3; ++i) ASSERT_NE(numbers.next(), nullptr);
  EXPECT_THROW(numbers.next(), std::runtime_error);
}

TEST(ReadAhead, MayBeLeftBeforeTheEnd) {
  int last = 0;
  myoctl::ReadAhead<int> numbers([&](int& item) {
    item = ++last;
    return true;
  });
  ASSERT_NE(numbers.next(), nullptr);
}

}  // namespace
