// The heart in the signal of a muscle: real EMG with a real ECG added, both truths kept.
#include "dsp/condition/ecg.hpp"

#include <gtest/gtest.h>

#include "dsp/condition/stages.hpp"
#include "tests/dsp/condition/lane.hpp"
#include "tests/dsp/oracle.hpp"
#include "tests/support/recordings.hpp"

namespace myod::dsp {
namespace {

constexpr std::uint64_t rate = 1000;
// R peaks of the ECG column: its highest deflections on 5..25 Hz (scipy.signal.find_peaks, less 27 ms of filter).
constexpr double beats_s[] = {0.454,  1.094,  1.755,  2.463,  3.230,  4.004,  4.742,  5.477,  6.217,  6.959,
                              7.696,  8.402,  9.103,  9.801,  10.504, 11.202, 11.888, 12.572, 13.261, 13.971,
                              14.703, 15.446, 16.175, 16.908, 17.640, 18.375, 19.084, 19.796};

struct EcgRecording : testing::Test {
  test::Table table;
  void SetUp() override {
    RECORDINGS_OR_SKIP(dir);
    table = test::read_csv(dir / "semi_ecg_bursts_1k.csv");
  }
  std::vector<double> column(const std::string& name) const {
    const auto found = std::find(table.names.begin(), table.names.end(), name);
    return table.columns.at(static_cast<std::size_t>(found - table.names.begin()));
  }
  /// Channel `name` beside the ECG.
  test::Recorder play(const std::string& name, Ecg ecg) const {
    auto stream = test::emg_stream(rate, 2);
    stream.channels[0].scale = stream.channels[1].scale = 1000.0;
    stream.channels[1].name = "ecg";
    stream.channels[1].kind = ChannelKind::other;
    const auto a = column(name), b = column("ecg");
    std::vector<double> x;
    for (std::size_t i = 0; i < a.size(); ++i) x.push_back(a[i]), x.push_back(b[i]);
    Options o;
    o.condition.ecg = ecg;
    if (ecg == Ecg::adaptive) o.condition.ecg_reference = Text<64>("ecg");
    Pipeline pipeline(stream, o);
    test::Recorder seen;
    test::feed(pipeline, seen, x, 0, a.size());
    return seen;
  }
  /// Onsets after 3 s that lie from 60 ms before to 90 ms after a beat.
  static std::size_t at_beats(const test::Recorder& seen) {
    std::size_t n = 0;
    for (const auto& e : seen.of(EventKind::onset))
      for (const double beat : beats_s)
        if (const double t = e.event.t_event_s; t > 3.0 && t > beat - 0.06 && t < beat + 0.09) ++n;
    return n;
  }
};

TEST_F(EcgRecording, EveryBeatIsFoundAmongTheContractions) {
  BeatDetector detector(rate);
  const auto x = column("mixed");
  std::vector<double> found;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (const auto back = detector.push(1000.0 * x[i])) {
      found.push_back(static_cast<double>(i - *back) / static_cast<double>(rate));
      EXPECT_LE(static_cast<double>(*back), BeatDetector::latency_ms);
    }
  std::size_t hits = 0;
  for (const double beat : beats_s)
    for (const double at : found) hits += std::abs(at - beat) < 0.02 ? 1 : 0;
  EXPECT_GE(hits, std::size(beats_s) - 2);  // the first second is learning
  EXPECT_EQ(found.size(), hits);
}

TEST_F(EcgRecording, TemplateAndReferenceLeaveSixRepetitionsAndNoOnsetsOfTheirOwn) {
  const auto clean = play("emg_clean", Ecg::off);
  const auto truth = clean.of(EventKind::repetition);
  ASSERT_EQ(truth.size(), 6U);
  for (const Ecg ecg : {Ecg::pattern, Ecg::adaptive}) {
    const auto seen = play("mixed", ecg);
    const auto repetitions = seen.of(EventKind::repetition);
    ASSERT_EQ(repetitions.size(), 6U) << static_cast<int>(ecg);
    for (std::size_t i = 1; i < 6; ++i) EXPECT_NEAR(repetitions[i].event.t_event_s, truth[i].event.t_event_s, 0.1) << i;
    // What the reference leaves of a beat at 4 s still starts one.
    EXPECT_LE(at_beats(seen), at_beats(clean) + (ecg == Ecg::adaptive ? 1 : 0)) << static_cast<int>(ecg);
  }
}

TEST_F(EcgRecording, TheGateKeepsBeatsFromStartingOnsets) { EXPECT_LE(at_beats(play("mixed", Ecg::highpass)), 1U); }

/// The steep part of a beat of 1, at 0 s: up by 1, down by 0.4.
double beat(double t_s) {
  const auto bell = [](double t) { return std::exp(-0.5 * t * t / (0.012 * 0.012)); };
  return bell(t_s) - 0.4 * bell(t_s - 0.035);
}

void add(std::vector<double>& x, double at_s, double height_uv, double (*shape)(double)) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double t = static_cast<double>(i) / static_cast<double>(rate) - at_s;
    if (std::abs(t) < 0.2) x[i] += height_uv * shape(t);
  }
}

