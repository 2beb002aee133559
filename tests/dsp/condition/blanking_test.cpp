// Stimulus blanking: the artefact goes, the muscle stays, and what was replaced is said.
#include "dsp/condition/blanking.hpp"

#include <gtest/gtest.h>

#include "dsp/condition/stages.hpp"
#include "tests/dsp/condition/lane.hpp"
#include "tests/dsp/detect/noise.hpp"
#include "tests/support/recordings.hpp"

namespace myod::dsp {
namespace {

constexpr std::size_t rate = 2000;

Options with(Blanking blanking, BlankingFill fill = BlankingFill::linear) {
  Options o;
  o.condition.blanking = blanking;
  o.condition.blanking_fill = fill;
  return o;
}

Command pulses(double first_s, double period_s, std::uint64_t count) {
  Command c;
  c.kind = CommandKind::stimulus;
  c.value = first_s;
  c.seconds = period_s;
  c.pulses = count;
  return c;
}

/// Noise with the spectrum of muscle (Stulen and De Luca), 19.5 uV.
std::vector<double> muscle(std::size_t n) {
  test::MuscleShape shape(static_cast<double>(rate));
  auto x = test::oracle_noise(n, 5);
  for (double& v : x) v = shape(v);
  const double gain = 19.5 / std::sqrt(test::power(x, rate, n));
  for (double& v : x) v *= gain;
  return x;
}

/// That with an artefact of 5 mV and 1 ms time constant, 30 times a second from 1 s on (dsp-spec 2.5).
std::vector<double> stimulated(std::size_t n) {
  auto x = muscle(n);
  for (double& v : x) v += 5000.0;
  for (std::size_t p = rate; p < n; p += rate / 30)
    for (std::size_t i = p; i < std::min(n, p + 40); ++i) x[i] += 5000.0 * std::exp(-static_cast<double>(i - p) / 2.0);
  return x;
}

/// RMS of the valid samples from 3 s on.
double gated_rms(const test::Recorder& seen) {
  double sum = 0.0, n = 0.0;
  for (std::size_t i = 3 * rate; i < seen.uv.size(); ++i)
    if (seen.valid[i] != 0) sum += seen.uv[i] * seen.uv[i], n += 1.0;
  return std::sqrt(sum / n);
}

double clean_rms() {
  Pipeline pipeline(test::emg_stream(rate), {});
  test::Recorder seen;
  const auto x = muscle(20 * rate);
  test::feed(pipeline, seen, x, 0, x.size());
  return gated_rms(seen);
}

TEST(Blanking, LeavesTheMuscleWithinFivePercentHoweverThePulsesAreKnown) {
  const auto x = stimulated(20 * rate);
  const double want = clean_rms(), period_s = static_cast<double>(rate / 30) / static_cast<double>(rate);
  for (const Blanking source : {Blanking::events, Blanking::detect}) {
    auto options = with(source);
    options.condition.blanking_after_ms = 10.0;
    Pipeline pipeline(test::emg_stream(rate), options);
    test::Recorder seen;
    if (source == Blanking::events) pipeline.apply(pulses(1.0, period_s, 1000), seen);
    test::feed(pipeline, seen, x, 0, x.size());
    EXPECT_NEAR(gated_rms(seen), want, 0.05 * want) << static_cast<int>(source);
    const auto share = std::count(seen.valid.begin() + 3 * rate, seen.valid.end(), 1);
    EXPECT_NEAR(static_cast<double>(share) / (17.0 * rate), 1.0 - 23.0 / 66.0, 0.02);
    EXPECT_NE(seen.of(FrameKind::control).back().status[0].reasons & reason_blanked, 0U);
  }
}

TEST(Blanking, SaysWhenAPulseCameTooLateAndWithdrawsItsWindows) {
  Pipeline pipeline(test::emg_stream(rate), with(Blanking::events));
  test::Recorder seen;
  const auto x = stimulated(4 * rate);
  test::feed(pipeline, seen, x, 0, rate + 100);
  pipeline.apply(pulses(1.0, 0.0, 1), seen);  // 50 ms ago; the line is 7 ms long
  test::feed(pipeline, seen, x, rate + 100, 2 * rate);
  ASSERT_EQ(seen.of(EventKind::stimulus).size(), 1U);
  EXPECT_NE(seen.of(EventKind::stimulus)[0].event.text.view().find("too late"), std::string_view::npos);
  EXPECT_EQ(seen.results.back().value, 1.0);
  bool withdrawn = false;
  for (const auto& f : seen.of(FrameKind::amplitude)) {
    if (f.head.end_index <= rate + 100) continue;
    const bool holds = f.head.first_index < rate + 101;
    withdrawn = withdrawn || holds;
    EXPECT_EQ(std::isnan(f.value("rms_uv")), holds) << f.head.end_index;
  }
  EXPECT_TRUE(withdrawn);
}

/// Runs of samples that are not valid, as [first, one past the last), from 1 s on.
std::vector<std::pair<std::size_t, std::size_t>> blanked(const test::Recorder& seen) {
  std::vector<std::pair<std::size_t, std::size_t>> runs;
  for (std::size_t i = rate; i < seen.valid.size(); ++i) {
    if (seen.valid[i] != 0) continue;
    if (!runs.empty() && runs.back().second == i)
      ++runs.back().second;
    else
      runs.emplace_back(i, i + 1);
  }
  return runs;
}

TEST(Blanking, PulsesToldOneByOneAheadOfTheirTimeAreAllBlanked) {
  Pipeline pipeline(test::emg_stream(rate), with(Blanking::events));
  test::Recorder seen;
  const auto x = stimulated(3 * rate);
  test::feed(pipeline, seen, x, 0, rate);
  for (const double at_s : {1.5, 1.533, 1.566}) pipeline.apply(pulses(at_s, 0.0, 1), seen);
  test::feed(pipeline, seen, x, rate, 2 * rate);
  EXPECT_EQ(blanked(seen).size(), 3U);
  EXPECT_TRUE(seen.results.back().done);
  EXPECT_EQ(seen.results.back().text.view(), "1 pulse");
}

TEST(Blanking, ATrainTakesThePlaceOfAnEarlierOneFromItsFirstPulseOn) {
  Pipeline pipeline(test::emg_stream(rate), with(Blanking::events));
  test::Recorder seen;
  const auto x = stimulated(4 * rate);
  test::feed(pipeline, seen, x, 0, rate);
  pipeline.apply(pulses(1.5, 0.05, 1000), seen);
  pipeline.apply(pulses(1.62, 0.1, 2), seen);
  test::feed(pipeline, seen, x, rate, 3 * rate);
  EXPECT_EQ(blanked(seen).size(), 5U) << "1.50, 1.55, 1.60; 1.62, 1.72";
}

TEST(Blanking, MoreTrainsThanFitAreRefusedAndPulsesToComeAreNotForgottenInSilence) {
  Pipeline pipeline(test::emg_stream(rate), with(Blanking::events));
  test::Recorder seen;
  for (std::size_t i = 0; i <= BlankingStage::most_trains; ++i)
    pipeline.apply(pulses(1.0 + static_cast<double>(i), 0.1, 2), seen);
  EXPECT_FALSE(seen.results.back().done);
  EXPECT_EQ(seen.results.back().text.view(), "too many trains of pulses are to come");
  pipeline.finish(taken_over, seen);
  const auto told = seen.of(EventKind::stimulus).back().event;
  EXPECT_EQ(told.value, 64.0);
  EXPECT_EQ(told.text.view(), "64 to come are forgotten, the pipeline is a new one: tell them again");
}

TEST(Blanking, IsRefusedWhereNobodyListens) {
  Pipeline pipeline(test::emg_stream(rate), {});
  test::Recorder seen;
  pipeline.apply(pulses(1.0, 0.0, 1), seen);
  EXPECT_FALSE(seen.results.at(0).done);
  EXPECT_EQ(seen.results[0].text.view(), "condition.blanking must be events");
}

TEST(Blanking, FillsWithAStraightLineOrTheLastSample) {
  for (const auto fill : {BlankingFill::linear, BlankingFill::hold}) {
    ConditionOptions o = with(Blanking::events, fill).condition;
    BlankingStage stage(o, 1000.0, 1, lane_tile);
    stage.schedule(0, 50.0, 0.0, 1);
    std::vector<double> ramp(100);
    for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<double>(i) + (i >= 49 && i <= 55 ? 1e4 : 0.0);
    const auto y = test::through(stage, ramp);
    const std::size_t delay = BlankingStage::delay_samples(o, 1000.0);
    EXPECT_EQ(delay, fill == BlankingFill::linear ? 7U : 2U);
    for (std::size_t i = 45; i < 60; ++i) {
      const bool blanked = i >= 49 && i <= 55;
      const double want = fill == BlankingFill::hold && blanked ? 48.0 : static_cast<double>(i);
      EXPECT_NEAR(y[i + delay], want, 1e-9) << i;
    }
  }
}

TEST(PulseTrain, TakesNoBurstOfMuscleForATrain) {
  PulseTrain train(static_cast<double>(rate), 0.0, 1);
  auto x = test::oracle_noise(60 * rate, 9);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= i / 1000 % 4 == 3 ? 200.0 : 3.0;
  EXPECT_TRUE(test::pulses_found(train, {x}).empty());
}

/// Pulses of 6 sigma, 25 times a second from `from` up to `to`, in noise of 3 uV and contractions of 6 uV.
std::vector<double> weak_pulses(std::size_t n, std::size_t from, std::size_t to, std::uint64_t seed) {
  auto x = test::oracle_noise(n, seed);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] *= i / (4 * rate) % 2 == 1 ? 6.0 : 3.0;
    if (i >= from && i < to && (i - from) % 80 < 4) x[i] += (i - from) % 2 == 0 ? 13.0 : -13.0;
  }
  return x;
}

