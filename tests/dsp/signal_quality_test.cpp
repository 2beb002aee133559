// What the pipeline says of the quality of a signal, on signals whose faults are known.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "dsp/features/quality_indices.hpp"
#include "recorder.hpp"

namespace {

using namespace myod;

constexpr std::size_t rate = 1000;

/// Rest of 3 uV, from 3 s on a muscle of about 100 uV.
std::vector<double> muscle(std::size_t seconds) {
  auto x = test::oracle_noise(seconds * rate, 5);
  double y = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    y += 0.5 * (x[i] - y);  // falls towards high frequencies, as a muscle's does
    x[i] = (i < 3 * rate ? 5.0 : 170.0) * y;
  }
  return x;
}
void add_hum(std::vector<double>& x, double amplitude_uv, std::size_t from, std::size_t to, double hz = 50.0) {
  for (std::size_t i = from; i < to; ++i)
    x[i] += amplitude_uv * std::sin(2.0 * std::numbers::pi * hz * static_cast<double>(i) / static_cast<double>(rate));
}

struct Said : test::Recorder {
  explicit Said(const std::vector<double>& x, const dsp::Options& options = {},
                dsp::Stream stream = test::emg_stream(rate)) {
    dsp::Pipeline pipeline(std::move(stream), options);
    test::feed(pipeline, *this, x, 0, x.size());
  }
  const test::KeptFrame& spectrum_at(double t_s) const {
    for (const auto& f : frames)
      if (f.head.kind == dsp::FrameKind::spectrum && f.head.end_index == static_cast<std::uint64_t>(t_s * rate))
        return f;
    throw std::out_of_range("no spectrum frame");
  }
};

dsp::Options without_canceller() {
  dsp::Options o;
  o.condition.mains = dsp::Mains::off;
  return o;
}

TEST(SignalQuality, MainsHumIsMeasuredAgainstAllElseAndDoubtedFrom9DbBelow) {
  for (const auto& [db, hz] : {std::pair{-20.0, 50.0}, {-10.5, 60.0}, {-7.5, 50.0}, {3.0, 60.0}}) {
    auto x = muscle(12);
    const Said clean(x, without_canceller());
    const double rest_uv2 = clean.spectrum_at(10).value("power_uv2");
    add_hum(x, std::sqrt(2.0 * rest_uv2 * std::pow(10.0, db / 10.0)), 3 * rate, x.size(), hz);
    const Said said(x, without_canceller());
    EXPECT_NEAR(said.spectrum_at(11.5).value("mains_db"), db, 1.5) << hz;
    EXPECT_LT(clean.spectrum_at(11.5).value("mains_db"), -20.0);
    const bool doubted = (said.spectrum_at(11.5).status[0].reasons & dsp::reason_mains) != 0;
    EXPECT_EQ(doubted, db > -9.0) << db;
    EXPECT_EQ(said.spectrum_at(4).status[0].reasons & dsp::reason_mains, 0U) << "too early to be sure";
    EXPECT_EQ(clean.spectrum_at(11.5).status[0].reasons & dsp::reason_mains, 0U);
  }
}

TEST(SignalQuality, HumThatIsTakenOutIsNoReasonForDoubt) {
  auto x = muscle(20);
  add_hum(x, 200.0, 0, x.size());
  dsp::Options notch;
  notch.condition.mains = dsp::Mains::notch;
  notch.condition.mains_hz = 50.0;
  for (const auto& options : {dsp::Options{}, notch}) {
    const Said said(x, options);
    const auto& f = said.spectrum_at(19);
    EXPECT_GT(f.value("mains_db"), 0.0) << "it is told all the same";
    EXPECT_EQ(f.status[0].reasons & dsp::reason_mains, 0U);
  }
}

