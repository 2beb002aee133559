#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>
#include <sstream>

#include "tables.hpp"
#include "tests/support/recordings.hpp"

namespace myod {
namespace {

using myoctl::ProcessArguments;
using test::Sheet;
using test::sheet;
using Process = test::ProcessTest;

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
  EXPECT_TRUE(out("events.csv").header.starts_with("kind,channel,t_event_s,t_decision_s,value,text"));
  EXPECT_EQ(out("repetitions.csv").header,
            "channel,number,start_s,end_s,peak_uv,peak_ref_pct,mean_uv,rest_before_s,mdf_hz,complete");
  EXPECT_TRUE(
      out("streams.csv").header.starts_with("sensor,rate_hz,t0_s,channels,conditioning,group_delay_s,config_hash"));
  EXPECT_EQ(out("filtered.csv").header, "t_s,left arm,right arm");
  EXPECT_TRUE(out("trend.csv")
                  .header.starts_with("t_s,channel,mnf_slope_hz_per_s,mnf_slope_lo,mnf_slope_hi,mdf_slope_hz_per_s,arv_"
                                      "slope_pct_per_s,finsm5_ratio,"
                                      "jasa,fatigue_index"));
  EXPECT_TRUE(out("quality.csv")
                  .header.starts_with(
                      "t_s,channel,grade,reasons,snr_db,mains_db,sm_db,sn_db,dp_db,omega,rail_fraction,gap_fraction"));
  EXPECT_EQ(out("spectrum.csv").header.find("jasa"), std::string::npos) << "stands in trend.csv";

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

TEST_F(Process, PairsComeEvery100MsWithBothSidesAndOnlyWhileOneWorks) {
  ProcessArguments a = arguments(noise("two.csv", 6));
  a.set = {R"(pair=[{name="arms", first="left arm", second="right arm"}])"};
  ASSERT_EQ(run(a), 0) << errors_;
  const Sheet pairs = out("pairs.csv");
  EXPECT_TRUE(pairs.header.starts_with("t_s,pair,kind,cci_pct,rudolph_pct,symmetry_pct,basis,valid"));
  ASSERT_EQ(pairs.rows.size(), 59U);
  EXPECT_EQ(pairs.rows[0].at("t_s"), "0.1");
  EXPECT_EQ(pairs.rows[58].at("t_s"), "5.9");
  const auto &resting = pairs.rows[27], &working = pairs.rows[36];  // of 2.8 s, of 3.7 s
  for (const auto* row : {&resting, &working}) {
    EXPECT_EQ(row->at("pair"), "arms");
    EXPECT_EQ(row->at("kind"), "symmetry");
    EXPECT_EQ(row->at("basis"), "task");
    EXPECT_EQ(row->at("valid"), "1");
    EXPECT_EQ(row->at("cci_pct"), "");
  }
  EXPECT_EQ(resting.at("symmetry_pct"), "");
  EXPECT_GT(std::stod(working.at("symmetry_pct")), 90.0);
  const Sheet amplitude = out("amplitude.csv");  // what stands in both is the same number
  for (const auto& row : amplitude.rows) {
    if (row.at("t_s") != "3.7") continue;
    EXPECT_EQ(row.at("rms_uv"), working.at(row.at("channel") == "left arm" ? "first_uv" : "second_uv"));
  }
}

TEST_F(Process, CoContractionIsOfTheReferencesThatWereGiven) {
  ProcessArguments a = arguments(noise("two.csv", 6));
  a.set = {R"(pair=[{first="left arm", second="right arm", kind="co_contraction", basis="reference"}])"};
  ASSERT_EQ(run(a), 0) << errors_;
  for (const auto& row : out("pairs.csv").rows) EXPECT_EQ(row.at("cci_pct"), "") << "there is no reference";
  a.calibration = write("levels.toml",
                        "[channel.\"left arm\"]\nrest_uv = 2.9\nreference_uv = 200\nreference_kind = \"mvc\"\n"
                        "[channel.\"right arm\"]\nrest_uv = 1.0\nreference_uv = 20\nreference_kind = \"mvc\"\n");
  ASSERT_EQ(run(a), 0) << errors_;
  const Sheet pairs = out("pairs.csv");
  const auto& row = pairs.rows.at(36);
  const double left = std::stod(row.at("first_pct")), right = std::stod(row.at("second_pct"));
  const auto of_reference = [](double uv, double rest_uv, double reference_uv) {
    return 100.0 * std::sqrt((uv * uv - rest_uv * rest_uv) / (reference_uv * reference_uv - rest_uv * rest_uv));
  };
  EXPECT_NEAR(left, of_reference(std::stod(row.at("first_uv")), 2.9, 200.0), 1e-9);
  EXPECT_NEAR(right, of_reference(std::stod(row.at("second_uv")), 1.0, 20.0), 1e-9);
  EXPECT_NEAR(std::stod(row.at("cci_pct")), 200.0 * std::min(left, right) / (left + right), 1e-12);
  EXPECT_NEAR(std::stod(row.at("rudolph_pct")), std::min(left, right) / std::max(left, right) * (left + right), 1e-12);
}

TEST_F(Process, APairOfAChannelThatIsNotThereIsRefused) {
  ProcessArguments a = arguments(noise("two.csv", 2));
  a.set = {R"(pair=[{name="arms", first="left arm", second="rigth arm"}])"};
  expect_refused(a, 78, R"(pair.arms.second = "rigth arm": must be an EMG channel, one of left arm, right arm)");
}

TEST_F(Process, QualityIsARowASecondThatSaysWhyAndWhatToDo) {
  std::mt19937 random(4);
  std::normal_distribution<double> normal;
  std::ostringstream text;
  text << "clean,humming,cut\n";
  for (int i = 0; i < 12'000; ++i) {
    const double effort = i < 3000 ? 3.0 : 60.0, hum = i % 20 < 10 ? 80.0 : -80.0;
    text << effort * normal(random) << "," << effort * normal(random) + hum << ",";
    if (i < 8200 || i >= 8300) text << effort * normal(random);
    text << "\n";
  }
  ProcessArguments a = arguments(write("three.csv", text.str()));
  a.set = {"condition.mains=off"};
  ASSERT_EQ(run(a), 0) << errors_;
  const Sheet quality = out("quality.csv");
  ASSERT_EQ(quality.rows.size(), 3U * 12U);
  const auto row = [&](const std::string& channel, const std::string& t_s) {
    for (const auto& r : quality.rows)
      if (r.at("channel") == channel && r.at("t_s") == t_s) return r;
    throw std::out_of_range(channel + " " + t_s);
  };
  EXPECT_EQ(row("clean", "12").at("grade"), "ok");
  EXPECT_EQ(row("clean", "12").at("reasons"), "");
  EXPECT_EQ(row("clean", "12").at("advice"), "");
  EXPECT_LT(std::stod(row("clean", "12").at("mains_db")), -15.0);
  EXPECT_GT(std::stod(row("clean", "12").at("snr_db")), 20.0);
  EXPECT_EQ(row("humming", "12").at("grade"), "degraded");
  EXPECT_EQ(row("humming", "12").at("reasons"), "mains");
  EXPECT_EQ(row("humming", "12").at("advice"),
            "mains hum is in the signal: check the reference electrode, move away from cables");
  EXPECT_GT(std::stod(row("humming", "12").at("mains_db")), 0.0);
  EXPECT_EQ(row("cut", "9").at("gap_fraction"), "0.1");
  EXPECT_EQ(row("cut", "9").at("reasons"), "gap");
  EXPECT_EQ(row("cut", "12").at("grade"), "ok");
}

TEST_F(Process, ATrendThatCannotBeToldIsAnotherAnswerThanNoFatigue) {
  std::mt19937 random(9);
  std::normal_distribution<double> normal;
  std::ostringstream text;  // rest, then a hold of 60 s: one steady, one whose spectrum falls while its amplitude rises
  text << "steady,tiring,resting\n";
  double low = 0.0;
  for (int i = 0; i < 66'000; ++i) {
    const double held = i < 4000 ? 0.0 : 1.0, t = held * (i - 4000) / 60'000.0, white = normal(random);
    low += (0.6 - 0.35 * t) * (white - low);  // white noise through a low-pass that sinks
    text << (held == 1.0 ? 80.0 : 3.0) * normal(random) << "," << (held == 1.0 ? 80.0 + 160.0 * t : 3.0) * low << ","
         << 3.0 * normal(random) << "\n";
  }
  ASSERT_EQ(run(arguments(write("hold.csv", text.str()))), 0) << errors_;
  const Sheet trend = out("trend.csv");
  ASSERT_EQ(trend.rows.size(), 3U * 132U);
  std::map<std::string, std::map<std::string, std::string>> last;
  for (const auto& row : trend.rows)
    if (row.at("t_s") == "65") last[row.at("channel")] = row;
  EXPECT_EQ(last["tiring"].at("jasa"), "fatigue");
  EXPECT_GT(std::stod(last["tiring"].at("fatigue_index")), 20.0);
  EXPECT_LT(std::stod(last["tiring"].at("mnf_slope_hi")), 0.0);
  EXPECT_NE(last["steady"].at("jasa"), "fatigue");
  EXPECT_NE(last["steady"].at("fatigue_index"), "") << "no fatigue";
  EXPECT_EQ(last["resting"].at("jasa"), "indeterminate");
  EXPECT_EQ(last["resting"].at("fatigue_index"), "") << "it cannot be told";
  EXPECT_EQ(last["resting"].at("mnf_slope_hz_per_s"), "");
}

TEST_F(Process, NumbersDoNotDependOnTheUnitTheTableIsWrittenIn) {
  std::mt19937 random(5);
  std::normal_distribution<double> normal;
  std::ostringstream microvolts, volts;
  microvolts << "EMG\n";
  volts << "EMG\n";
  for (int i = 0; i < 8000; ++i) {
    const auto nanovolts = std::llround(1000.0 * normal(random) * (i % 4000 < 2000 ? 3.0 : 100.0));
    microvolts << nanovolts << "e-3\n";
    volts << nanovolts << "e-9\n";
  }
  ASSERT_EQ(run(arguments(write("uV.csv", microvolts.str()))), 0) << errors_;
  const Sheet amplitude = out("amplitude.csv"), spectrum = out("spectrum.csv");
  ProcessArguments a = arguments(write("V.csv", volts.str()));
  a.unit = "V";
  ASSERT_EQ(run(a), 0) << errors_;
  for (const std::string name : {"zc_per_s", "ssc_per_s", "wamp_per_s"}) {
    const auto one = spectrum.column(name), other = out("spectrum.csv").column(name);
    EXPECT_TRUE(std::isnan(one[1])) << name;  // the rest level is not known yet
    EXPECT_GT(one.back(), 10.0) << name;
    EXPECT_EQ(one.back(), other.back()) << name;
  }
  EXPECT_NEAR(out("amplitude.csv").column("rms_uv").back(), amplitude.column("rms_uv").back(), 1e-6);
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

TEST_F(Process, MissingNumbersAreGapEventsOfTheirChannelAndAreCounted) {
  std::string text = "A,B\n";
  for (int i = 0; i < 4000; ++i)
    text += std::to_string(i % 7 - 3) + (i >= 2000 && i < 2010 ? ",\n" : i == 3000 ? ",NaN\n" : ",1.5\n");
  ProcessArguments a = arguments(write("holes.csv", text));
  a.json = true;
  ASSERT_EQ(run(a), 0) << errors_;
  const Sheet events = out("events.csv");
  std::vector<std::map<std::string, std::string>> gaps;
  std::ranges::copy_if(events.rows, std::back_inserter(gaps), [](const auto& r) { return r.at("kind") == "gap"; });
  ASSERT_EQ(gaps.size(), 2U);
  EXPECT_EQ(gaps[0].at("channel"), "B");
  EXPECT_EQ(gaps[0].at("t_event_s"), "2");
  EXPECT_EQ(gaps[0].at("t_decision_s"), "2.01");
  EXPECT_EQ(gaps[0].at("value"), "0.01");
  EXPECT_EQ(gaps[1].at("text"), "lost 1 sample (1 ms)");
  EXPECT_NE(
      said_.find(R"("channel":"A","sensor":"holes","rate_hz":1000,"duration_s":4,"samples":4000,"lost":0,"gaps":0)"),
      std::string::npos)
      << said_;
  EXPECT_NE(
      said_.find(R"("channel":"B","sensor":"holes","rate_hz":1000,"duration_s":4,"samples":3989,"lost":11,"gaps":2)"),
      std::string::npos)
      << said_;
}

TEST_F(Process, SaysWhatItDidAndWrote) {
  ASSERT_EQ(run(arguments(noise("two.csv", 5))), 0) << errors_;
  EXPECT_EQ(errors_, "");
  EXPECT_NE(said_.find("left arm"), std::string::npos) << said_;
  EXPECT_NE(said_.find("5.0 s"), std::string::npos) << said_;
  EXPECT_NE(said_.find("uncalibrated"), std::string::npos) << said_;
  EXPECT_NE(
      said_.find(
          "wrote amplitude.csv spectrum.csv trend.csv quality.csv events.csv repetitions.csv pairs.csv streams.csv to"),
      std::string::npos)
      << said_;
  EXPECT_EQ(said_.find("earlier result"), std::string::npos) << said_;
}

TEST_F(Process, AConstantChannelIsFlatAndHasNoFrequency) {
  std::string text = "A,B\n";
  for (int i = 0; i < 4000; ++i) text += "0.1," + std::to_string(i * i % 17) + "\n";
  ASSERT_EQ(run(arguments(write("a.csv", text))), 0) << errors_;
  const auto last = out("spectrum.csv").rows.rbegin()[1];
  EXPECT_EQ(last.at("channel"), "A");
  for (const char* name : {"mnf_hz", "mdf_hz", "snr_db"}) EXPECT_EQ(last.at(name), "") << name;
  EXPECT_TRUE(last.at("quality").starts_with("invalid:")) << last.at("quality");
  EXPECT_NE(last.at("quality").find("flat"), std::string::npos) << last.at("quality");
  EXPECT_NE(out("spectrum.csv").rows.back().at("mdf_hz"), "");
  EXPECT_EQ(out("trend.csv").rows.rbegin()[1].at("jasa"), "indeterminate");
}

TEST_F(Process, ClaimsNoLimitOfARangeItDoesNotKnow) {
  ProcessArguments a = arguments(noise("a.csv", 1));
  ASSERT_EQ(run(a), 0) << errors_;
  const std::string unknown = "the range is not known, nothing is masked for it: left arm, right arm";
  EXPECT_NE(out("streams.csv").rows[0].at("conditioning").find(unknown), std::string::npos);
  a.full_scale_v = 0.005;
  ASSERT_EQ(run(a), 0) << errors_;
  EXPECT_EQ(out("streams.csv").rows[0].at("conditioning").find("not known"), std::string::npos);
}

TEST_F(Process, GivesSeveralInputsAFolderEach) {
  ProcessArguments a = arguments(noise("one.csv", 2));
  a.inputs.emplace_back(noise("two.csv", 3));
  ASSERT_EQ(run(a), 0) << errors_;
  EXPECT_EQ(sheet(folder_ / "out/one/amplitude.csv").rows.size(), 200U);
  EXPECT_EQ(sheet(folder_ / "out/two/amplitude.csv").rows.size(), 300U);
  EXPECT_LT(said_.find("one.csv: wrote"), said_.find("two.csv: wrote"));
  a.inputs.insert(a.inputs.begin() + 1, write("bad.csv", "A\nx\n"));  // the others are processed all the same
  a.out = folder_ / "again";
  expect_refused(a, 1, "bad.csv:2");
  EXPECT_EQ(names_in("again"), (std::vector<std::string>{"one", "two"}));
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
