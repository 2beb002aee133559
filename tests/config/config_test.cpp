// What a user gets to see: every mistake with file, line, key, value and range; what is printed reads back to the same.
#include "config/config.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/config/errors.hpp"

namespace myod::config {
namespace {

std::string set_error(std::string_view assignment) {
  return error_of([assignment] {
    Configuration c;
    set(c, assignment);
    validate(c);
  });
}

constexpr std::string_view full = R"(
[condition]
highpass_hz = 0.1e2
lowpass = false
[onset]
profile = "fast"
[serve]
listen = ["unix:/run/a b/\"x\".sock", "tcp:127.0.0.1:0"]
[log]
level = "trace"
[[sensor]]
name = "arm"
kind = "ascii"
port = "/dev/ttyUSB0"
rate_hz = 333.3333333333333
channels = 2
[[sensor.channel]]
name = "biceps left"
muscle = "biceps brachii"
side = "left"
[[sensor.channel]]
name = "knee"
kind = "angle"
unit = "deg"
[[sensor]]
name = "leg"
kind = "sim"
[[pair]]
first = "biceps left"
second = "leg.right"
[[pair]]
name = "elbow"
first = "biceps left"
second = "leg.left"
kind = "co_contraction"
basis = "reference"
)";

TEST(Config, PrintedConfigurationReadsBackToTheSame) {
  const Configuration c = parse(full, "lab.toml");
  EXPECT_EQ(c.dsp.condition.highpass_hz, 10.0);
  EXPECT_EQ(c.dsp.onset.profile, dsp::OnsetProfile::fast);
  EXPECT_EQ(c.serve.listen.at(0), "unix:/run/a b/\"x\".sock");
  ASSERT_EQ(c.sensors.size(), 2U);
  EXPECT_EQ(c.sensors[0].rate_hz, 333.3333333333333);
  ASSERT_EQ(c.sensors[0].channel.size(), 2U);
  EXPECT_EQ(c.sensors[0].channel[0].side, dsp::Side::left);
  EXPECT_EQ(c.sensors[0].channel[1].kind, dsp::ChannelKind::angle);
  ASSERT_EQ(c.pairs.size(), 2U);
  EXPECT_EQ(c.pairs[0].pair.name, "biceps left/leg.right") << "a pair without a name is called by its channels";
  EXPECT_EQ(c.pairs[1].pair.kind, dsp::PairKind::co_contraction);
  EXPECT_EQ(c.pairs[1].pair.basis, dsp::PairBasis::reference);
  const std::string printed = print(c);
  EXPECT_EQ(print(parse(printed, "printed")), printed);
  EXPECT_NE(printed, print(Configuration{}));
}

TEST(Config, APairNamesTwoChannelsOnABasisItCanStandOn) {
  EXPECT_EQ(parse_error("[[pair]]\nname = \"knee\"\nfirst = \"a\""),
            "lab.toml:1: pair.knee.second = \"\": must be the name of a channel");
  EXPECT_EQ(parse_error("[[pair]]\nfirst = \"a\"\nsecond = \"a\""),
            "lab.toml:3: pair.a/a.second = \"a\": must be another channel than pair.a/a.first");
  EXPECT_EQ(
      parse_error("[[pair]]\nfirst = \"a\"\nsecond = \"b\"\n[[pair]]\nname = \"a/b\"\nfirst = \"c\"\nsecond = \"d\""),
      "lab.toml:5: pair.name = \"a/b\": must be unique; it is taken already (lab.toml:1)");
  EXPECT_EQ(parse_error("[[pair]]\nfirst = \"a\"\nsecond = \"b\"\nkind = \"co_contraction\"\nbasis = \"load\""),
            "lab.toml:5: pair.a/b.basis = \"load\": must be \"reference\" for kind co_contraction, which compares "
            "percents of each muscle's own reference");
  EXPECT_EQ(parse_error("[[pair]]\nbasis = \"force\""),
            "lab.toml:2: pair.basis = \"force\": must be one of task, load, reference");
  EXPECT_EQ(parse_error("pair = 3"), "lab.toml:1: pair = 3: must be tables, each headed [[pair]]");
  EXPECT_EQ(set_error("pair=[{first=\"a\"}]"), "--set: pair.a/.second = \"\": must be the name of a channel");
}

TEST(Config, APairOfWhatNoSensorHasNamesWhatThereIs) {
  dsp::Stream stream;
  stream.channels.resize(3);
  stream.channels[0].name = "left", stream.channels[1].name = "right", stream.channels[2].name = "grip";
  stream.channels[2].kind = dsp::ChannelKind::force;
  const auto error = [&](const std::string& second) {
    return error_of([&] {
      check_pairs(parse("[[pair]]\nname = \"arms\"\nfirst = \"left\"\nsecond = \"" + second + "\"", "lab.toml"),
                  {stream});
    });
  };
  EXPECT_EQ(error("right"), "no error");
  for (const std::string second : {"nose", "grip"})
    EXPECT_EQ(error(second),
              "lab.toml:4: pair.arms.second = \"" + second + "\": must be an EMG channel, one of left, right");
}

TEST(Config, TheFileThatComesWithTheProgramIsThePrintedDefault) {
  std::ifstream file(MYOD_SOURCE_DIR "/config/myod.toml");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), print(Configuration{})) << "write it anew: myod --print-config > config/myod.toml";
  EXPECT_EQ(print(load(MYOD_SOURCE_DIR "/config/myod.toml")), print(Configuration{}));
}