TEST(BeatDetector, FollowsABeatThatShrinksAndTakesNothingElseForOne) {
  auto x = test::oracle_noise(30 * rate, 33);
  std::vector<double> beats, found;
  for (double at = 0.5; at < 29.5; at += 0.8) {
    const double height_uv = 300.0 * (1.0 - at / 40.0);
    beats.push_back(at);
    add(x, at, height_uv, beat);
    switch (beats.size() % 8) {
      case 3:
        add(x, at + 0.2, 0.8 * height_uv, beat);
        break;  // no heart is so quick
      case 5:
        add(x, at + 0.4, 8.0 * height_uv, beat);
        break;  // nor so much stronger
      case 7:
        add(x, at + 0.4, 2.0 * height_uv, [](double t) { return std::sin(2.0 * std::numbers::pi * 20.0 * t); });
    }
  }
  BeatDetector detector(rate);
  for (std::size_t i = 0; i < x.size(); ++i)
    if (const auto back = detector.push(x[i]))
      found.push_back(static_cast<double>(i - *back) / static_cast<double>(rate));
  beats.erase(beats.begin());  // heard while learning
  ASSERT_EQ(found.size(), beats.size());
  for (std::size_t i = 0; i < beats.size(); ++i) EXPECT_NEAR(found[i], beats[i], 0.025);
}

TEST(BeatTemplate, LeavesLittleOfABeatThatIsAlwaysTheSame) {
  auto x = test::oracle_noise(30 * rate, 34);
  for (double& v : x) v *= 5.0;
  const auto quiet = x;
  for (double at = 0.5; at < 29.5; at += 0.8013) add(x, at, 300.0, beat);
  BeatStage stage(true, rate, 1, lane_tile);
  std::vector<double> row(lane_tile), y;
  std::vector<std::uint8_t> flags(lane_tile, sample_good);
  for (std::size_t i = 0; i < x.size(); ++i) {
    row[0] = x[i];
    flags[0] = sample_good;
    Samples samples{row.data(), flags.data(), 1, lane_tile, true, i};
    stage.listen(samples);
    stage.run(samples);
    y.push_back(row[0]);
  }
  const std::size_t delay = BeatStage::delay_samples(rate);
  double whole = 0.0, left = 0.0;
  for (std::size_t i = 15 * rate; i + delay < x.size(); ++i) {
    whole += (x[i] - quiet[i]) * (x[i] - quiet[i]);
    left += (y[i + delay] - quiet[i]) * (y[i + delay] - quiet[i]);
  }
  EXPECT_LT(left, 0.0015 * whole);
}

TEST(EcgReference, IsThePublishedRecursion) {
  const std::size_t n = 3000;
  const auto ref = test::oracle_noise(n, 31), own = test::oracle_noise(n, 32);
  ReferenceStage stage(1, 2, lane_tile);
  std::vector<double> y(lane_tile), out;
  std::vector<std::uint8_t> flags(lane_tile, sample_good);
  const auto r = [&ref](std::size_t i, std::size_t back) { return i < back ? 0.0 : 50.0 * ref[i - back]; };
  for (std::size_t i = 0; i < n; ++i) {
    y[0] = 20.0 * own[i] + 0.7 * r(i, 1) - 0.4 * r(i, 2) + 0.2 * r(i, 3);
    y[1] = r(i, 0);
    Samples samples{y.data(), flags.data(), 1, lane_tile, true, i};
    stage.run(samples);
    out.push_back(y[0]);
  }
  for (const auto& [i, v] : test::oracle("reference", "condition/oracle.csv")) EXPECT_NEAR(out[i], v, 1e-6) << i;
}

TEST(EcgReference, MustBeAChannelOfTheSensor) {
  Options o;
  o.condition.ecg = Ecg::adaptive;
  o.condition.ecg_reference = Text<64>("heart");
  try {
    Pipeline pipeline(test::emg_stream(rate, 2), o);
    FAIL();
  } catch (const std::invalid_argument& e) {
    EXPECT_STREQ(e.what(), "condition.ecg_reference = \"heart\": must be a channel of sensor test: m0, m1");
  }
}

}  // namespace
}  // namespace myod::dsp
