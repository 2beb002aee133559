// Mains hum: found where it is and nowhere else, followed, taken out, and the muscle left as it was.
#include "dsp/condition/mains.hpp"

#include <gtest/gtest.h>

#include "dsp/condition/blanking.hpp"
#include "dsp/math/sections.hpp"
#include "tests/dsp/condition/lane.hpp"
#include "tests/dsp/oracle.hpp"
#include "tests/support/recordings.hpp"

namespace myod::dsp {
namespace {

using test::db, test::hum, test::oracle_noise, test::power, test::sum, test::through;

constexpr const char* numbers = "condition/oracle.csv";

MainsStage stage(Mains mains, double hz, double rate_hz) {
  ConditionOptions o;
  o.mains = mains;
  o.mains_hz = hz;
  return {o, rate_hz, 1, lane_tile};
}

TEST(MainsNotch, IsThatOfSciPy) {
  for (const int rate : {1000, 2000})
    for (const int hz : {50, 150, 250}) {
      const Section n = math::notch(hz, 4.0, rate).front();
      const double ours[] = {n.b0, n.b1, n.b2, 1.0, n.a1, n.a2};
      for (const auto& [i, v] : test::oracle("notch_" + std::to_string(hz) + "_" + std::to_string(rate), numbers))
        EXPECT_NEAR(ours[i], v, 1e-13) << hz << ' ' << rate << ' ' << i;
    }
}

TEST(MainsComb, IsThatOfSciPyAndRefusesARateWithoutWholePeriods) {
  for (const std::size_t rate : {1000U, 2000U}) {
    CombStage comb(50.0, 4.0, static_cast<double>(rate), 1, lane_tile);
    const auto y = through(comb, oracle_noise(2 * rate, 5));
    for (const auto& [i, v] : test::oracle("comb_" + std::to_string(rate), numbers))
      EXPECT_NEAR(y[i], v, 1e-12) << rate << ' ' << i;
  }
  EXPECT_THROW(CombStage(60.0, 4.0, 1000.0, 1, lane_tile), std::invalid_argument);
}

TEST(MainsCanceller, IsThePublishedRecursion) {
  for (const std::size_t rate : {200U, 1000U}) {
    auto x = sum(oracle_noise(12 * rate, 11), hum(12 * rate, static_cast<double>(rate), 50.2, 20.0), 10.0);
    for (std::size_t i = 8 * rate; i < 8 * rate + rate / 2; ++i) x[i] *= 40.0;
    auto canceller = stage(Mains::adaptive, 50.0, static_cast<double>(rate));
    const auto e = through(canceller, x);
    for (const auto& [i, v] : test::oracle("cancelled_" + std::to_string(rate), numbers))
      EXPECT_NEAR(e[i], v, 1e-9 * 800.0) << rate << ' ' << i;
    EXPECT_NEAR(canceller.state(0).cancelling_hz, test::oracle("cancelled_hz_" + std::to_string(rate), numbers).at(0),
                1e-9);
  }
}

TEST(MainsDetector, SeesWhatAPeriodogramOfTheWholeSignalSees) {
  struct Case {
    const char* key;
    std::size_t rate;
  };
  for (const auto& [key, rate] :
       {Case{"look_500_50.1", 500}, Case{"look_1000_49.9", 1000}, Case{"look_1000_60.0", 1000},
        Case{"look_1926_50.0", 1926}, Case{"look_4000_60.2", 4000}}) {
    const auto& want = test::oracle(key, numbers);
    const auto x =
        sum(oracle_noise(4 * rate, 21), hum(4 * rate, static_cast<double>(rate), want.at(0), want.at(1)), 10.0);
    MainsDetector detector(static_cast<double>(rate), 0.0, 1, lane_tile);
    std::vector<double> row(lane_tile);
    const std::vector<std::uint8_t> flags(lane_tile, sample_good);
    bool looked = false;
    for (std::size_t i = 0; i < x.size() + 100 && !looked; ++i) {
      row[0] = i < x.size() ? x[i] : 0.0;
      looked = detector.push(row.data(), flags.data(), 1);
    }
    ASSERT_TRUE(looked) << key;
    const MainsLook& look = detector.look();
    EXPECT_TRUE(look.valid);
    EXPECT_EQ(look.nominal, want.at(2)) << key;
    EXPECT_NEAR(look.hz, want.at(0), 0.03) << key;
    EXPECT_NEAR(db(look.score), db(want.at(3)), 1.5) << key;
    EXPECT_NEAR(look.emg_db, want.at(4), 0.3) << key;
  }
}

TEST(MainsStage, FollowsTheLineAndLeavesTheMuscle) {
  // Hum 7 dB above the muscle. After 8 s of looking and 8 s of locking: residual, and what became of the muscle.
  constexpr std::size_t rate = 2000, n = 40 * rate;
  const double amplitude = 10.0 * std::sqrt(2.0 * 5.0 / 1.2);
  for (const double hz : {49.5, 50.0, 50.2, 50.5}) {
    auto with = stage(Mains::automatic, 0.0, rate);
    const auto muscle = oracle_noise(n, 31);
    const auto y = through(with, sum(muscle, hum(n, rate, hz, amplitude), 10.0));
    std::vector<double> wrong(n);
    for (std::size_t i = 0; i < n; ++i) wrong[i] = y[i] - 10.0 * muscle[i];
    EXPECT_LE(db(power(wrong, 20 * rate, n) / 100.0), -20.0) << hz;
    EXPECT_EQ(with.state(0).found_hz, 50.0);
    EXPECT_NEAR(with.state(0).cancelling_hz, hz, 0.02);
  }
  // From 20 s on it moves by 0.3 Hz in a minute; a loop of 8 s is 0.04 Hz behind.
  auto moving = oracle_noise(80 * rate, 32);
  double phi = 0.0;
  for (std::size_t i = 0; i < moving.size(); ++i) {
    moving[i] = 10.0 * moving[i] + amplitude * std::sin(phi);
    const double t_s = static_cast<double>(i) / rate;
    phi += 2.0 * std::numbers::pi * (49.8 + 0.005 * std::max(0.0, t_s - 20.0)) / rate;
  }
  auto with = stage(Mains::automatic, 0.0, rate);
  through(with, moving);
  EXPECT_NEAR(with.state(0).cancelling_hz, 50.1, 0.06);
}

TEST(MainsStage, ChangesNothingWhereThereIsNoHum) {
  for (const std::size_t rate : {200U, 1000U}) {
    const auto x = oracle_noise(30 * rate, 41);
    auto off = stage(Mains::automatic, 0.0, static_cast<double>(rate));
    EXPECT_EQ(through(off, x), x) << rate;
    EXPECT_EQ(off.state(0).found_hz, 0.0);
  }
}

TEST(MainsStage, BelievesNoSingleLook) {
  constexpr std::size_t rate = 1000, n = 20 * rate;
  auto line = hum(n, rate, 50.0, 20.0);
  std::fill(line.begin(), line.begin() + 4 * rate, 0.0);
  std::fill(line.begin() + 8 * rate, line.end(), 0.0);
  const auto x = sum(oracle_noise(n, 42), line, 10.0);
  auto s = stage(Mains::automatic, 0.0, rate);
  EXPECT_EQ(through(s, x), x);
}

TEST(MainsStage, LeavesHumInThatTheMuscleOutweighsAndThatStimulationMakes) {
  constexpr std::size_t rate = 1000;
  const auto weak = sum(oracle_noise(20 * rate, 51), hum(20 * rate, rate, 50.0, 3.0), 10.0);  // 12.7 dB below
  auto first = stage(Mains::automatic, 0.0, rate);
  EXPECT_EQ(through(first, weak), weak);
  EXPECT_EQ(first.state(0).found_hz, 50.0);
  // 20 s of hum at twice the rate of a stimulation that is told.
  ConditionOptions o;
  o.blanking = Blanking::events;
  BlankingStage blanking(o, rate, 1, lane_tile);
  blanking.schedule(0, 0.0, rate / 29.985, 10000);
  const auto pulses = sum(oracle_noise(20 * rate, 52), hum(20 * rate, rate, 59.97, 30.0), 10.0);
  auto second = stage(Mains::automatic, 0.0, rate);
  second.stimulated_by(blanking);
  EXPECT_EQ(through(second, pulses), pulses);
  EXPECT_EQ(second.state(0).found_hz, 0.0);
}

TEST(MainsStage, StopsWhenTheHumIsGone) {
  constexpr std::size_t rate = 1000, n = 60 * rate;
  auto x = hum(n, rate, 50.0, 20.0);
  std::fill(x.begin() + n / 2, x.end(), 0.0);
  auto s = stage(Mains::automatic, 0.0, rate);
  through(s, sum(oracle_noise(n, 61), x, 10.0));
  EXPECT_EQ(s.state(0).cancelling_hz, 0.0);
}

TEST(MainsStage, GoesOnFromTheSeedOfAnother) {
  constexpr std::size_t rate = 1000, n = 12 * rate;
  const auto x = sum(oracle_noise(n, 71), hum(n, rate, 49.8, 20.0), 10.0);
  auto first = stage(Mains::automatic, 0.0, rate), second = stage(Mains::automatic, 0.0, rate);
  through(first, x);
  ASSERT_GT(first.state(0).cancelling_hz, 0.0);
  second.plant(0, first.state(0));
  const auto y = through(second, x);
  EXPECT_LT(power(y, 2 * rate, 3 * rate), 1.3 * 100.0);  // without: 2.4 times as much hum as muscle
}

struct Case {
  const char *recording, *column;
  double rate_hz, line_hz;
};
class MainsOfRecordings : public testing::TestWithParam<Case> {};

TEST_P(MainsOfRecordings, IsFoundByEightSecondsOrNotAtAll) {
  RECORDINGS_OR_SKIP(dir);
  const Case& c = GetParam();
  const auto table = test::read_csv(dir / (std::string(c.recording) + ".csv"));
  const auto column =
      static_cast<std::size_t>(std::find(table.names.begin(), table.names.end(), c.column) - table.names.begin());
  auto s = stage(Mains::automatic, 0.0, c.rate_hz);
  auto x = table.columns.at(column);
  const double first = x.front();
  for (double& v : x) v -= first;
  through(s, {x.begin(), x.begin() + static_cast<std::ptrdiff_t>(8.1 * c.rate_hz)});
  EXPECT_EQ(s.state(0).found_hz, c.line_hz);
}

INSTANTIATE_TEST_SUITE_P(All, MainsOfRecordings,
                         testing::Values(Case{"tscs_stim_off_4k", "EMG", 4000.0, 60.0},
                                         Case{"openbci_S13_2ch_200", "ch1", 200.0, 50.0},
                                         Case{"emg_bursts_biceps_1k", "EMG", 1000.0, 0.0},
                                         Case{"emg_8bit_vs_16bit_1k", "EMG_8bit", 1000.0, 0.0},
                                         Case{"emg_8bit_vs_16bit_1k", "EMG_16bit", 1000.0, 0.0}));

}  // namespace
}  // namespace myod::dsp
