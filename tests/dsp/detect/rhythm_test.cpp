// Clonus on simulated muscles, and what is none: tremor of other rates, voluntary efforts, real recordings.
#include "dsp/detect/rhythm.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "dsp/math/sections.hpp"
#include "dsp/synth/pool.hpp"
#include "tests/dsp/detect/noise.hpp"
#include "tests/support/recordings.hpp"

namespace myod::dsp {
namespace {

constexpr double noise_uv = 4.0, rest_uv = 3.8;

constexpr std::size_t lane_under_test = 5;

/// The other lanes of its tile burst too fast; they know neither their envelope nor their rest now and then.
void push_alone(RhythmDetector& detector, double t_s, double envelope_uv, double rest_of_lane_uv,
                std::vector<Rhythm>& told) {
  RhythmDetector::PerLane envelope{}, rest{};
  for (std::size_t lane = 0; lane < lane_tile; ++lane) {
    envelope[lane] = lane == 0 ? 1.0 : 10.0 + 10.0 * std::sin(2.0 * std::numbers::pi * 12.0 * t_s);
    rest[lane] = lane == 1 ? std::numeric_limits<double>::quiet_NaN() : rest_uv;
  }
  envelope[lane_under_test] = envelope_uv;
  rest[lane_under_test] = rest_of_lane_uv;
  detector.push(t_s, envelope, rest, [&](std::size_t lane, const Rhythm& r) {
    EXPECT_EQ(lane, lane_under_test);
    told.push_back(r);
  });
}

/// The default chain and the control envelope, with a detector at its end.
class Line {
 public:
  explicit Line(double rate_hz, double rest = rest_uv) : rate_hz_(rate_hz), rest_uv_(rest), chain_(rate_hz) {
    const auto s = math::bessel2_lowpass(10.0, rate_hz);
    lowpass_ = {s[0].b0, s[0].b1, s[0].b2, s[0].a1, s[0].a2};
  }
  void warm(double x) { chain_.warm(x); }
  void push(double x) {
    const double envelope = lowpass_(std::abs(chain_(x)));
    if (++samples_ != std::llround(static_cast<double>(hop_) * rhythm_hop_ms / 1000.0 * rate_hz_)) return;
    ++hop_;
    const double t = static_cast<double>(samples_) / rate_hz_;
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    push_alone(detector, t, t < 1.0 ? unknown : envelope, rest_uv_, told);
  }
  RhythmDetector detector{2};
  std::vector<Rhythm> told;

