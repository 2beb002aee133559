#include "tools/myoctl/text.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace myod::myoctl {
namespace {

TEST(Text, CountsColumnsAndNotBytes) {
  EXPECT_EQ(columns("µV"), 2U);
  EXPECT_EQ(fit("µV", 4), "µV  ");
  EXPECT_EQ(fit_left("µV", 4), "  µV");
  EXPECT_EQ(fit("gastrocnemius", 6), "gastr…");
  EXPECT_EQ(fit("x", 0), "");
}

TEST(Text, LetsNoControlCharacterAndNoBrokenUtf8ReachATerminal) {
  EXPECT_EQ(printable("a\x1b[2Jb\n"), "a?[2Jb?");
  EXPECT_EQ(printable("\xC2\x9B"
                      "1m"),
            "?1m");  // C1 control sequence introducer
  EXPECT_EQ(printable("\xFFz\xC3"), "\uFFFDz\uFFFD");
  EXPECT_EQ(printable("\xC0\xAF"), "\uFFFD\uFFFD");            // a slash in too many bytes
  EXPECT_EQ(printable("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // half a surrogate pair
}

TEST(Text, DrawsBarsInEighthsAndClipsThem) {
  EXPECT_EQ(bar(0.5, 4), "██  ");
  EXPECT_EQ(bar(0.40625, 4), "█▋  ");
  EXPECT_EQ(bar(7, 3), "███");
  EXPECT_EQ(bar(-1, 3), "   ");
  EXPECT_EQ(bar(std::numeric_limits<double>::quiet_NaN(), 3), "   ");
}

TEST(Text, WrapsBetweenWordsAndCutsNone) {
  EXPECT_EQ(wrap("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("incomprehensible µ", 5), (std::vector<std::string>{"incomprehensible", "µ"}));
  EXPECT_TRUE(wrap("", 5).empty());
}

TEST(Text, SaysAStateOnce) {
  EXPECT_EQ(state_text("lost", "the port closed"), "lost: the port closed");
  EXPECT_EQ(state_text("waiting", "waiting for the port"), "waiting for the port");
  EXPECT_EQ(state_text("streaming", ""), "streaming");
  EXPECT_EQ(state_text("streaming", "no data for over 3 s"), "no data for over 3 s");
  EXPECT_TRUE(needs_words("streaming", "no data for over 3 s"));
  EXPECT_FALSE(needs_words("streaming", "/dev/ttyUSB0"));
  EXPECT_TRUE(needs_words("waiting", ""));
}

TEST(Text, WritesNumbersForPeople) {
  EXPECT_EQ(amplitude(12.34), "12.3");
  EXPECT_EQ(amplitude(99.97), "100");
  EXPECT_EQ(amplitude(512.6), "513");
  EXPECT_EQ(amplitude(std::numeric_limits<double>::quiet_NaN()), "–");
}

}  // namespace
}  // namespace myod::myoctl