TEST(PulseTrain, CountsWeakPulsesFromTheFirstToTheLastThroughContractions) {
  PulseTrain train(static_cast<double>(rate), 25.0, 2);
  const std::size_t from = 1501, to = 21'501, n = 26'000;
  const auto a = weak_pulses(n, from, to, 5), b = weak_pulses(n, from, to, 6);
  const auto found = test::pulses_found(train, {a, b});
  EXPECT_FALSE(train.running());
  EXPECT_NEAR(static_cast<double>(train.pulses()), 250.0, 3.0);
  ASSERT_GE(found.size(), 235U);
  for (const std::size_t at : found) EXPECT_LE((at + 3 - from) % 80, 6U) << at;
  EXPECT_LT(found.back(), to + 10 * 80) << "it ends";
}

TEST(PulseTrain, FollowsARateThatDriftsWhilePulsesGetWeaker) {
  PulseTrain train(static_cast<double>(rate), 0.0, 1);
  auto x = test::oracle_noise(60 * rate, 10);
  double at = 2.0 * rate;
  std::vector<std::size_t> truth;
  while (at < 59.0 * rate) {
    truth.push_back(static_cast<std::size_t>(at));
    x[truth.back()] += at < 10.0 * rate ? 100.0 : 18.0;
    at += 33.0 - 3.0 * at / (60.0 * rate);
  }
  const auto found = test::pulses_found(train, {x});
  EXPECT_NEAR(static_cast<double>(train.pulses()), static_cast<double>(truth.size()), 1.0);
  std::size_t hit = 0;
  for (const std::size_t i : truth)
    hit += std::ranges::any_of(found, [i](std::size_t f) { return f + 1 >= i && f <= i + 1; }) ? 1 : 0;
  EXPECT_GE(hit + 5, truth.size()) << "four pass before the train is known";
  EXPECT_LE(found.size(), truth.size());
}

