#include "tools/myoctl/process.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/process.hpp"
#include "tests/support/recordings.hpp"

namespace myod {
namespace {

using myoctl::ProcessArguments;

/// A CSV as written: fields of quoted text kept whole.
struct Sheet {
  std::string header;
  std::vector<std::map<std::string, std::string>> rows;

  std::vector<double> column(const std::string& name) const {
    std::vector<double> out;
    for (const auto& row : rows) out.push_back(row.at(name).empty() ? NAN : std::stod(row.at(name)));
    return out;
  }
};

std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      out.emplace_back();
    else
      out.back() += c;
  }
  return out;
}

Sheet sheet(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in) << path;
  Sheet s;
  std::getline(in, s.header);
  const auto names = fields(s.header);
  for (std::string line; std::getline(in, line);) {
    const auto values = fields(line);
    EXPECT_EQ(values.size(), names.size()) << path << ": " << line;
    auto& row = s.rows.emplace_back();
    for (std::size_t i = 0; i < std::min(names.size(), values.size()); ++i) row[names[i]] = values[i];
  }
  return s;
}

class Process : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }
  /// Two channels of noise, the first with bursts; seconds at 1000 Hz.
  std::string noise(const std::string& name, int seconds, const std::string& end_of_line = "\n") {
    std::mt19937 random(3);
    std::normal_distribution<double> normal;
    std::ostringstream text;
    text << "left arm,right arm" << end_of_line;
    for (int i = 0; i < seconds * 1000; ++i)
      text << normal(random) * (i % 3000 < 1000 ? 100.0 : 3.0) << "," << 3.0 * normal(random) << end_of_line;
    return write(name, text.str());
  }
  ProcessArguments arguments(const std::string& input) const {
    ProcessArguments a;
    a.inputs = {input};
    a.rate_hz = 1000.0;
    a.unit = "uV";
    a.out = folder_ / "out";
    return a;
  }
  int run(const ProcessArguments& a) {
    testing::internal::CaptureStderr();
    const int code = myoctl::run_process(a);
    errors_ = testing::internal::GetCapturedStderr();
    return code;
  }
  void expect_refused(const ProcessArguments& a, int code, const std::string& why) {
    EXPECT_EQ(run(a), code) << why;
    EXPECT_NE(errors_.find(why), std::string::npos) << errors_;
  }
  Sheet out(const std::string& name) const { return sheet(folder_ / ("out/" + name)); }

  test::TemporaryFolder folder_;
  std::string errors_;
};

TEST_F(Process, WritesTheColumnsScriptsRelyOn) {
  ProcessArguments a = arguments(noise("two.csv", 5));
  a.filtered = true;
  ASSERT_EQ(run(a), 0) << errors_;
  EXPECT_TRUE(
      out("amplitude.csv")
          .header.starts_with("t_s,channel,rms_uv,arv_uv,envelope_uv,ref_pct,active,cusum,valid_fraction,quality"));
  EXPECT_TRUE(out("spectrum.csv")
                  .header.starts_with("t_s,channel,mnf_hz,mdf_hz,finsm5,power_uv2,zc_per_s,ssc_per_s,wl_uv,wamp_per_s,"
                                      "iemg_uvs,snr_db,mains_db,valid_fraction,quality"));
  EXPECT_EQ(out("events.csv").header, "kind,channel,t_event_s,t_decision_s,value,text");
  EXPECT_EQ(out("repetitions.csv").header,
            "channel,number,start_s,end_s,peak_uv,peak_ref_pct,mean_uv,rest_before_s,mdf_hz,complete");
  EXPECT_EQ(out("streams.csv").header, "sensor,rate_hz,t0_s,channels,conditioning,group_delay_s,config_hash");
  EXPECT_EQ(out("filtered.csv").header, "t_s,left arm,right arm");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out/trend.csv"));

  const Sheet amplitude = out("amplitude.csv");
  ASSERT_EQ(amplitude.rows.size(), 2U * 250U);
  EXPECT_EQ(amplitude.rows[0].at("t_s"), "0.02");
  EXPECT_EQ(amplitude.rows[1].at("channel"), "right arm");
  EXPECT_EQ(amplitude.rows[0].at("ref_pct"), "");  // no reference, no percentage
  const Sheet spectrum = out("spectrum.csv");
  ASSERT_EQ(spectrum.rows.size(), 2U * 10U);
  EXPECT_EQ(spectrum.rows.back().at("t_s"), "5");  // complete with the input's last sample
  const Sheet filtered = out("filtered.csv");
  ASSERT_EQ(filtered.rows.size(), 5000U);
  EXPECT_EQ(filtered.rows.back().at("t_s"), "4.999");
  const Sheet streams = out("streams.csv");
  ASSERT_EQ(streams.rows.size(), 1U);
  EXPECT_EQ(streams.rows[0].at("sensor"), "two");
  EXPECT_EQ(streams.rows[0].at("rate_hz"), "1000");
  EXPECT_EQ(streams.rows[0].at("t0_s"), "0");
  EXPECT_EQ(streams.rows[0].at("channels"), "left arm;right arm");
  EXPECT_EQ(streams.rows[0].at("config_hash").size(), 16U);
}

