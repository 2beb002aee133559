// The muscle's answer to a pulse, 0.5 mV with a slow modulation of 5 % (dsp-spec 2.5), over a volitional 19.5 uV.
#include "dsp/condition/mwave.hpp"

#include <gtest/gtest.h>

#include <numbers>

#include "tests/dsp/condition/lane.hpp"
#include "tests/dsp/detect/noise.hpp"

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

}  // namespace
}  // namespace myod::dsp
