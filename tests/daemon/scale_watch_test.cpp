// Numbers that do not fit the converter they are said to come from.
#include "daemon/scale_watch.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace myod::daemon {
namespace {

/// What is said of two channels of 100 Hz, 6 s long; `value(k, channel)`.
std::string hint_of(std::int64_t bits, const std::function<double(int, int)>& value, int frames = 600) {
  const sensors::SensorRow& row = *sensors::find_sensor("ascii");
  sensors::Setup wished;
  wished.channels = 2;
  wished.rate_hz = 100.0;
  wished.bits = bits;
  const sensors::Setup setup = sensors::complete_setup(row, wished);
  ScaleWatch watch(row.channels(setup), setup);
  sensors::Frame frame;
  frame.values = 2;
  for (int k = 0; k < frames; ++k) {
    for (int c = 0; c < 2; ++c) frame.counts[static_cast<std::size_t>(c)] = value(k, c);
    watch.add(frame);
  }
  return std::string(watch.hint().view());
}

TEST(ScaleWatch, SaysNothingOfAMuscleAroundTheMiddleOfItsConverter) {
  EXPECT_EQ(hint_of(10, [](int k, int) { return 500.0 + k % 20; }), "");
  EXPECT_EQ(hint_of(10, [](int k, int) { return k % 2 == 0 ? 0.0 : 1023.0; }), "");
}

TEST(ScaleWatch, NamesTheChannelWhoseNumbersTheConverterCannotGive) {
  EXPECT_EQ(hint_of(
                10, [](int k, int c) { return c == 1 ? 2048.0 + k % 3 : 512.0; }, 5),
            "ch2 sends 2050, a converter of bits = 10 gives 0..1023: correct bits and full_scale, until then uV are "
            "wrong and peaks are cut");
  EXPECT_NE(hint_of(10, [](int, int) { return -3.0; }).find("ch1 sends -3"), std::string::npos);
  EXPECT_EQ(hint_of(10, [](int k, int) { return k == 7 ? 9999.0 : 512.0; }), "") << "one damaged line is no scale";
}

TEST(ScaleWatch, AsksWhenTheRangeIsNeverUsedButNotTooEarly) {
  const auto ten_bits = [](int k, int) { return 500.0 + k % 200; };
  EXPECT_EQ(hint_of(12, ten_bits),
            "the largest number so far is 699, a converter of bits = 12 gives up to 4095: are bits and full_scale "
            "right?");
  EXPECT_EQ(hint_of(12, ten_bits, 499), "");
  EXPECT_NE(hint_of(10, [](int k, int) { return 0.01 * k; }), "") << "volts are no counts";
}

}  // namespace
}  // namespace myod::daemon