TEST_F(Process, ReadsUnitsAsMicrovolts) {
  ASSERT_EQ(run(arguments(noise("a.csv", 4))), 0);
  const auto microvolts = out("amplitude.csv").column("rms_uv");
  ProcessArguments a = arguments(folder_ / "a.csv");
  a.unit = "mV";
  ASSERT_EQ(run(a), 0);
  const auto millivolts = out("amplitude.csv").column("rms_uv");
  ASSERT_EQ(microvolts.size(), millivolts.size());
  EXPECT_NEAR(millivolts[300] / microvolts[300], 1000.0, 1e-6);
}

TEST_F(Process, ReadsWindowsLineEndsAndNoLastLineEndAlike) {
  ASSERT_EQ(run(arguments(noise("a.csv", 3))), 0);
  const Sheet plain = out("amplitude.csv");
  ASSERT_EQ(run(arguments(noise("b.csv", 3, "\r\n"))), 0);
  EXPECT_EQ(out("amplitude.csv").rows, plain.rows);
  std::ostringstream text;
  text << std::ifstream(folder_ / "a.csv").rdbuf();
  std::string cut = "\xEF\xBB\xBF" + text.str();
  cut.pop_back();
  ASSERT_EQ(run(arguments(write("c.csv", cut))), 0) << errors_;
  EXPECT_EQ(out("amplitude.csv").rows, plain.rows);
}

TEST_F(Process, CountsEmptyFieldsAsInvalidAndLeavesInvalidNumbersEmpty) {
  std::string text = "EMG\n";
  for (int i = 0; i < 4000; ++i) text += i >= 2000 && i < 2400 ? "\n" : std::to_string(i % 7 - 3) + "\n";
  ProcessArguments a = arguments(write("holes.csv", text));
  a.filtered = true;
  ASSERT_EQ(run(a), 0) << errors_;
  const Sheet amplitude = out("amplitude.csv");
  ASSERT_EQ(amplitude.rows.size(), 200U);
  const auto& inside = amplitude.rows[112];  // ends at 2.26 s: 250 ms without a sample
  EXPECT_EQ(inside.at("valid_fraction"), "0");
  EXPECT_EQ(inside.at("rms_uv"), "");
  EXPECT_TRUE(inside.at("quality").starts_with("invalid")) << inside.at("quality");
  EXPECT_NE(amplitude.rows[199].at("rms_uv"), "");
  const Sheet filtered = out("filtered.csv");
  ASSERT_EQ(filtered.rows.size(), 4000U);
  EXPECT_EQ(filtered.rows[2100].at("EMG"), "");
  EXPECT_NE(filtered.rows[2500].at("EMG"), "");
}

TEST_F(Process, NamesFileAndLineOfABadRow) {
  expect_refused(arguments(write("a.csv", "A,B\n1,2\n3\n")), 1, "a.csv:3: 1 fields, but the first row names 2");
  expect_refused(arguments(write("a.csv", "A,B\n1,2\n3,4,5\n")), 1, "a.csv:3: 3 fields");
  expect_refused(arguments(write("a.csv", "A,B\n1,2\n3,x\n")), 1, "a.csv:3: column 2: \"x\" is not a number");
  expect_refused(arguments(write("a.csv", "A,B\n1,2 3\n")), 1, "a.csv:2: column 2");
  expect_refused(arguments(write("a.csv", "1.5,2.5\n1,2\n")), 1, "a.csv:1: \"1.5\" is a number");
  expect_refused(arguments(write("a.csv", "A,A\n1,2\n")), 1, "two channels are called \"A\"");
  expect_refused(arguments(write("a.csv", "")), 1, "a.csv:1: the file is empty");
  expect_refused(arguments(write("a.csv", "A,B\n")), 1, "a.csv:1: no samples follow the names of the channels");
  expect_refused(arguments(folder_ / "none.csv"), 1, "none.csv: there is no such file");
}

TEST_F(Process, RefusesArgumentsThatMakeNoSense) {
  const ProcessArguments good = arguments(noise("a.csv", 1));
  ProcessArguments a = good;
  a.rate_hz.reset();
  expect_refused(a, 2, "needs --rate HZ");
  a = good;
  a.unit = "furlong";
  expect_refused(a, 78, "must be uV, mV or V");
  a = good;
  a.rate_hz = -1.0;
  expect_refused(a, 78, "--rate");
  a = good;
  a.set = {"features.no_such_thing=1"};
  expect_refused(a, 78, "no_such_thing");
  a = good;
  a.inputs = {write("x.edf", "0")};
  expect_refused(a, 78, "EDF and BDF cannot be read; give CSV or a recording");
}

