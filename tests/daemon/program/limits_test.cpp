// A sensor too slow for the whole band says what that costs wherever somebody may look.
#include <gtest/gtest.h>

#include "daemon/record/journal_reader.hpp"
#include "tests/daemon/program/rig.hpp"

namespace myod::test {
namespace {

TEST(SlowSensor, SaysWhichFeaturesItCannotSupportAndWhyInSensorsStatusAndEveryRecording) {
  const TemporaryFolder folder;
  Process sensor(simulator(folder, "knight", {}));
  ASSERT_TRUE(sensor.line());
  Daemon daemon(folder, {"--sensor", "knight@" + (folder / "tty")});
  Finished recording;
  do recording = daemon.ctl({"record", "start"});  // until the pipeline is there
  while (recording.code != 0);
  const std::string why = "low-pass at 56.2 Hz instead of 450.0 Hz: the sampling rate carries no more";
  const std::string which = "not of the whole band, so limited:rate: mnf_hz, mdf_hz, finsm5, ";
  for (const char* command : {"sensors", "status"})
    for (const bool json : {false, true}) {
      const Finished told = daemon.ctl(json ? Words{command, "--json"} : Words{command});
      EXPECT_NE(told.out.find(why), std::string::npos) << told.out;
      EXPECT_NE(told.out.find(which), std::string::npos) << told.out;
    }
  EXPECT_EQ(daemon.ctl({"record", "stop"}).code, 0);
  const record::JournalReader journal(recording.out.substr(0, recording.out.find('\n')));
  ASSERT_EQ(journal.streams().at(0).limits.size(), 3U);
  EXPECT_EQ(journal.streams()[0].limits[0], why);
  EXPECT_EQ(journal.streams()[0].limits[2].rfind(which, 0), 0U);
}

}  // namespace
}  // namespace myod::test
