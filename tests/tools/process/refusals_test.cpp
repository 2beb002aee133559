// What `myoctl process` refuses, with which words and exit code, and what a failed run leaves.
#include <gtest/gtest.h>

#include "tables.hpp"

namespace myod {
namespace {

using myoctl::ProcessArguments;
using test::Sheet;
using Refusals = test::ProcessTest;

TEST_F(Refusals, AnEarlierResultIsReplacedAsAWholeOrStays) {
  ProcessArguments a = arguments(noise("a.csv", 2));
  a.filtered = true;
  ASSERT_EQ(run(a), 0) << errors_;
  const std::vector<std::string> whole{"amplitude.csv",   "events.csv",   "filtered.csv", "pairs.csv", "quality.csv",
                                       "repetitions.csv", "spectrum.csv", "streams.csv",  "trend.csv"};
  EXPECT_EQ(names_in("out"), whole);
  const Sheet before = out("amplitude.csv");
  expect_refused(arguments(write("b.csv", "A\n1\nx\n")), 1, "b.csv:3");
  EXPECT_EQ(names_in("out"), whole);
  EXPECT_EQ(out("amplitude.csv").rows, before.rows);
  a.filtered = false;
  a.inputs = {noise("c.csv", 1)};
  ASSERT_EQ(run(a), 0) << errors_;
  EXPECT_NE(said_.find("in place of an earlier result"), std::string::npos) << said_;
  EXPECT_EQ(std::ranges::count(names_in("out"), "filtered.csv"), 0);
  EXPECT_EQ(out("amplitude.csv").rows.size(), 100U);
}

TEST_F(Refusals, AFailedRunLeavesNothing) {
  expect_refused(arguments(write("b.csv", "A\n1\nx\n")), 1, "b.csv:3");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
}

TEST_F(Refusals, RefusesATableWithoutSamples) {
  expect_refused(arguments(write("a.csv", "A,B\n")), 78, "a.csv: no samples in it");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
}

TEST_F(Refusals, RefusesATimeAxisForAMuscle) {
  for (const std::string name : {"t", "Time", "timestamp", "time_s", "Time (ms)", "index", "\"sample\""})
    expect_refused(arguments(write("a.csv", "A," + name + "\n1,2\n")), 78, "time axis");
  for (const std::string name : {"tibialis", "index finger", "t2", "timeless"})
    EXPECT_EQ(run(arguments(write("a.csv", "A," + name + "\n1,2\n"))), 0) << errors_;
}

TEST_F(Refusals, AFirstRowThatDoesNotNameTheChannelsIsAWrongValue) {
  for (const auto& [header, why] :
       {std::pair{"A,A", "two channels are called \"A\""}, std::pair{"A,", "a channel without a name"},
        std::pair{"A;B", "separated by semicolons"}, std::pair{"1,2", "is a number"},
        std::pair{"\"biceps, left\",B", "\"biceps, left\" holds a comma"}})
    expect_refused(arguments(write("a.csv", std::string(header) + "\n1,2\n")), 78, why);
  expect_refused(arguments(write("a.csv", "")), 78, "a.csv:1: the file is empty");
  expect_refused(arguments(write("a.csv", "A,B\n1,2\n1\n")), 1, "a.csv:3: 1 fields");
}

TEST_F(Refusals, TellsWhatAFileIsNot) {
  ProcessArguments a = arguments(write("a.xdf", ""));
  a.rate_hz.reset();
  a.unit.clear();
  expect_refused(a, 1, "a.xdf: is no recording (XDF): the file is empty");
  write("a.xdf", "XD");
  expect_refused(a, 1, "a.xdf: is no recording (XDF): it does not begin with \"XDF:\"");
  write("a.xdf", "XDF:");
  expect_refused(a, 1, "a.xdf: ");
  a.inputs = {write("a.csv", std::string("\x01\0\x02", 3))};
  expect_refused(a, 1, "a.csv: is neither a recording (XDF) nor text");
  a.inputs = {write("a.dat", "0       patient")};
  expect_refused(a, 78, "EDF and BDF cannot be read");
}

TEST_F(Refusals, NamesFileAndLineOfABadRow) {
  expect_refused(arguments(write("a.csv", "A,B\n1,2\n3\n")), 1, "a.csv:3: 1 fields, but the first row names 2");
  expect_refused(arguments(write("a.csv", "A,B\n1,2\n3,4,5\n")), 1, "a.csv:3: 3 fields");
  expect_refused(arguments(write("a.csv", "A,B\n1,2\n3,x\n")), 1, "a.csv:3: column 2: \"x\" is not a number");
  expect_refused(arguments(write("a.csv", "A,B\n1,2 3\n")), 1, "a.csv:2: column 2");
  expect_refused(arguments(write("a.csv", "1.5,2.5\n1,2\n")), 78, "a.csv:1: \"1.5\" is a number");
  expect_refused(arguments(write("a.csv", "A,A\n1,2\n")), 78, "two channels are called \"A\"");
  expect_refused(arguments(write("a.csv", "")), 78, "a.csv:1: the file is empty");
  expect_refused(arguments(folder_ / "none.csv"), 1, "none.csv: there is no such file");
  expect_refused(arguments(write("a.csv", "A,B\r1,2\r3,4\r")), 78, "a.csv:1: its lines end with CR alone");
  expect_refused(arguments(write("a.csv", "A,B\n1,\"2\"\n")), 1, "a.csv:2: column 2: \"\"2\"\" stands in quotes");
  expect_refused(arguments(write("a.csv", "A;B\n1;2\n")), 78, "separated by semicolons");
  expect_refused(arguments(write("a.csv", "A\n" + std::string(2'000'000, '1'))), 1, "a.csv:2: a line of more than");
}

TEST_F(Refusals, RefusesArgumentsThatMakeNoSense) {
  const ProcessArguments good = arguments(noise("a.csv", 1));
  ProcessArguments a = good;
  a.rate_hz.reset();
  expect_refused(a, 2, "needs --rate HZ");
  a = good;
  a.unit = "furlong";
  expect_refused(a, 78, "must be uV, mV or V");
  a = good;
  for (const double hz : {0.5, 2e6}) {
    a.rate_hz = hz;
    expect_refused(a, 78, "--rate: must be 1..1000000 Hz");
  }
  a = good;
  a.set = {"features.no_such_thing=1"};
  expect_refused(a, 78, "no_such_thing");
  a = good;
  a.inputs = {write("x.edf", "0")};
  expect_refused(a, 78, "EDF and BDF cannot be read; give CSV or a recording");
}

TEST_F(Refusals, AWrongCalibrationIsRefusedWithItsLine) {
  ProcessArguments a = arguments(noise("a.csv", 1));
  const auto expect = [&](const std::string& toml, const std::string& why) {
    a.calibration = write("cal.toml", toml);
    expect_refused(a, 78, why);
  };
  expect("[channel.left]\nrest_uv = 1\n", "cal.toml:1: the input has no EMG channel \"left\"");
  expect("[channel.\"left arm\"]\nrest_uv = -1\n", "cal.toml:2: rest_uv: must be a number above 0");
  expect("[channel.\"left arm\"]\nrest = 1\n", "cal.toml:2: rest: unknown");
  expect("[channel.\"left arm\"]\nreference_uv = 100\n", "belong together");
  expect("[channel.\"left arm\"]\nreference_uv = 100\nreference_kind = \"max\"\n",
         "cal.toml:3: reference_kind: must be");
  expect("[chanel.\"left arm\"]\nrest_uv = 1\n", "chanel: unknown");
  expect("[channel.\"left arm\"\n", "cal.toml:1:");
}

TEST_F(Refusals, TellsWhenResultsCannotBeWritten) {
  std::filesystem::create_directory(folder_ / "out");
  std::filesystem::create_symlink("/dev/full", folder_ / "out/amplitude.csv.part");
  expect_refused(arguments(noise("a.csv", 2)), 1, "amplitude.csv: cannot be written");
}

}  // namespace
}  // namespace myod