TEST(SignalQuality, RailedAndLostSamplesAreSharesOfTheWindowEvenWhereNothingElseIsKnown) {
  const auto x = muscle(8);
  dsp::Stream stream = test::emg_stream(rate);
  stream.channels[0].rail_high = 1e6;
  auto railed = x;
  for (std::size_t i = 4950; i < 5250; ++i) railed[i] = 1e6;
  const Said said(railed, without_canceller(), stream);
  EXPECT_DOUBLE_EQ(said.spectrum_at(6).value("rail_fraction"), 0.25);
  EXPECT_EQ(said.spectrum_at(6).value("gap_fraction"), 0.0);
  EXPECT_TRUE(std::isnan(said.spectrum_at(6).value("mnf_hz")));
  EXPECT_DOUBLE_EQ(said.spectrum_at(5).value("rail_fraction"), 0.05);
  EXPECT_FALSE(std::isnan(said.spectrum_at(5).value("mnf_hz")));
  EXPECT_TRUE(std::isnan(said.spectrum_at(5).value("sn_db"))) << "not of a window with such samples";
  EXPECT_EQ(said.spectrum_at(4.5).value("rail_fraction"), 0.0);

  test::Recorder cut;
  dsp::Pipeline pipeline(test::emg_stream(rate), without_canceller());
  test::feed(pipeline, cut, x, 0, 5100);
  test::feed(pipeline, cut, x, 5500, x.size());
  for (const auto& f : cut.frames)
    if (f.head.kind == dsp::FrameKind::spectrum && f.head.end_index == 6000) {
      EXPECT_DOUBLE_EQ(f.value("gap_fraction"), 0.4);
      EXPECT_TRUE(std::isnan(f.value("mnf_hz")));
    }
}

TEST(SignalQuality, AnElectrodeThatComesOffIsToldAtOnceWithItsRemedyAndItsNumbersAreNone) {
  auto x = muscle(20);
  add_hum(x, 2000.0, 8 * rate, 14 * rate);  // the free lead is an antenna
  const Said said(x, without_canceller());
  std::vector<dsp::Event> off;
  for (const auto& e : said.events)
    if (e.event.kind == dsp::EventKind::lead_off) off.push_back(e.event);
  ASSERT_EQ(off.size(), 1U);
  EXPECT_LE(off[0].t_decision_s, 9.0);
  EXPECT_NE(off[0].text.view().find("press it on"), std::string_view::npos);
  const auto& inside = said.spectrum_at(12);
  EXPECT_EQ(inside.status[0].grade, dsp::Severity::invalid);
  EXPECT_NE(inside.status[0].reasons & dsp::reason_lead_off, 0U);
  EXPECT_TRUE(std::isnan(inside.value("mnf_hz")));
  EXPECT_GT(inside.value("mains_db"), 0.0);
  for (const auto& f : said.of(dsp::FrameKind::amplitude)) {
    if (f.head.end_index <= 10 * rate || f.head.end_index >= 14 * rate) continue;
    EXPECT_TRUE(std::isnan(f.value("rms_uv"))) << f.head.end_index;
  }
  EXPECT_EQ(said.spectrum_at(18).status[0].reasons & dsp::reason_lead_off, 0U);
  EXPECT_FALSE(std::isnan(said.spectrum_at(18).value("mnf_hz")));
}

TEST(SignalQuality, NeitherAContractionNorHumWithLittlePowerIsAnElectrodeThatComesOff) {
  auto contracts = muscle(12);
  add_hum(contracts, 1.0, 0, contracts.size());
  auto hums = muscle(20);
  add_hum(hums, 250.0, 8 * rate, hums.size());
  for (const auto& x : {contracts, hums}) {
    const Said said(x, without_canceller());
    for (const auto& e : said.events) EXPECT_NE(e.event.kind, dsp::EventKind::lead_off);
  }
}

TEST(SignalQuality, AWorkingMuscleIsNoisyWhereItsSpectrumIsNotAMusclesAndARestingOneIsNotJudged) {
  auto x = muscle(12);
  const Said clean(x, without_canceller());
  EXPECT_EQ(clean.spectrum_at(11).status[0].reasons & dsp::reason_noise, 0U);
  double sway = 0.0, velocity = 0.0;
  const auto push = test::oracle_noise(x.size(), 9);
  for (std::size_t i = 0; i < x.size(); ++i) {  // slow and large, as of a cable that swings; at rest as much smaller
    velocity += 0.05 * (push[i] - velocity);
    sway += 0.02 * (60.0 * 400.0 * velocity / 20.0 - sway);
    x[i] += i < 3 * rate ? 0.03 * sway : sway;
  }
  const Said said(x, without_canceller());
  EXPECT_GT(said.spectrum_at(3).value("raw_omega"), dsp::most_omega);
  EXPECT_EQ(said.spectrum_at(3).status[0].reasons & dsp::reason_noise, 0U);
  const auto& f = said.spectrum_at(11);
  EXPECT_GT(f.value("raw_omega"), dsp::most_omega);
  EXPECT_LT(f.value("sm_db"), clean.spectrum_at(11).value("sm_db"));
  EXPECT_NE(f.status[0].reasons & dsp::reason_noise, 0U);
}

}  // namespace