TEST(Config, OutOfRangeNamesFileLineKeyValueAndRange) {
  EXPECT_EQ(parse_error("[condition]\nhighpass_hz = 5000\n"),
            "lab.toml:2: condition.highpass_hz = 5000: must be 0.5..1000 Hz");
  EXPECT_EQ(parse_error("condition.highpass_poles = 3"),
            "lab.toml:1: condition.highpass_poles = 3: must be 2..8, even");
  EXPECT_EQ(parse_error("onset.threshold = nan"), "lab.toml:1: onset.threshold = nan: must be 0..1000");
}

TEST(Config, WrongTypesSayWhatIsWanted) {
  EXPECT_EQ(parse_error("condition.highpass_hz = \"20\""),
            "lab.toml:1: condition.highpass_hz = \"20\": must be a number 0.5..1000 Hz");
  EXPECT_EQ(parse_error("condition.lowpass = 1"), "lab.toml:1: condition.lowpass = 1: must be true or false");
  EXPECT_EQ(parse_error("realtime.cpu = 1.0"), "lab.toml:1: realtime.cpu = 1.0: must be a whole number -1..1023");
  EXPECT_EQ(parse_error("record.data_dir = 3"), "lab.toml:1: record.data_dir = 3: must be a text");
  EXPECT_EQ(parse_error("onset.profile = \"quick\""),
            "lab.toml:1: onset.profile = \"quick\": must be one of standard, fast");
  EXPECT_EQ(parse_error("onset.method = \"abbink\""),
            "lab.toml:1: onset.method = \"abbink\": must be one of cusum, hodges_bui, tkeo_dt, bonato, lidierth");
  EXPECT_EQ(parse_error("serve.listen = [1]"),
            "lab.toml:1: serve.listen = [ 1 ]: must be a list of texts, as [\"one\", \"two\"]");
  EXPECT_EQ(parse_error("sensor = 1"), "lab.toml:1: sensor = 1: must be tables, each headed [[sensor]]");
}

TEST(Config, AnOnsetMethodWithoutProfilesHasNoFastOne) {
  EXPECT_EQ(parse_error("[onset]\nmethod = \"tkeo_dt\"\nprofile = \"fast\""),
            "lab.toml:3: onset.profile = \"fast\": must be \"standard\": only onset.method = \"cusum\" has it");
  EXPECT_EQ(parse_error("onset.bonato_needed = 6"),
            "lab.toml:1: onset.bonato_needed = 6: must be at most onset.bonato_among = 5");
}

TEST(Config, UnknownKeysAreErrorsAndNameTheNearest) {
  EXPECT_EQ(parse_error("[condition]\n\nhighpas_hz = 20"),
            "lab.toml:3: condition.highpas_hz = 20: unknown key; the nearest is condition.highpass_hz");
  EXPECT_EQ(parse_error("[[sensor]]\nkinds = \"sim\""),
            "lab.toml:2: sensor.kinds = \"sim\": unknown key; the nearest is sensor.kind");
  EXPECT_EQ(parse_error("[[sensor]]\nname = \"arm\"\nkind = \"sim\"\nchanels = 2"),
            "lab.toml:4: sensor.arm.chanels = 2: unknown key; the nearest is sensor.arm.channels");
  EXPECT_EQ(parse_error("[conditon]"), "lab.toml:1: [conditon]: unknown table; --list-options names all");
  EXPECT_EQ(parse_error("zzz = 1"), "lab.toml:1: zzz = 1: unknown key; --list-options names all");
}

