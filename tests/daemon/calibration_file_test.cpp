// The daemon's own calibration file: trials of one application of the electrodes, and what they say together.
#include "daemon/calibration_file.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <filesystem>
#include <optional>

#include "config/config.hpp"
#include "tests/support/process.hpp"

namespace myod::daemon {
namespace {

using dsp::ReferenceKind;

struct Calibrating : testing::Test {
  test::TemporaryFolder folder;
  Bell bell;
  Worker worker{bell};
  CalibrationFile file{folder.path(), worker};

  std::string trial(double uv, bool anew = false) {
    return file.reference("biceps", ReferenceKind::mvc, 100.0, uv, anew);
  }
  /// What write() answered, once the worker has done it.
  std::string written(CalibrationFile& to) {
    std::optional<std::string> answer;
    to.write([&](const std::string& error) { answer = error; });
    while (!answer) {
      pollfd fd{bell.fd(), POLLIN, 0};
      if (poll(&fd, 1, 10'000) <= 0) return "no answer";
      bell.answer();
      worker.finish();
    }
    return *answer;
  }
};

TEST_F(Calibrating, AsksForThreeTrialsAndAFourthWhenTheBestTwoDiffer) {
  EXPECT_EQ(trial(400.0), "1 trial of at least 3: rest 60 s, then repeat");
  EXPECT_EQ(trial(300.0), "2 trials of at least 3: rest 60 s, then repeat");
  EXPECT_EQ(trial(340.0), "3 trials, the best two differ by 15 %: rest 60 s, then one more");
  EXPECT_EQ(trial(380.0), "4 trials, the best two differ by 5 %: enough");
}

TEST_F(Calibrating, AnotherKindOrEffortOrAWishBeginsAnew) {
  trial(400.0);
  EXPECT_EQ(trial(350.0, true).substr(0, 7), "1 trial");
  EXPECT_EQ(file.reference("biceps", ReferenceKind::submax, 100.0, 200.0, false).substr(0, 7), "1 trial");
  EXPECT_EQ(file.reference("biceps", ReferenceKind::submax, 50.0, 200.0, false).substr(0, 7), "1 trial");
}

TEST_F(Calibrating, TheFileHoldsTheLargestTrialAndReplacesItselfWhole) {
  file.rest("biceps", 2.5);
  trial(400.0);
  ASSERT_EQ(written(file), "");
  trial(380.0);
  ASSERT_EQ(written(file), "");
  const config::Calibration read = config::read_calibration(file.path());
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].rest_uv, 2.5);
  EXPECT_EQ(read[0].reference_uv, 400.0);
  EXPECT_EQ(read[0].trials_uv, (std::vector<double>{400.0, 380.0}));
  const auto files = std::filesystem::directory_iterator(std::filesystem::path(file.path()).parent_path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST_F(Calibrating, AFolderThatCannotBeWrittenIsSaid) {
  const std::string blocked = folder / "blocked";
  std::filesystem::create_symlink("/dev/null", blocked);
  CalibrationFile nowhere(blocked, worker);
  EXPECT_NE(written(nowhere).find("cannot make the folder of"), std::string::npos);
}

TEST_F(Calibrating, AnEarlierFileThatIsNotThereIsAWrongConfiguration) {
  config::Configuration c;
  EXPECT_TRUE(earlier_calibration(c).empty());
  c.calibration.file = folder / "absent.toml";
  EXPECT_THROW(earlier_calibration(c), config::ConfigError);
}

}  // namespace
}  // namespace myod::daemon
