// The whole pipeline against SciPy, within the tolerances of the specification.
#include <gtest/gtest.h>

#include "dsp/features/spectrum.hpp"
#include "oracle.hpp"
#include "recorder.hpp"

namespace {

using namespace myod;
using test::oracle;

class SciPy : public testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override {
    fs = std::to_string(GetParam());
    x = test::oracle_signal(4 * GetParam(), GetParam());
    dsp::Pipeline pipeline(test::emg_stream(GetParam()), {});
    dsp::Command rest;
    rest.kind = dsp::CommandKind::set_rest;
    rest.value = 3.0;
    pipeline.apply(rest, seen);
    dsp::Command reference;
    reference.kind = dsp::CommandKind::set_reference;
    reference.value = 60.0;
    pipeline.apply(reference, seen);
    test::feed(pipeline, seen, x, 0, x.size());
    pipeline.finish(dsp::input_ended, seen);
  }
  void expect_near(double ours, double truth, double relative, const std::string& what) const {
    EXPECT_NEAR(ours, truth, relative * std::abs(truth)) << what;
  }
  std::string fs;
  std::vector<double> x;
  test::Recorder seen;
};

TEST_P(SciPy, MakesTheSameInput) {
  for (const auto& [i, v] : oracle("x_" + fs)) EXPECT_EQ(x[i], v);
}

TEST_P(SciPy, ConditionsAlike) {
  ASSERT_EQ(seen.uv.size(), x.size());
  for (const auto& [i, v] : oracle("y_" + fs)) EXPECT_NEAR(seen.uv[i], v, 1e-9 * 1700.0) << i;
}

TEST_P(SciPy, AmplitudesAgreeAtEveryHop) {
  const auto frames = seen.of(dsp::FrameKind::amplitude);
  ASSERT_EQ(frames.size(), 200U);
  for (std::size_t k = 0; k < frames.size(); ++k) {
    EXPECT_EQ(frames[k].head.end_index, (k + 1) * GetParam() / 50);
    const bool full = (k + 1) * 20 >= 250;
    const bool enough = (k + 1) * 20 >= 200;
    EXPECT_EQ((frames[k].status[0].reasons & dsp::reason_settling) != 0, !full) << k;
    EXPECT_EQ(std::isnan(frames[k].value("rms_uv")), !enough) << k;
    if (!full) continue;
    const double rms = oracle("rms250_" + fs).at(k);
    expect_near(frames[k].value("rms_uv"), rms, 1e-9, "rms");
    expect_near(frames[k].value("arv_uv"), oracle("arv250_" + fs).at(k), 1e-9, "arv");
    expect_near(frames[k].value("envelope_uv"), oracle("envelope6_" + fs).at(k), 1e-9, "envelope");
    const double percent = 100.0 * std::sqrt(std::max(0.0, rms * rms - 9.0) / (3600.0 - 9.0));
    EXPECT_NEAR(frames[k].value("ref_pct"), percent, 1e-7);
  }
}

TEST_P(SciPy, ControlNumbersAgree) {
  std::size_t compared = 0;
  for (const auto& f : seen.of(dsp::FrameKind::control)) {
    const std::uint64_t hop = GetParam() / 50;
    if (f.head.end_index % hop != 0 || f.head.end_index < GetParam() / 10) continue;
    const std::size_t k = f.head.end_index / hop - 1;
    expect_near(f.value("rms_uv"), oracle("rms100_" + fs).at(k), 1e-9, "rms");
    const double envelope = oracle("envelope10_" + fs).at(k);
    expect_near(f.value("envelope_uv"), envelope, 1e-9, "envelope");
    const double square = 1.5707963267948966 * envelope * envelope;  // of Gaussian noise, pi / 2
    EXPECT_NEAR(f.value("envelope_pct"), 100.0 * std::sqrt(std::max(0.0, square - 9.0) / (3600.0 - 9.0)), 1e-7);
    ++compared;
  }
  EXPECT_EQ(compared, 196U);
}

TEST_P(SciPy, SpectraAndCountsAgree) {
  const auto frames = seen.of(dsp::FrameKind::spectrum);
  ASSERT_EQ(frames.size(), 8U);
  EXPECT_TRUE(std::isnan(frames[0].value("mnf_hz")));  // half a window
  for (std::size_t k = 2; k <= 8; ++k) {
    const auto& f = frames[k - 1];
    const std::string name = fs + "_" + std::to_string(k);
    const auto truth = [&](const char* key) { return oracle(key + std::string("_") + name).at(0); };
    EXPECT_NEAR(f.value("mnf_hz"), truth("mnf"), 1e-6) << name;
    EXPECT_NEAR(f.value("mdf_hz"), truth("mdf"), 1e-6) << name;
    expect_near(f.value("finsm5"), truth("finsm5"), 1e-8, name);
    expect_near(f.value("power_uv2"), truth("power"), 1e-10, name);
    EXPECT_EQ(f.value("zc_per_s"), truth("zc")) << name;
    EXPECT_EQ(f.value("ssc_per_s"), truth("ssc")) << name;
    EXPECT_EQ(f.value("wamp_per_s"), truth("wamp")) << name;
    expect_near(f.value("wl_uv"), truth("wl"), 1e-10, name);
    expect_near(f.value("iemg_uvs"), truth("iemg"), 1e-10, name);
    EXPECT_NEAR(f.value("snr_db"), truth("snr"), 1e-9) << name;
    expect_near(f.value("tkeo_uv2"), truth("tkeo"), 1e-10, name);
    expect_near(f.value("moment_ratio"), truth("moments"), 1e-8, name);
    expect_near(f.value("omega"), truth("omega"), 1e-10, name);
    EXPECT_EQ((f.status[0].reasons & dsp::reason_rate) != 0, GetParam() < 900);
  }
}

TEST_P(SciPy, EveryBinOfTheDensityAgrees) {
  const std::size_t n = GetParam();
  dsp::Spectrum spectrum(n, static_cast<double>(n), 20.0, 450.0);
  ASSERT_EQ(spectrum.samples(), n);
  const auto band = spectrum.band(std::span(seen.uv).last(n));
  EXPECT_EQ(band.hz(0), 20.0);
  const auto density = spectrum.density(0);
  double top = 0.0;
  for (const double p : density) top = std::max(top, p);
  for (const auto& [i, v] : oracle("psd_" + fs + "_8")) EXPECT_NEAR(density[i], v, 1e-10 * v + 1e-14 * top) << i;
}

TEST(SpectrumFrame, UsesTheNewestSamplesWhenTheWindowIsNoTransformLength) {
  constexpr std::size_t rate = 1021, transform = 1008;  // a prime
  const auto x = test::oracle_noise(3 * rate, 4);
  dsp::Pipeline pipeline(test::emg_stream(rate), {});
  test::Recorder seen;
  test::feed(pipeline, seen, x, 0, x.size());
  pipeline.finish(dsp::input_ended, seen);
  dsp::Spectrum spectrum(rate, rate, 20.0, 450.0);
  ASSERT_EQ(spectrum.samples(), transform);
  const auto f = seen.of(dsp::FrameKind::spectrum).back();
  ASSERT_EQ(f.head.end_index, 3 * rate);
  EXPECT_EQ(f.value("mnf_hz"), dsp::mean_frequency_hz(spectrum.band(std::span(seen.uv).last(transform))));
}

INSTANTIATE_TEST_SUITE_P(Rates, SciPy, testing::Values(500, 1000, 2000),
                         [](const auto& rate) { return "at" + std::to_string(rate.param) + "Hz"; });

}  // namespace