TEST(Config, EveryMistakeOfAFileIsToldInItsOrder) {
  EXPECT_EQ(parse_error("[serve]\nlisten = 1\n[log]\nlevel = \"loud\"\n[condition]\nlowpass_hz = 1\n"),
            "lab.toml:2: serve.listen = 1: must be a list of texts, as [\"one\", \"two\"]\n"
            "lab.toml:4: log.level = \"loud\": must be one of trace, debug, info, warning, error\n"
            "lab.toml:6: condition.lowpass_hz = 1: must be 10..10000 Hz");
}

TEST(Config, SyntaxErrorsNameTheirLine) {
  EXPECT_EQ(parse_error("[log]\nlevel = = 3").substr(0, 12), "lab.toml:2: ");
  EXPECT_EQ(parse_error("log.level = \"info\"\nlog.level = \"info\"").substr(0, 12), "lab.toml:2: ");
}

TEST(Config, UnreadableFilesAreErrors) {
  EXPECT_EQ(error_of([] { load("/nonexistent.toml"); }),
            "/nonexistent.toml: cannot be read: No such file or directory");
  EXPECT_EQ(error_of([] { load("/"); }), "/: cannot be read: Is a directory");
}

TEST(Config, FiltersAndBandsMustNotCross) {
  EXPECT_EQ(parse_error("[condition]\nlowpass_hz = 20\n"),
            "lab.toml:2: condition.lowpass_hz = 20.0: must be above condition.highpass_hz = 20.0 Hz");
  EXPECT_EQ(parse_error("condition.highpass_hz = 450"),
            "lab.toml:1: condition.highpass_hz = 450.0: must be below condition.lowpass_hz = 450.0 Hz");
  EXPECT_EQ(parse_error("[condition]\nlowpass_hz = 10\nhighpass = false"), "no error");
  EXPECT_EQ(parse_error("features.band_high_hz = 15"),
            "lab.toml:1: features.band_high_hz = 15.0: must be above features.band_low_hz = 20.0 Hz");
}

TEST(Config, NamesAreUniqueOverAllSensors) {
  EXPECT_EQ(parse_error("[[sensor]]\nname='a'\nkind='sim'\n[[sensor.channel]]\nname='left'\n"
                        "[[sensor]]\nname='a'\nkind='sim'\n[[sensor.channel]]\nname='left'\n"),
            "lab.toml:7: sensor.name = \"a\": must be unique; it is taken already (lab.toml:2)\n"
            "lab.toml:10: sensor.a.channel.name = \"left\": must be unique; it is taken already (lab.toml:5)");
}

TEST(Config, SensorsAreCheckedAsAWhole) {
  EXPECT_EQ(parse_error("[[sensor]]\nname = \"my arm\"\n"),
            "lab.toml:2: sensor.name = \"my arm\": must be 1..64 of letters, digits, _ and -\n"
            "lab.toml:1: sensor.my arm.kind = \"\": must be a name of --list-sensors");
  EXPECT_EQ(parse_error("[[sensor]]\nname='a'\nkind='sim'\nchannels=1\n[[sensor.channel]]\nname='x'\nunit='mV'\n"
                        "[[sensor.channel]]\nkind='force'\n"),
            "lab.toml:4: sensor.a.channels = 1: must be at least the 2 channels described\n"
            "lab.toml:7: sensor.a.channel.unit = \"mV\": must be \"uV\" for kind emg\n"
            "lab.toml:8: sensor.a.channel.name = \"\": must be 1..64 characters without comma, semicolon and quote");
  EXPECT_EQ(parse_error("[[sensor]]\nname='a'\nkind='ascii'\ncounter_column=2\ntimestamp_column=2\n"),
            "lab.toml:5: sensor.a.timestamp_column = 2: must be another column than sensor.a.counter_column");
}

TEST(Config, WhoeverUsesASensorCanSayWhereAnOptionStands) {
  const Configuration c = parse("[[sensor]]\nname='a'\nkind='sim'\nrate_hz=7\n", "lab.toml");
  EXPECT_EQ(located(c.sensors[0], "rate_hz = 7: must be 10"), "lab.toml:4: sensor.a.rate_hz = 7: must be 10");
  EXPECT_EQ(located(c.sensors[0], "channels = 9: too many"), "lab.toml:1: sensor.a.channels = 9: too many");
  EXPECT_EQ(located(SensorConfig{}, "channels = 9: too many"), "sensor.channels = 9: too many");
}

