// The command line as people and scripts rely on it: exit codes of the built program, with no daemon anywhere.
#include <gtest/gtest.h>

#include "tests/support/process.hpp"

namespace myod::test {
namespace {

Finished myoctl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), program("myoctl"));
  return run(std::move(arguments));
}

TEST(MyoctlArguments, HelpAndVersionGoToStandardOutputAndSayItIsNoMedicalDevice) {
  for (const char* flag : {"--help", "--version"}) {
    const auto end = myoctl({flag});
    EXPECT_EQ(end.code, 0);
    EXPECT_NE(end.out.find("Not a medical device"), std::string::npos);
    EXPECT_EQ(end.err, "");
  }
}

TEST(MyoctlArguments, WrongSyntaxIsTwo) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {},
           {"frobnicate"},
           {"--connect"},
           {"status", "--yaml"},
           {"calibrate"},
           {"calibrate", "rest"},
           {"calibrate", "sideways", "biceps"},
           {"calibrate", "rest", "--kind", "mvc", "biceps"},
           {"mark"},
           {"configure"},
           {"configure", "no-equals-sign"},
           {"record"},
           {"watch", "--rate", "fast"},
           {"latency", "--seconds", "long"},
           {"dump", "--kind"},
           {"process", "--rate", "1000"},
       })
    EXPECT_EQ(myoctl(arguments).code, 2) << (arguments.empty() ? "nothing" : arguments.back());
}

TEST(MyoctlArguments, WellFormedButWrongValuesAreSeventyEight) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"--connect", "nonsense", "status"},
           {"--connect", "tcp:localhost", "status"},
           {"watch", "--rate", "0"},
           {"watch", "--rate", "1000"},
           {"calibrate", "reference", "--kind", "guess", "biceps"},
           {"calibrate", "reference", "--percent", "200", "biceps"},
           {"calibrate", "rest", "--seconds", "-1", "biceps"},
       })
    EXPECT_EQ(myoctl(arguments).code, 78) << arguments.back();
}

TEST(MyoctlArguments, TheDoctorLooksAtTheMachineAlsoWhereNoDaemonRuns) {
  const TemporaryFolder folder;
  const auto end = myoctl({"--connect", "unix:" + (folder / "nobody"), "doctor", "--json"});
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_NE(end.out.find("\"check\":\"myod\""), std::string::npos) << end.out;
  EXPECT_EQ(myoctl({"--connect", "nonsense", "doctor"}).code, 78);
}

TEST(MyoctlArguments, SamplesAreRefusedInWords) {
  const auto end = myoctl({"watch", "--raw"});
  EXPECT_EQ(end.code, 78);
  EXPECT_NE(end.err.find("samples are not in this version"), std::string::npos);
}

TEST(MyoctlArguments, WhatIsNoCommandLineSaysWhereHelpIs) {
  for (const auto& [arguments, why] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{}, "A subcommand is required"},
           {{"mark"}, "text is required"},
           {{"configure", "highpass"}, "configure: highpass: must be KEY=VALUE"}}) {
    const auto end = myoctl(arguments);
    EXPECT_EQ(end.code, 2);
    EXPECT_EQ(end.err, "myoctl: " + why + ": see myoctl --help, or myoctl COMMAND --help\n");
  }
}

TEST(MyoctlArguments, WithoutADaemonEveryCommandSaysWhereItLookedAndWhatToDo) {
  const TemporaryFolder folder;
  const std::string address = "unix:" + (folder / "myod.sock");
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"status"},
                                             {"sensors", "--json"},
                                             {"watch"},
                                             {"events", "--json"},
                                             {"calibrate", "rest", "biceps"},
                                             {"mark", "status"},
                                             {"configure", "a=1"},
                                             {"record", "stop"}}) {
    auto line = arguments;
    line.insert(line.begin(), {"--connect", address});
    const auto end = myoctl(line);
    EXPECT_EQ(end.code, 1) << arguments.front();
    EXPECT_EQ(end.err, "myoctl: cannot connect to " + address +
                           ": No such file or directory; is myod running (tools/run starts it), and does it listen "
                           "there?\n");
    EXPECT_EQ(end.out, "");
  }
}

}  // namespace
}  // namespace myod::test
