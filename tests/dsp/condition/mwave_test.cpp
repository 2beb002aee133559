// The muscle's answer to a pulse, 0.5 mV with a slow modulation of 5 % (dsp-spec 2.5), over a volitional 19.5 uV.
#include "dsp/condition/mwave.hpp"

#include <gtest/gtest.h>

#include <numbers>

#include "tests/dsp/condition/lane.hpp"
#include "tests/dsp/detect/noise.hpp"
#include "tests/dsp/oracle.hpp"

namespace myod::dsp {
namespace {

constexpr std::size_t rate = 2000, n = 30 * rate;
constexpr double period_s = 0.0333;  // 66.6 samples: frames of 66 and 67

std::vector<double> muscle() {
  test::MuscleShape shape(static_cast<double>(rate));
  auto x = test::oracle_noise(n, 5);
  for (double& v : x) v = shape(v);
  const double gain = 19.5 / std::sqrt(test::power(x, rate, n));
  for (double& v : x) v *= gain;
  return x;
}

std::vector<double> stimulated() {
  auto x = muscle();
  for (std::size_t k = 0;; ++k) {
    const auto p = static_cast<std::size_t>(std::floor((1.0 + static_cast<double>(k) * period_s) * rate + 0.5));
    if (p + 60 >= n) return x;
    const double t = static_cast<double>(p) / rate;
    const double size = 500.0 * (1.0 + 0.05 * std::sin(2.0 * std::numbers::pi * 0.2 * t));
    for (std::size_t i = 0; i < 40; ++i) {  // 20 ms, biphasic
      const double u = static_cast<double>(i) / 40.0;
      x[p + i] +=
          size * std::sin(2.0 * std::numbers::pi * u) * (1.0 - u) * (i < 4 ? 0.25 * static_cast<double>(i) : 1.0);
    }
  }
}

/// RMS of the valid samples after 3 s, and their share.
std::pair<double, double> gated(const std::vector<double>& x, Mwave method) {
  Options o;
  o.condition.mwave = method;
  o.condition.blanking = Blanking::events;
  o.condition.blanking_before_ms = 0.0;
  o.condition.blanking_after_ms = 1.0;
  o.condition.mains = Mains::off;
  o.condition.mwave_ms = 10.0;
  Pipeline pipeline(test::emg_stream(rate), o);
  test::Recorder seen;
  Command c;
  c.kind = CommandKind::stimulus;
  c.value = 1.0;
  c.seconds = period_s;
  c.pulses = 1'000'000;
  pipeline.apply(c, seen);
  test::feed(pipeline, seen, x, 0, x.size());
  double sum = 0.0, count = 0.0;
  for (std::size_t i = 3 * rate; i < seen.uv.size(); ++i)
    if (seen.valid[i] != 0) sum += seen.uv[i] * seen.uv[i], count += 1.0;
  return {std::sqrt(sum / count), count / static_cast<double>(seen.uv.size() - 3 * rate)};
}

TEST(Mwave, IsTakenOutAndTheVolitionalMuscleStays) {
  const double want = gated(muscle(), Mwave::off).first;
  const auto x = stimulated();
  EXPECT_GT(gated(x, Mwave::off).first, 3.0 * want);
  struct Row {
    Mwave method;
    double tolerance, least_share;
  };
  for (const auto& [method, tolerance, share] :
       {Row{Mwave::pattern, 0.10, 0.6}, Row{Mwave::comb, 0.10, 0.9}, Row{Mwave::prediction, 0.25, 0.9}}) {
    const auto [rms, valid] = gated(x, method);
    EXPECT_NEAR(rms, want, tolerance * want) << static_cast<int>(method);
    EXPECT_GT(valid, share) << static_cast<int>(method);
  }
}

TEST(Mwave, GateMasksTheTimeItIsToldTo) {
  const auto [rms, valid] = gated(stimulated(), Mwave::gate);
  EXPECT_NEAR(valid, 1.0 - 20.0 / 66.6, 0.02);
}

TEST(Mwave, NeedsPulses) {
  Options o;
  o.condition.mwave = Mwave::comb;
  EXPECT_THROW(Pipeline(test::emg_stream(rate), o), std::invalid_argument);
}

/// The signal of the oracle (tests/oracles/conditioning.py): muscle with an answer of 20 ms to every pulse, and the
/// chain that blanks 1 ms before to 5 ms after each.
TEST(Stimulation, IsFilledAndItsAnswerTakenOutAsThePlainRecursionsDo) {
  const std::size_t samples = 6000;
  auto x = test::oracle_noise(samples, 41);
  for (double& v : x) v *= 20.0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(5000.0 / 66.6); ++k) {
    const auto p = static_cast<std::size_t>(std::floor(1000.0 + period_s * rate * static_cast<double>(k) + 0.5));
    for (std::size_t i = 0; i < 40 && p + 40 < samples; ++i) {
      const auto u = static_cast<double>(i);
      x[p + i] += (1.0 + 0.01 * static_cast<double>(k % 7)) * u * (40.0 - u) * (i < 20 ? 0.25 : -0.25);
    }
  }
  struct Row {
    const char* key;
    BlankingFill fill;
    Mwave method;
  };
  for (const auto& [key, fill, method] :
       {Row{"blanked_hold", BlankingFill::hold, Mwave::off}, Row{"blanked_linear", BlankingFill::linear, Mwave::off},
        Row{"mwave_template", BlankingFill::linear, Mwave::pattern},
        Row{"mwave_comb", BlankingFill::linear, Mwave::comb},
        Row{"mwave_prediction", BlankingFill::linear, Mwave::prediction}}) {
    Options o;
    o.condition.blanking = Blanking::events;
    o.condition.blanking_fill = fill;
    o.condition.mwave = method;
    o.condition.mains = Mains::off;
    o.condition.highpass = o.condition.lowpass = false;
    Pipeline pipeline(test::emg_stream(rate), o);
    test::Recorder seen;
    Command c;
    c.kind = CommandKind::stimulus;
    c.value = 0.5;
    c.seconds = period_s;
    c.pulses = 1000;
    pipeline.apply(c, seen);
    test::feed(pipeline, seen, x, 0, x.size());
    const std::size_t delay = BlankingStage::delay_samples(o.condition, rate);
    std::size_t compared = 0;
    for (const auto& [i, v] : test::oracle(key, "condition/oracle.csv")) {
      if (i + delay >= seen.uv.size() || i > 5900) continue;  // the oracle knows no frame that has not ended
      ++compared;
      EXPECT_NEAR(seen.uv[i + delay], v, 1e-9) << key << ' ' << i;
    }
    EXPECT_GE(compared, 60U);
  }
}

}  // namespace
}  // namespace myod::dsp