std::vector<double> column(const test::Table& table, const std::string& name) {
  const auto found = std::find(table.names.begin(), table.names.end(), name);
  return table.columns.at(static_cast<std::size_t>(found - table.names.begin()));
}

test::Recorder play(const std::vector<double>& x, std::size_t hz, const Options& options) {
  Pipeline pipeline(test::emg_stream(hz), options);
  test::Recorder seen;
  test::feed(pipeline, seen, x, 0, x.size());
  return seen;
}

TEST(StimulationRecording, ItsPulsesAreFoundAndQuietStimulationIsNoEffort) {
  RECORDINGS_OR_SKIP(dir);
  const auto x = column(test::read_csv(dir / "tscs_stim_on_30hz_4k.csv"), "EMG");
  PulseTrain train(4000.0, 0.0, 1);
  const auto found = test::pulses_found(train, {x});
  EXPECT_NEAR(static_cast<double>(train.pulses()), 1799.0, 3.0);  // those before it was known included
  EXPECT_NEAR(static_cast<double>(std::ranges::count_if(found, [](std::size_t i) { return i > 36680; })), 1525.0, 1.0);
  EXPECT_NEAR(4000.0 / train.period(), 29.985, 0.02);
  auto options = with(Blanking::detect);
  options.condition.stimulus_hz = 29.985;
  const auto seen = play(x, 4000, options);
  const auto repetitions = seen.of(EventKind::repetition);
  ASSERT_FALSE(repetitions.empty());
  EXPECT_GE(repetitions.front().event.t_event_s, 15.5);
  EXPECT_LE(repetitions.front().event.t_event_s, 17.0);
  const auto rms = [&seen](double from_s, double to_s) {
    double sum = 0.0, n = 0.0;
    for (auto i = static_cast<std::size_t>(from_s * 4000.0); i < static_cast<std::size_t>(to_s * 4000.0); ++i)
      if (seen.valid[i] != 0) sum += seen.uv[i] * seen.uv[i], n += 1.0;
    return std::sqrt(sum / n);
  };
  EXPECT_LE(rms(9.2, 15.5), 1.3 * rms(1.0, 8.0));
  double active = 0.0, frames = 0.0;
  for (const auto& f : seen.of(FrameKind::control)) {
    const double t_s = static_cast<double>(f.head.end_index) / 4000.0;
    if (t_s < 9.2 || t_s > 15.5) continue;
    EXPECT_FALSE(std::isnan(f.value("active"))) << t_s;
    active += f.value("active"), frames += 1.0;
  }
  EXPECT_LT(active / frames, 0.2);
}