 private:
  double rate_hz_, rest_uv_;
  test::DefaultChain chain_;
  test::Section lowpass_{1.0, 0.0, 0.0, 0.0, 0.0};
  std::int64_t samples_ = 0, hop_ = 1;
};

/// Ten seconds; from 3 s on bursts at `hz`, each filling `duty` of its period.
std::vector<Rhythm> of_bursts(double hz, double duty, double level, std::uint64_t seed) {
  synth::MotorPool pool(1000.0, {}, seed);
  test::Gauss gauss(seed);
  Line line(1000.0);
  for (int i = 0; i < 10'000; ++i) {
    const double t = i / 1000.0 - 3.0, phase = std::fmod(hz * std::max(0.0, t), 1.0);
    const double wave = std::sin(std::numbers::pi * phase / duty);
    line.push(noise_uv * gauss() + pool.step(t >= 0.0 && phase < duty ? level * wave * wave : 0.0, 1.0));
  }
  return line.told;
}

TEST(Rhythm, ClonusOfFourToEightHertzIsToldOnceWithinTwoSeconds) {
  for (const double hz : {4.0, 5.0, 6.0, 7.0, 8.0})
    for (const double duty : {0.5, 1.0})
      for (const double level : {0.1, 0.5})
        for (std::uint64_t seed = 1; seed <= 4; ++seed) {
          const auto told = of_bursts(hz, duty, level, seed);
          const std::string what = std::to_string(hz) + " Hz, duty " + std::to_string(duty) + ", level " +
                                   std::to_string(level) + ", seed " + std::to_string(seed);
          ASSERT_EQ(told.size(), 1U) << what;
          EXPECT_NEAR(told[0].hz, hz, 0.3) << what;
          EXPECT_GE(told[0].start_s, 2.9) << what;
          EXPECT_LE(told[0].start_s, 4.2) << what;
          EXPECT_LE(told[0].decided_s, 5.6) << what;
        }
}

TEST(Rhythm, TremorOfOtherRatesIsNoClonus) {
  for (const double hz : {2.0, 3.0, 3.4, 9.2, 10.0, 11.0, 12.0})
    for (const double duty : {0.5, 1.0})
      for (std::uint64_t seed = 1; seed <= 4; ++seed)
        EXPECT_TRUE(of_bursts(hz, duty, 0.4, seed).empty()) << hz << " Hz, duty " << duty << ", seed " << seed;
}

TEST(Rhythm, VoluntaryEffortsOfAnyStrengthAreNone) {
  for (const double level : {0.05, 0.1, 0.3, 0.6, 1.0})
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      synth::MotorPool pool(1000.0, {}, seed);
      test::Gauss gauss(seed);
      Line line(1000.0);
      for (int i = 0; i < 180'000; ++i) {
        const double u = std::fmod(i / 1000.0, 10.0);
        const double effort = level * std::clamp(std::min(u, 6.0 - u) / 0.3, 0.0, 1.0);
        line.push(noise_uv * gauss() + pool.step(effort, 1.0));
      }
      EXPECT_TRUE(line.told.empty()) << level << ", seed " << seed;
    }
}

TEST(Rhythm, RealRecordingsOfEffortsAndGaitHoldNone) {
  RECORDINGS_OR_SKIP(dir);
  struct Recording {
    const char* name;
    double rate_hz;
  };
  for (const Recording& r : {Recording{"emg_bursts_biceps_1k", 1000.0}, Recording{"emg_fatigue_biceps_1k", 1000.0},
                             Recording{"emg_8bit_vs_16bit_1k", 1000.0}, Recording{"emg_gait_13ch_1k", 1000.0},
                             Recording{"semi_ecg_bursts_1k", 1000.0}, Recording{"tscs_stim_off_4k", 4000.0},
                             Recording{"openbci_S13_2ch_200", 200.0}}) {
    const auto table = test::read_csv(dir / (std::string(r.name) + ".csv"));
    for (std::size_t c = 0; c < table.names.size(); ++c) {
      Line line(r.rate_hz, 1e-9);  // any amplitude is enough
      line.warm(table.columns[c].at(0));
      for (const double x : table.columns[c]) line.push(x);
      EXPECT_TRUE(line.told.empty()) << r.name << ' ' << table.names[c];
    }
  }
}

TEST(Rhythm, AnUnknownEnvelopeOrRestTellsNothing) {
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  const auto tell = [&](double rest, bool holes) {
    RhythmDetector detector(0);
    std::vector<Rhythm> told;
    for (int k = 1; k < 500; ++k) {
      const double envelope = 10.0 + 10.0 * std::sin(2.0 * std::numbers::pi * 5.0 * 0.02 * k);
      push_alone(detector, 0.02 * k, holes && k % 60 == 0 ? unknown : envelope, rest, told);
    }
    return told.size();
  };
  EXPECT_EQ(tell(3.0, false), 1U);
  EXPECT_EQ(tell(unknown, false), 0U);
  EXPECT_EQ(tell(3.0, true), 0U);
  EXPECT_EQ(tell(8.0, false), 0U) << "not twice the rest";
}

/// Episodes told of 20 s of an envelope.
template <typename Envelope>
std::size_t told_of(const Envelope& envelope_uv) {
  RhythmDetector detector(0);
  std::vector<Rhythm> told;
  for (int k = 1; k <= 1000; ++k) push_alone(detector, 0.02 * k, envelope_uv(k), 3.0, told);
  return told.size();
}

double wave(double hz, int k) { return std::sin(2.0 * std::numbers::pi * hz * 0.02 * k); }

TEST(Rhythm, AnEpisodeThatPausesOrIsNotKnownForAWhileIsOne) {
  EXPECT_EQ(told_of([](int k) { return k % 130 >= 100 ? 3.0 : 10.0 + 10.0 * wave(5.0, k); }), 1U);
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  const auto holes = [](int k) { return k > 300 && k < 700 && k % 60 == 0; };
  EXPECT_EQ(told_of([&](int k) { return holes(k) ? unknown : 10.0 + 10.0 * wave(5.0, k); }), 1U);
}

TEST(Rhythm, BurstsThatAreShallowOrIrregularOrDividedAreNone) {
  EXPECT_EQ(told_of([](int k) { return 10.0 + 4.0 * wave(5.0, k); }), 0U) << "tremor on a contraction";
  EXPECT_EQ(told_of([](int k) { return 10.0 + 5.0 * wave(4.0, k) + 6.5 * wave(12.0, k); }), 0U)
      << "three bursts in one";
  EXPECT_EQ(told_of([](int k) {
              const double t = 0.02 * k;
              return 10.0 + 8.0 * std::sin(2.0 * std::numbers::pi * 5.5 * t + std::sin(2.0 * std::numbers::pi * t));
            }),
            0U)
      << "the rate swings by 1 Hz within a second";
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    test::Gauss gauss(seed);
    EXPECT_EQ(told_of([&](int k) { return 15.0 + 6.0 * wave(5.0, k) + 6.5 * gauss(); }), 0U)
        << "noise of twice their power";
  }
}

TEST(Rhythm, AnotherDetectorDoesNotTellTheSameEpisodeAgainAndTellsTheNext) {
  RhythmDetector first(0), second(3);
  const auto envelope = [](int k) {
    const bool clonus = k < 400 || k >= 700;
    return clonus ? 10.0 + 10.0 * std::sin(2.0 * std::numbers::pi * 6.0 * 0.02 * k) : 3.0;
  };
  std::vector<Rhythm> told;
  for (int k = 0; k < 200; ++k) push_alone(first, 0.02 * k, envelope(k), 3.0, told);
  EXPECT_EQ(told.size(), 1U);
  ASSERT_TRUE(first.under_way(lane_under_test));
  second.plant(lane_under_test, true);
  for (int k = 200; k < 650; ++k) push_alone(second, 0.02 * k, envelope(k), 3.0, told);
  EXPECT_EQ(told.size(), 1U);
  EXPECT_FALSE(second.under_way(lane_under_test));
  for (int k = 650; k < 1000; ++k) push_alone(second, 0.02 * k, envelope(k), 3.0, told);
  EXPECT_EQ(told.size(), 2U);
}

}  // namespace
}  // namespace myod::dsp