TEST(ConfigSet, TakesTomlValuesAndBareWords) {
  Configuration c;
  set(c, "condition.highpass_hz = 30");
  set(c, "condition.lowpass=false");
  set(c, "log.level=debug");
  set(c, "record.data_dir=/data/a=b");
  set(c, "serve.listen=[\"tcp:127.0.0.1:0\"]");
  set(c, "sensor=[{name=\"arm\", kind=\"ascii\", rate_hz=500}]");
  set(c, "sensor.arm.port=/dev/ttyACM0");
  validate(c);
  EXPECT_EQ(c.dsp.condition.highpass_hz, 30.0);
  EXPECT_FALSE(c.dsp.condition.lowpass);
  EXPECT_EQ(c.log.level, LogLevel::debug);
  EXPECT_EQ(c.record.data_dir, "/data/a=b");
  EXPECT_EQ(c.serve.listen, std::vector<std::string>{"tcp:127.0.0.1:0"});
  EXPECT_EQ(c.sensors.at(0).port, "/dev/ttyACM0");
  EXPECT_EQ(c.sensors.at(0).rate_hz, 500.0);
}

TEST(ConfigSet, RefusesAndLeavesTheOldValue) {
  Configuration c;
  EXPECT_EQ(error_of([&c] { set(c, "condition.highpass_hz=2000"); }),
            "--set: condition.highpass_hz = 2000: must be 0.5..1000 Hz");
  EXPECT_EQ(error_of([&c] { set(c, "condition.highpass_hz=2000", "configure"); }),
            "configure: condition.highpass_hz = 2000: must be 0.5..1000 Hz");
  EXPECT_EQ(error_of([&c] { set(c, "condition.highpass_hz", "configure"); }).substr(0, 10), "configure:");
  EXPECT_EQ(set_error("condition.ecg_reference=" + std::string(65, 'x')),
            "--set: condition.ecg_reference = \"" + std::string(65, 'x') + "\": must be a text of at most 64 bytes");
  EXPECT_EQ(c.dsp.condition.highpass_hz, 20.0);
  EXPECT_EQ(set_error("condition.highpass_hz"),
            "--set: condition.highpass_hz: must be KEY=VALUE, as condition.highpass_hz=30");
  EXPECT_EQ(set_error("log.level=loud"),
            "--set: log.level = \"loud\": must be one of trace, debug, info, warning, error");
  EXPECT_EQ(set_error("log.levle=info"), "--set: log.levle = \"info\": unknown key; the nearest is log.level");
  EXPECT_EQ(set_error("sensor.arm.port=x"),
            "--set: sensor.arm.port=x: must be sensor.NAME.KEY with the name of a sensor");
  EXPECT_EQ(set_error("condition.lowpass=true\nlog.level = 3").substr(0, 27), "--set: condition.lowpass = ");
  EXPECT_EQ(set_error("condition.highpass_hz=[1").substr(0, 31), "--set: condition.highpass_hz=[1");
}

TEST(Config, NothingIsLeftOutThatAnythingElseRestsOn) {
  EXPECT_EQ(
      parse_error("features.activity = false"),
      "lab.toml:1: features.activity = false: must be true where repetition.enabled is: efforts are followed by it");
  EXPECT_EQ(parse_error("features.activity = false\nrepetition.enabled = false"), "no error");
  EXPECT_EQ(parse_error("features.quality = false\ncondition.lead_off_mv = 300"),
            "lab.toml:2: condition.lead_off_mv = 300.0: must have features.quality, which looks at the offset");
}

TEST(ConfigSet, OptionsThatNeedEachOtherComeInAnyOrder) {
  Configuration c;
  set(c, "condition.highpass_hz=500");
  set(c, "condition.lowpass_hz=700");
  EXPECT_NO_THROW(validate(c));
}

TEST(ConfigHash, KnowsWhatChangesAResultAndNothingElse) {
  Configuration c;
  const std::string before = hash(c);
  EXPECT_EQ(before, "304fe4fb8af922d4") << "a new default changes it on purpose; then say so here";
  set(c, "log.level=debug");
  set(c, "serve.listen=[\"tcp:127.0.0.1:0\"]");
  EXPECT_EQ(hash(c), before);
  set(c, "features.window_ms=250.00000000000003");
  EXPECT_NE(hash(c), before);
  EXPECT_EQ(hash(c), hash(c.dsp, {}));
}

TEST(ConfigList, HasARowPerOption) {
  const std::string text = list_options(false);
  EXPECT_NE(text.find("condition.highpass_hz = 20.0  (0.5..1000 Hz) "), std::string::npos);
  EXPECT_NE(text.find("sensor.channel.side = \"none\"  (none, left, right) "), std::string::npos);
  const std::string json = list_options(true);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), std::count(json.begin(), json.end(), '\n'));
  EXPECT_NE(
      json.find(
          R"({"key":"condition.highpass_hz","type":"number","default":20.0,"low":0.5,"high":1000.0,"unit":"Hz",)"),
      std::string::npos);
}

}  // namespace
}  // namespace myod::config
