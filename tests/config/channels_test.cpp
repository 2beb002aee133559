// [[channel]]: conditioning of single channels. What is not given is as for all; mistakes are told like any other.
#include <gtest/gtest.h>

#include <string>

#include "config/config.hpp"
#include "tests/config/errors.hpp"

namespace myod::config {
namespace {

Configuration lab(std::string_view toml) { return parse(toml, "lab.toml"); }

dsp::Stream stream() {
  dsp::Stream s;
  s.channels.resize(3);
  s.channels[0].name = "left", s.channels[1].name = "right v1.2", s.channels[2].name = "grip";
  s.channels[2].kind = dsp::ChannelKind::force;
  return s;
}

TEST(OwnOptions, WhatAChannelDoesNotHaveOfItsOwnIsAsForAll) {
  const Configuration c =
      lab("[condition]\nhighpass_hz = 25.0\nlowpass_hz = 400.0\n"
          "[[channel]]\nname = \"left\"\ncondition = { mains = \"off\", lowpass_hz = 350.0 }\n"
          "[[channel]]\nname = \"right v1.2\"\ncondition.ecg = \"template\"\n");
  dsp::Stream s = stream();
  condition_channels(c, s);
  ASSERT_TRUE(s.channels[0].condition);
  EXPECT_EQ(s.channels[0].condition->mains, dsp::Mains::off);
  EXPECT_EQ(s.channels[0].condition->lowpass_hz, 350.0);
  EXPECT_EQ(s.channels[0].condition->highpass_hz, 25.0);
  ASSERT_TRUE(s.channels[1].condition);
  EXPECT_EQ(s.channels[1].condition->ecg, dsp::Ecg::pattern);
  EXPECT_EQ(s.channels[1].condition->lowpass_hz, 400.0);
  EXPECT_FALSE(s.channels[2].condition);
  condition_channels(Configuration{}, s);
  EXPECT_FALSE(s.channels[0].condition) << "taken back";
}

TEST(OwnOptions, WhatIsPrintedReadsBackToTheSameAndHoldsOnlyWhatWasGiven) {
  const Configuration c = lab("[[channel]]\nname = \"left\"\ncondition = { mains = \"off\", highpass_hz = 20.0 }\n");
  const std::string text = print(c);
  EXPECT_NE(text.find("[[channel]]\nname = \"left\"  # of an EMG channel\n"
                      "condition.highpass_hz = 20.0  # 0.5..1000 Hz: "),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("condition.lowpass"), std::string::npos);
  EXPECT_EQ(print(parse(text, "again")), text);
  EXPECT_EQ(hash(parse(text, "again")), hash(c));
}

TEST(OwnOptions, OneOptionOfOneChannelIsSetByItsName) {
  Configuration c;
  set(c, "channel.left.condition.mains=off");
  set(c, "channel.right v1.2.condition.highpass_hz = 30");
  set(c, "channel.left.condition.lowpass = false");
  validate(c);
  ASSERT_EQ(c.channels.size(), 2U);
  EXPECT_EQ(c.channels[1].name, "right v1.2");
  EXPECT_EQ(condition_of(c, c.channels[1]).highpass_hz, 30.0);
  EXPECT_FALSE(condition_of(c, c.channels[0]).lowpass);
  set(c, "channel=[{name=\"left\", condition={ecg=\"highpass\"}}]");
  ASSERT_EQ(c.channels.size(), 1U);
  EXPECT_EQ(condition_of(c, c.channels[0]).mains, dsp::Mains::automatic) << "all are replaced";
}

TEST(OwnOptions, AMistakeNamesFileLineKeyValueAndRangeAsForAllChannels) {
  EXPECT_EQ(parse_error("[[channel]]\nname = \"left\"\ncondition.highpass_hz = 5000\n"),
            "lab.toml:3: channel.left.condition.highpass_hz = 5000: must be 0.5..1000 Hz");
  EXPECT_EQ(parse_error("[[channel]]\nname = \"left\"\ncondition = {\n mains = \"on\" }\n").substr(0, 10),
            "lab.toml:3");
  EXPECT_EQ(parse_error("[[channel]]\nname = \"left\"\ncondition.manis = \"off\"\n"),
            "lab.toml:3: channel.left.condition.manis = \"off\": unknown key; the nearest is "
            "channel.left.condition.mains");
  EXPECT_EQ(parse_error("[[channel]]\ncondition.mains = \"off\"\n"),
            "lab.toml:1: channel.name = \"\": must be the name of an EMG channel");
  EXPECT_EQ(parse_error("[[channel]]\nname = \"left\"\n[[channel]]\nname = \"left\"\n"),
            "lab.toml:4: channel.name = \"left\": must be unique; it is taken already (lab.toml:2)");
  EXPECT_EQ(parse_error("channel = 3"), "lab.toml:1: channel = 3: must be tables, each headed [[channel]]");
  Configuration c;
  EXPECT_EQ(error_of([&c] { set(c, "channel.left.condition.highpass_hz=2000", "configure"); }),
            "configure: channel.left.condition.highpass_hz = 2000: must be 0.5..1000 Hz");
  EXPECT_EQ(
      error_of([&c] { set(c, "channel.left.features.hop_ms=10"); }),
      "--set: channel.left.features.hop_ms=10: must be channel.NAME.condition.KEY with the name of an EMG channel");
}

TEST(OwnOptions, OptionsThatNeedEachOtherAreCheckedAsTheyAreInForceForTheChannel) {
  EXPECT_EQ(parse_error("[[channel]]\nname = \"left\"\ncondition.mwave = \"gate\"\n"),
            "lab.toml:3: channel.left.condition.mwave = on: must have condition.blanking, which knows the pulses");
  EXPECT_EQ(parse_error("[condition]\nlowpass_hz = 90.0\n[[channel]]\nname = \"left\"\ncondition.highpass_hz = 100\n"),
            "lab.toml:5: channel.left.condition.highpass_hz = 100.0: must be below condition.lowpass_hz = 90.0 Hz");
  EXPECT_EQ(
      parse_error("[condition]\nblanking = \"events\"\nmwave = \"gate\"\n"
                  "[[channel]]\nname = \"left\"\ncondition.blanking = \"off\"\n"),
      "lab.toml:3: condition.mwave = on: must have condition.blanking, which knows the pulses (for channel left)");
  EXPECT_EQ(parse_error("[condition]\nblanking = \"marker\"\n"),
            "lab.toml:2: condition.blanking = \"marker\": must have condition.marker, the name of the channel the "
            "stimulator's trigger is wired to");
}

TEST(OwnOptions, AChannelNoSensorHasNamesWhatThereIs) {
  const auto error = [](const std::string& name) {
    return error_of([&] { check_channels(lab("[[channel]]\nname = \"" + name + "\"\n"), {stream()}); });
  };
  EXPECT_EQ(error("left"), "no error");
  for (const std::string name : {"nose", "grip"})
    EXPECT_EQ(error(name),
              "lab.toml:2: channel.name = \"" + name + "\": must be an EMG channel, one of left, right v1.2");
}

TEST(OwnOptions, TheHashKnowsWhatAChannelHasOfItsOwnAndNothingElse) {
  Configuration c;
  const std::string before = hash(c);
  set(c, "channel.left.condition.highpass_hz=20");
  EXPECT_EQ(hash(c), before) << "as for all";
  set(c, "channel.left.condition.mains=off");
  EXPECT_NE(hash(c), before);
  set(c, "channel.right v1.2.condition.lowpass=false");
  dsp::Stream s = stream();
  condition_channels(c, s);
  EXPECT_EQ(hash(c), hash(c.dsp, s));
  Configuration turned;
  set(turned, "channel.right v1.2.condition.lowpass=false");
  set(turned, "channel.left.condition.mains=off");
  EXPECT_EQ(hash(turned), hash(c)) << "in any order";
}

}  // namespace
}  // namespace myod::config
