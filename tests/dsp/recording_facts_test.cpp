// What was measured on the real recordings with other tools, found again by the whole pipeline: amplitudes, periods,
// limits of the rate, quiet electrodes.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "dsp/condition/pulse_train.hpp"
#include "tests/dsp/condition/lane.hpp"
#include "tests/dsp/recorder.hpp"
#include "tests/support/recordings.hpp"

namespace myod::dsp {
namespace {

/// Every column a channel of a sensor of that rate, in microvolt.
test::Recorder play(const test::Table& table, std::uint64_t rate_hz, double uv_per_unit, double rail,
                    const Options& options = {}) {
  auto stream = test::emg_stream(rate_hz, table.names.size());
  for (auto& c : stream.channels) c.scale = uv_per_unit, c.rail_low = -rail, c.rail_high = rail;
  std::vector<double> x;
  for (std::size_t i = 0; i < table.columns[0].size(); ++i)
    for (const auto& column : table.columns) x.push_back(column[i]);
  Pipeline pipeline(stream, options);
  test::Recorder seen;
  test::feed(pipeline, seen, x, 0, table.columns[0].size());
  return seen;
}

constexpr double no_rail = std::numeric_limits<double>::infinity();

double rms(const std::vector<double>& x, double from_s, double to_s, double rate_hz) {
  double sum = 0.0, n = 0.0;
  for (auto i = static_cast<std::size_t>(from_s * rate_hz); i < static_cast<std::size_t>(to_s * rate_hz); ++i, ++n)
    sum += x[i] * x[i];
  return std::sqrt(sum / n);
}

/// The reasons told for any spectrum window of a channel.
unsigned reasons(const test::Recorder& seen, std::size_t channel) {
  unsigned all = 0;
  for (const auto& f : seen.of(FrameKind::spectrum)) all |= f.status[channel].reasons;
  return all;
}

struct Burst {
  double from_s, to_s;
};
constexpr Burst bursts[] = {{1.46, 2.33},   {4.79, 5.64},   {7.96, 8.98},   {11.71, 12.52}, {14.68, 15.52},
                            {17.37, 18.36}, {20.38, 21.42}, {23.33, 24.65}, {26.67, 27.68}};

TEST(BurstsRecording, HasTheMeasuredAmplitudesAndEveryBurstInsideAnActiveInterval) {
  RECORDINGS_OR_SKIP(dir);
  const auto table = test::read_csv(dir / "emg_bursts_biceps_1k.csv");
  auto stream = test::emg_stream(1000);
  stream.channels[0].scale = 1000.0, stream.channels[0].rail_low = -1.5, stream.channels[0].rail_high = 1.5;
  Pipeline pipeline(stream, {});
  test::Recorder seen;
  Command rest;  // the first burst comes before the rest level could be learned
  rest.kind = CommandKind::set_rest, rest.channel = 0, rest.value = 13.3;
  pipeline.apply(rest, seen);
  test::feed(pipeline, seen, table.columns[0], 0, table.columns[0].size());
  const auto onsets = seen.of(EventKind::onset), offsets = seen.of(EventKind::offset);
  double inside = 0.0, n = 0.0;
  for (const Burst& b : bursts) {
    const double r = rms(seen.uv, b.from_s, b.to_s, 1000.0), length = b.to_s - b.from_s;
    inside += r * r * length, n += length;
    bool held = false;
    for (const auto& on : onsets) {
      double end = 28.6;
      for (const auto& off : offsets)
        if (off.event.t_event_s > on.event.t_event_s) end = std::min(end, off.event.t_event_s);
      held |= on.event.t_event_s <= b.from_s + 0.02 && end >= b.to_s - 0.02;  // the JSON's edges have two digits
    }
    EXPECT_TRUE(held) << b.from_s;
  }
  EXPECT_NEAR(std::sqrt(inside / n), 110.5, 0.02 * 110.5);
  double quiet = 0.0, m = 0.0, from = 0.0;
  for (std::size_t k = 0; k <= std::size(bursts); ++k) {
    const double to = k < std::size(bursts) ? bursts[k].from_s : 28.519;
    const double r = rms(seen.uv, from, to, 1000.0);
    quiet += r * r * (to - from), m += to - from;
    if (k < std::size(bursts)) from = bursts[k].to_s;
  }
  EXPECT_NEAR(std::sqrt(quiet / m), 13.3, 0.02 * 13.3);
}

TEST(FatigueRecording, GrowsInAmplitudeAsItsMeanFrequencyFalls) {
  RECORDINGS_OR_SKIP(dir);
  const auto seen = play(test::read_csv(dir / "emg_fatigue_biceps_1k.csv"), 1000, 1000.0, 1.5);
  const auto repetitions = seen.of(EventKind::repetition);
  ASSERT_EQ(repetitions.size(), 30U);
  const auto average = [&](std::size_t first, std::size_t last, auto value) {
    double sum = 0.0;
    for (std::size_t i = first; i < last; ++i) sum += value(repetitions[i].repetition);
    return sum / static_cast<double>(last - first);
  };
  const auto mean_frequency = [](const Repetition& r) { return r.mnf_hz; };
  const auto amplitude = [&](const Repetition& r) { return rms(seen.uv, r.start_s, r.end_s, 1000.0); };
  // Of the average spectrum of a repetition, in half seconds: SciPy's welch over the bursts gives 83.6 and 66.3. The
  // second in the middle of a repetition reads 86.3 on average over the first five.
  EXPECT_NEAR(average(0, 5, mean_frequency), 83.6, 1.5);
  EXPECT_NEAR(average(25, 30, mean_frequency), 66.0, 1.5);
  EXPECT_NEAR(average(0, 5, amplitude), 330.0, 33.0);
  EXPECT_NEAR(average(25, 30, amplitude), 490.0, 49.0);
}

TEST(TwoHubsRecording, ReadsNoLooseElectrodeAndNoStuckOrFlatConverterInEightBitsOrSixteen) {
  RECORDINGS_OR_SKIP(dir);
  const auto seen = play(test::read_csv(dir / "emg_8bit_vs_16bit_1k.csv"), 1000, 1000.0, no_rail);
  for (std::size_t c = 0; c < 2; ++c)
    EXPECT_EQ(reasons(seen, c) & (reason_lead_off | reason_stuck | reason_flat | reason_mains), 0U) << c;
}

TEST(GaitRecording, HasTheStepOfTheTreadmillInAllThirteenMuscles) {
  RECORDINGS_OR_SKIP(dir);
  const auto table = test::read_csv(dir / "emg_gait_13ch_1k.csv");
  ASSERT_EQ(table.names.size(), 13U);
  const auto frames = play(table, 1000, 1.0, no_rail).of(FrameKind::amplitude);
  for (std::size_t c = 0; c < 13; ++c) {
    std::vector<double> x;
    double mean = 0.0;
    for (const auto& f : frames)
      if (const double v = f.value("envelope_uv", c); !std::isnan(v)) x.push_back(v), mean += v;
    for (double& v : x) v -= mean / static_cast<double>(x.size());
    const double hop_s = static_cast<double>(frames[1].head.end_index - frames[0].head.end_index) / 1000.0;
    std::size_t best = 0;
    double most = -1.0;
    for (auto lag = static_cast<std::size_t>(0.6 / hop_s); lag < static_cast<std::size_t>(1.6 / hop_s); ++lag) {
      double sum = 0.0;
      for (std::size_t i = 0; i + lag < x.size(); ++i) sum += x[i] * x[i + lag];
      sum /= static_cast<double>(x.size() - lag);
      if (sum > most) most = sum, best = lag;
    }
    EXPECT_NEAR(static_cast<double>(best) * hop_s, 1.03, 0.0401) << table.names[c];
  }
}

TEST(SlowRecording, SaysThatItsRateLimitsTheSpectrum) {
  RECORDINGS_OR_SKIP(dir);
  const auto seen = play(test::read_csv(dir / "openbci_S13_2ch_200.csv"), 200, 1.0, no_rail);
  const auto spectra = seen.of(FrameKind::spectrum);
  ASSERT_GT(spectra.size(), 100U);
  for (const auto& f : spectra) EXPECT_NE(f.status[0].reasons & reason_rate, 0U);
}

TEST(StimulatorRecording, StartsFromItsOffsetWithoutABump) {
  RECORDINGS_OR_SKIP(dir);
  const auto seen = play(test::read_csv(dir / "tscs_stim_off_4k.csv"), 4000, 1.0, no_rail);
  EXPECT_LE(rms(seen.uv, 0.0, 0.3, 4000.0), rms(seen.uv, 0.3, 1.3, 4000.0));
}

TEST(StimulatorRecording, UnderStimulationAQuietMuscleDoesNoRepetitionAndItsHarmonicIsNoMains) {
  RECORDINGS_OR_SKIP(dir);
  Options options;
  options.condition.blanking = Blanking::detect;
  const auto seen = play(test::read_csv(dir / "tscs_stim_on_30hz_4k.csv"), 4000, 1.0, no_rail, options);
  const auto repetitions = seen.of(EventKind::repetition);
  ASSERT_FALSE(repetitions.empty());
  EXPECT_GE(repetitions[0].event.t_event_s, 15.5);
  EXPECT_EQ(reasons(seen, 0) & reason_mains, 0U);
}

/// Its pulses by their size alone: a step above 700 units where there was none for 22 ms.
TEST(StimulatorRecording, EveryPulseIsFoundWithinTwoMilliseconds) {
  RECORDINGS_OR_SKIP(dir);
  const auto x = test::read_csv(dir / "tscs_stim_on_30hz_4k.csv").columns[0];
  PulseTrain train(4000.0, 29.985, 1);
  const auto found = test::pulses_found(train, {x});
  std::vector<std::size_t> truth;
  for (std::size_t i = 36681; i < x.size(); ++i)
    if (std::abs(x[i] - x[i - 1]) > 700.0 && (truth.empty() || i > truth.back() + 90)) truth.push_back(i);
  EXPECT_NEAR(static_cast<double>(truth.size()), 1525.0, 1.0);
  std::size_t hits = 0;
  for (const std::size_t t : truth)
    for (const std::size_t f : found) hits += f + 8 >= t && f <= t + 8 ? 1 : 0;
  EXPECT_EQ(hits, truth.size());
}

/// Both channels of one sweep.
std::vector<std::vector<double>> sweep_of(const test::Table& table, std::size_t sweep) {
  return {table.columns.at(2 * sweep), table.columns.at(2 * sweep + 1)};
}

constexpr double sweeps_hz = 1925.926;

/// With the stimulator's rate declared or not. In sweeps 1 to 3 the muscle steps farther than the artefact. Sweep 7 has
/// no artefact in its last 0.42 s, in neither channel: its train ends after 143.
TEST(StimulationSweeps, HaveEveryPulseOfTheirStimulatorHoweverWeak) {
  RECORDINGS_OR_SKIP(dir);
  const auto table = test::read_csv(dir / "stim_levels_2ch_1926.csv");
  for (std::size_t i = 2; i < 16; ++i) {
    const std::size_t sweep = i / 2;
    const double known_hz = i % 2 == 0 ? 30.09 : 0.0;
    auto lanes = sweep_of(table, sweep);
    if (sweep == 7)
      for (auto& lane : lanes) lane.resize(9200);
    PulseTrain train(sweeps_hz, known_hz, 2);
    const auto found = test::pulses_found(train, lanes);
    EXPECT_TRUE(train.running()) << sweep;
    EXPECT_GE(train.pulses(), sweep == 7 ? 143U : 147U) << sweep;
    EXPECT_LE(train.pulses(), sweep == 7 ? 144U : 152U) << sweep;
    EXPECT_GE(found.size() + (known_hz > 0.0 ? 10 : 18), train.pulses()) << sweep << ": those before it was known pass";
    for (std::size_t k = 1; k < found.size(); ++k) {
      const auto periods = (found[k] - found[k - 1] + 32) / 64;
      EXPECT_NEAR(static_cast<double>(found[k] - found[k - 1]), static_cast<double>(64 * periods), 4.0) << sweep;
      EXPECT_LE(periods, sweep == 5 ? 2U : 1U) << sweep << " at " << found[k];
    }
  }
}

TEST(StimulationSweeps, HoldNoTrainWhereNobodyStimulates) {
  RECORDINGS_OR_SKIP(dir);
  const auto table = test::read_csv(dir / "stim_levels_2ch_1926.csv");
  for (const std::size_t sweep : {0U, 8U}) {
    PulseTrain train(sweeps_hz, 0.0, 2);
    EXPECT_TRUE(test::pulses_found(train, sweep_of(table, sweep)).empty()) << sweep;
  }
}

TEST(StimulationSweeps, AreBlankedInBothChannelsAtOnce) {
  RECORDINGS_OR_SKIP(dir);
  const auto all = test::read_csv(dir / "stim_levels_2ch_1926.csv");
  Options options;
  options.condition.blanking = Blanking::detect;
  options.condition.stimulus_hz = 30.09;
  const auto seen = play({{"a", "b"}, sweep_of(all, 2)}, 1926, 1000.0, no_rail, options);
  std::size_t blanked = 0;
  for (std::size_t i = 4000; i < seen.valid.size(); i += 2) {
    EXPECT_EQ(seen.valid[i], seen.valid[i + 1]) << i / 2;
    blanked += seen.valid[i] == 0 ? 1 : 0;
  }
  EXPECT_GT(blanked, 119U * 10);  // from 2000 of 9629 on; 2 samples before to 10 behind each
}

struct Plain {
  const char* name;
  double rate_hz;
};
constexpr Plain plain[] = {{"emg_bursts_biceps_1k", 1000.0}, {"emg_fatigue_biceps_1k", 1000.0},
                           {"emg_8bit_vs_16bit_1k", 1000.0}, {"emg_gait_13ch_1k", 1000.0},
                           {"semi_ecg_bursts_1k", 1000.0},   {"tscs_stim_off_4k", 4000.0},
                           {"openbci_S13_2ch_200", 200.0}};

TEST(PlainRecordings, HoldNoPulses) {
  RECORDINGS_OR_SKIP(dir);
  for (const auto& [name, hz] : plain) {
    const auto columns = test::read_csv(dir / (std::string(name) + ".csv")).columns;
    PulseTrain together(hz, 0.0, columns.size());
    EXPECT_TRUE(test::pulses_found(together, columns).empty()) << name;
    for (const auto& column : columns) {
      PulseTrain alone(hz, 0.0, 1);
      EXPECT_TRUE(test::pulses_found(alone, {column}).empty()) << name;
    }
  }
}

/// Whatever rate is declared, the fold knows no train in them.
TEST(PlainRecordings, HoldNoTrainAtAnyRateTheyAreFoldedAt) {
  RECORDINGS_OR_SKIP(dir);
  for (const auto& [name, hz] : plain) {
    const auto columns = test::read_csv(dir / (std::string(name) + ".csv")).columns;
    std::vector<PulseDetector> lanes(columns.size(), PulseDetector(hz, 0.0));
    std::vector<double> evidence;
    for (std::size_t i = 0; i < columns[0].size(); ++i) {
      double sum = 0.0;
      for (std::size_t c = 0; c < lanes.size(); ++c) {
        lanes[c].push(columns[c][i]);
        sum += std::min(lanes[c].step_sigmas(0), 20.0);
      }
      evidence.push_back(sum);
    }
    for (int folded_hz = 8; folded_hz <= 60; ++folded_hz) {
      PulseFold fold(hz, static_cast<std::size_t>(hz));
      fold.begin(hz / folded_hz);
      for (const double e : evidence) {
        fold.push(e);
        ASSERT_FALSE(fold.known()) << name << " at " << folded_hz << " Hz";
      }
    }
  }
}

}  // namespace
}  // namespace myod::dsp
