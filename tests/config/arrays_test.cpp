// [[array]]: electrodes along the fibres of a muscle. What cannot be an array is refused with place, key and value.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/config.hpp"
#include "tests/config/errors.hpp"

namespace myod::config {
namespace {

const std::string biceps = "[[array]]\nname = \"biceps\"\nchannels = [\"a\", \"b\", \"c\"]\ndistance_mm = 8\n";

dsp::Stream stream(const std::string& sensor, const std::vector<std::string>& names) {
  dsp::Stream s;
  s.sensor = sensor;
  for (const std::string& name : names) s.channels.emplace_back().name = name;
  return s;
}

TEST(Arrays, AStreamGetsThoseOfItsChannels) {
  Configuration c = parse(biceps, "lab.toml");
  dsp::Stream arm = stream("arm", {"x", "c", "b", "a"}), leg = stream("leg", {"d"});
  condition_channels(c, arm);
  condition_channels(c, leg);
  ASSERT_EQ(arm.arrays.size(), 1U);
  EXPECT_EQ(arm.arrays[0], c.arrays[0].array);
  EXPECT_EQ(arm.arrays[0].channels, (std::vector<std::string>{"a", "b", "c"})) << "in the order of the electrodes";
  EXPECT_TRUE(leg.arrays.empty());
  condition_channels(Configuration{}, arm);
  EXPECT_TRUE(arm.arrays.empty()) << "taken back";
}

TEST(Arrays, WhatIsPrintedReadsBackToTheSameAndTheHashKnowsThem) {
  const Configuration c = parse(biceps + "montage = \"double_differential\"\n", "lab.toml");
  EXPECT_EQ(print(parse(print(c), "again")), print(c));
  dsp::Stream arm = stream("arm", {"a", "b", "c"});
  condition_channels(c, arm);
  EXPECT_EQ(hash(c), hash(c.dsp, arm));
  EXPECT_NE(hash(c), hash(Configuration{}));
  Configuration wider;
  set(wider, "array=[{channels=[\"a\", \"b\", \"c\"], distance_mm=10}]");
  validate(wider);
  EXPECT_EQ(wider.arrays.at(0).array.name, "a..c");
  EXPECT_NE(hash(wider), hash(c));
}

TEST(Arrays, WhatCannotBeAnArrayIsRefusedWithItsPlace) {
  EXPECT_EQ(parse_error(biceps), "no error");
  EXPECT_EQ(parse_error("[[array]]\nchannels = [\"a\", \"b\"]\ndistance_mm = 10"),
            "lab.toml:2: array.a..b.channels = [\"a\", \"b\"]: must be at least 3 channels, in the order of the "
            "electrodes, for montage \"double_differential\"");
  EXPECT_EQ(parse_error(biceps + "montage = \"monopolar\""),
            "lab.toml:3: array.biceps.channels = [\"a\", \"b\", \"c\"]: must be at least 5 channels, in the order of "
            "the electrodes, for montage \"monopolar\"");
  EXPECT_EQ(parse_error("[[array]]\nchannels = [\"a\", \"b\", \"c\"]\n"),
            "lab.toml:1: array.a..c.distance_mm = 0.0: must be 1..50 mm, from one electrode to the next");
  EXPECT_EQ(parse_error("[[array]]\ndistance_mm = 100\n"), "lab.toml:2: array.distance_mm = 100: must be 0..50 mm");
  EXPECT_EQ(parse_error("[[array]]\nchannels = [\"a\", \"b\", \"a\"]\ndistance_mm = 10"),
            "lab.toml:2: array.a..a.channels = \"a\": must be unique; it is taken already (lab.toml:2)");
  EXPECT_EQ(parse_error(biceps + biceps.substr(0, 10) + biceps.substr(26)),
            "lab.toml:6: array.a..c.channels[0] = \"a\": must be unique; it is taken already (lab.toml:3)")
      << "there its velocity is told";
  EXPECT_EQ(parse_error("array = 3"), "lab.toml:1: array = 3: must be tables, each headed [[array]]");
}

TEST(Arrays, ChannelsAreOfOneSensorAndConditionedAlike) {
  const auto error = [](const std::string& more, const std::vector<dsp::Stream>& streams) {
    return error_of([&] { check_channels(parse(biceps + more, "lab.toml"), streams); });
  };
  const dsp::Stream all = stream("arm", {"a", "b", "c"});
  EXPECT_EQ(error("", {all}), "no error");
  EXPECT_EQ(error("", {stream("arm", {"a", "b"})}),
            "lab.toml:3: array.biceps.channels = \"c\": must be an EMG channel, one of a, b");
  EXPECT_EQ(error("", {stream("arm", {"a", "b"}), stream("leg", {"c"})}),
            "lab.toml:3: array.biceps.channels = \"c\": must be of sensor arm, as a is: an array is sampled together");
  EXPECT_EQ(error("[[channel]]\nname = \"b\"\ncondition.highpass_hz = 30", {all}),
            "lab.toml:3: array.biceps.channels = \"b\": must be conditioned as a is: another filter is another delay");
  EXPECT_EQ(error("[[channel]]\nname = \"b\"\ncondition.highpass_hz = 20", {all}), "no error") << "as for all";
}

}  // namespace
}  // namespace myod::config