TEST(StimulationRecording, ItsArtefactOnACleanRecordingLeavesItsFiveRepetitions) {
  RECORDINGS_OR_SKIP(dir);
  const auto clean = column(test::read_csv(dir / "tscs_stim_off_4k.csv"), "EMG");
  const auto on = column(test::read_csv(dir / "tscs_stim_on_30hz_4k.csv"), "EMG");
  // The artefact: the recording around each pulse less the line that joins its ends, as cut from the raw signal.
  std::vector<double> composed = clean;
  std::size_t last = 0, cut = 0;
  for (std::size_t i = 40; i + 60 < on.size(); ++i) {
    if (std::abs(on[i] - on[i - 1]) < 1500.0 || i < last + 90) continue;
    last = i;
    ++cut;
    const std::size_t from = i - 2, to = i + 18;
    for (std::size_t k = from; k <= to; ++k) {
      const double line =
          on[from] + (on[to] - on[from]) * static_cast<double>(k - from) / static_cast<double>(to - from);
      composed[k] += on[k] - line;
    }
  }
  ASSERT_GT(cut, 1500U);
  const auto reference = play(clean, 4000, {});
  const auto unblanked = play(composed, 4000, {});
  const auto blanked = play(composed, 4000, with(Blanking::detect));
  EXPECT_EQ(reference.of(EventKind::repetition).size(), 5U);
  EXPECT_LT(unblanked.of(EventKind::repetition).size(), 5U);
  EXPECT_EQ(blanked.of(EventKind::repetition).size(), 5U);
  const auto rms = [](const test::Recorder& seen) {
    double sum = 0.0, n = 0.0;
    for (std::size_t i = 4000; i < seen.uv.size(); ++i)
      if (seen.valid[i] != 0) sum += seen.uv[i] * seen.uv[i], n += 1.0;
    return std::sqrt(sum / n);
  };
  EXPECT_NEAR(rms(blanked) / rms(reference), 1.0, 0.05);
}

}  // namespace
}  // namespace myod::dsp
