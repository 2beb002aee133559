// Calibration files: what the daemon writes, `process` and the next session read.
#include "config/calibration.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/process.hpp"

namespace myod::config {
namespace {

TEST(CalibrationFile, WhatIsPrintedReadsBackToTheSameNumbers) {
  ChannelCalibration rest_only;
  rest_only.channel = "vastus medialis, left";
  rest_only.rest_uv = 0.1 + 0.2;
  ChannelCalibration whole;
  whole.channel = "biceps";
  whole.rest_uv = 3.1;
  whole.reference_uv = 1.0 / 3.0 * 1000.0;
  whole.reference_kind = dsp::ReferenceKind::submax;
  whole.percent = 50.0;
  whole.trials_uv = {300.0, 1.0 / 3.0 * 1000.0};

  const test::TemporaryFolder folder;
  const std::string file = folder / "calibration.toml";
  std::ofstream(file) << print({rest_only, whole}, "two lines\nof heading");
  const Calibration read = read_calibration(file);
  ASSERT_EQ(read.size(), 2U);
  for (const ChannelCalibration& was : {rest_only, whole}) {
    const ChannelCalibration& is = read[read[0].channel == was.channel ? 0 : 1];
    EXPECT_EQ(is.channel, was.channel);
    EXPECT_EQ(is.rest_uv, was.rest_uv);
    EXPECT_EQ(is.reference_uv, was.reference_uv);
    EXPECT_EQ(is.reference_kind, was.reference_kind);
    EXPECT_EQ(is.percent, was.percent);
    EXPECT_EQ(is.trials_uv, was.trials_uv);
  }
}

TEST(CalibrationFile, AReferenceThatIsNotTwiceTheRestIsRefusedWithItsPlace) {
  const test::TemporaryFolder folder;
  const std::string file = folder / "calibration.toml";
  std::ofstream(file) << "[channel.biceps]\nrest_uv = 500\nreference_uv = 900\nreference_kind = \"mvc\"\n";
  try {
    read_calibration(file);
    FAIL();
  } catch (const std::invalid_argument& refused) {
    EXPECT_EQ(std::string(refused.what()).find(file + ":1: reference 900.0 uV is not twice the rest level of 500.0 uV"),
              0U)
        << refused.what();
  }
}

}  // namespace
}  // namespace myod::config