TEST_F(Process, GivesSeveralInputsAFolderEach) {
  ProcessArguments a = arguments(noise("one.csv", 2));
  a.inputs.emplace_back(noise("two.csv", 3));
  ASSERT_EQ(run(a), 0) << errors_;
  EXPECT_EQ(sheet(folder_ / "out/one/amplitude.csv").rows.size(), 200U);
  EXPECT_EQ(sheet(folder_ / "out/two/amplitude.csv").rows.size(), 300U);
  a.inputs.emplace_back("elsewhere/one.csv");
  expect_refused(a, 2, "share a folder");
}

TEST_F(Process, ACalibrationMakesPercentages) {
  ProcessArguments a = arguments(noise("a.csv", 5));
  a.calibration =
      write("cal.toml", "[channel.\"left arm\"]\nrest_uv = 3.0\nreference_uv = 200.0\nreference_kind = \"mvc\"\n");
  ASSERT_EQ(run(a), 0) << errors_;
  EXPECT_EQ(errors_, "");
  const Sheet amplitude = out("amplitude.csv");
  const auto percent = amplitude.column("ref_pct"), rms = amplitude.column("rms_uv");
  const std::size_t burst = 2 * 199;  // ends at 4 s, in a burst, left arm
  EXPECT_NEAR(percent[burst], 100.0 * std::sqrt((rms[burst] * rms[burst] - 9.0) / (4e4 - 9.0)), 1e-9);
  EXPECT_TRUE(std::isnan(percent[burst + 1]));
}

TEST_F(Process, AWrongCalibrationIsRefusedWithItsLine) {
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

TEST_F(Process, FullScaleIsWhereSamplesAreSaturated) {
  std::string text = "EMG\n";
  for (int i = 0; i < 2000; ++i) text += i % 10 == 0 ? "1.5\n" : std::to_string(0.1 * (i % 7 - 3)) + "\n";
  ProcessArguments a = arguments(write("rail.csv", text));
  a.unit = "mV";
  ASSERT_EQ(run(a), 0);
  EXPECT_EQ(out("amplitude.csv").rows.back().at("quality").find("saturated"), std::string::npos);
  a.full_scale_v = 0.0015;
  ASSERT_EQ(run(a), 0);
  EXPECT_NE(out("amplitude.csv").rows.back().at("quality").find("saturated"), std::string::npos);
  EXPECT_EQ(out("amplitude.csv").rows.back().at("valid_fraction"), "0.9");
}

TEST_F(Process, TellsWhenResultsCannotBeWritten) {
  std::filesystem::create_directory(folder_ / "out");
  std::filesystem::create_symlink("/dev/full", folder_ / "out/amplitude.csv");
  expect_refused(arguments(noise("a.csv", 2)), 1, "amplitude.csv: cannot be written");
}

ProcessArguments recording(const std::filesystem::path& file, const std::string& out) {
  ProcessArguments a;
  a.inputs = {file};
  a.rate_hz = 1000.0;
  a.unit = "mV";
  a.full_scale_v = 0.0015;
  a.out = out;
  return a;
}

TEST(ProcessOfRealRecordings, FindsNineRepetitionsInTheBursts) {
  RECORDINGS_OR_SKIP(dir);
  const test::TemporaryFolder folder;
  ASSERT_EQ(myoctl::run_process(recording(dir / "emg_bursts_biceps_1k.csv", folder.path())), 0);
  const Sheet repetitions = sheet(folder / "repetitions.csv");
  EXPECT_EQ(repetitions.rows.size(), 9U);
  EXPECT_EQ(repetitions.rows.back().at("number"), "9");
  const Sheet events = sheet(folder / "events.csv");
  EXPECT_EQ(std::ranges::count_if(events.rows, [](const auto& r) { return r.at("kind") == "repetition"; }), 9);
}

TEST(ProcessOfRealRecordings, FindsThirtyRepetitionsWithFallingMedianFrequencyInFatigue) {
  RECORDINGS_OR_SKIP(dir);
  const test::TemporaryFolder folder;
  ASSERT_EQ(myoctl::run_process(recording(dir / "emg_fatigue_biceps_1k.csv", folder.path())), 0);
  const Sheet repetitions = sheet(folder / "repetitions.csv");
  ASSERT_EQ(repetitions.rows.size(), 30U);
  const auto t = repetitions.column("start_s"), mdf = repetitions.column("mdf_hz");
  double n = 0, st = 0, sm = 0, stt = 0, stm = 0, smm = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    ASSERT_FALSE(std::isnan(mdf[i])) << i;
    n += 1, st += t[i], sm += mdf[i], stt += t[i] * t[i], stm += t[i] * mdf[i], smm += mdf[i] * mdf[i];
  }
  const double r = (n * stm - st * sm) / std::sqrt((n * stt - st * st) * (n * smm - sm * sm));
  EXPECT_NEAR(std::accumulate(mdf.begin(), mdf.begin() + 5, 0.0) / 5.0, 73.6, 1.5);
  EXPECT_NEAR(std::accumulate(mdf.end() - 5, mdf.end(), 0.0) / 5.0, 59.0, 1.5);
  EXPECT_LE(r, -0.8);
}

}  // namespace
}  // namespace myod
