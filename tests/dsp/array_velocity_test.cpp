// Conduction velocity of an array in a stream: lines of drawn frequencies that run along the fibres, so that the truth
// is exact.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "recorder.hpp"
#include "tests/support/rt_guard/rt_guard.hpp"

namespace {

using namespace myod;

constexpr double distance_mm = 8.0;

struct Wave {
  std::uint64_t rate_hz = 2048;
  std::size_t channels = 4;
  double m_per_s = 4.0;  // towards the later channels
  double shared = 0.0;   // of what all electrodes see, against the wave
};

/// 50 uV in 40..350 Hz, noise of 1 uV, `seconds` of it, instant by instant.
std::vector<double> running(const Wave& w, double seconds) {
  std::mt19937_64 draw(5);
  std::uniform_real_distribution<double> hz(40.0, 350.0), turn(0.0, 2.0 * std::numbers::pi);
  struct Line {
    double hz, turn;
  };
  std::vector<Line> lines(40), common(40);
  for (auto* list : {&lines, &common})
    for (Line& l : *list) l = {hz(draw), turn(draw)};
  const auto sum = [](const std::vector<Line>& list, double t) {
    double s = 0.0;
    for (const Line& l : list) s += std::cos(2.0 * std::numbers::pi * l.hz * t + l.turn);
    return 50.0 * s / std::sqrt(0.5 * static_cast<double>(list.size()));
  };
  const auto n = static_cast<std::size_t>(seconds * static_cast<double>(w.rate_hz));
  const auto noise = test::oracle_noise(n * w.channels, 9);
  std::vector<double> x(n * w.channels);
  for (std::size_t i = 0; i < n; ++i) {
    const double t = static_cast<double>(i) / static_cast<double>(w.rate_hz);
    const double everywhere = w.shared * sum(common, t);
    for (std::size_t c = 0; c < w.channels; ++c)
      x[i * w.channels + c] = sum(lines, t - static_cast<double>(c) * distance_mm / 1000.0 / w.m_per_s) + everywhere +
                              noise[i * w.channels + c];
  }
  return x;
}

dsp::Stream array_stream(const Wave& w, dsp::Montage montage = dsp::Montage::double_differential) {
  dsp::Stream s = test::emg_stream(w.rate_hz, w.channels);
  dsp::ElectrodeArray array{"muscle", {}, distance_mm, montage};
  for (const dsp::Channel& c : s.channels) array.channels.push_back(c.name);
  s.arrays.push_back(array);
  return s;
}

std::vector<test::KeptFrame> spectra(const dsp::Stream& stream, const std::vector<double>& x) {
  dsp::Pipeline pipeline(stream, {});
  test::Recorder seen;
  test::feed(pipeline, seen, x, 0, x.size() / stream.channels.size());
  pipeline.finish("", seen);
  auto frames = seen.of(dsp::FrameKind::spectrum);
  std::erase_if(frames, [&](const test::KeptFrame& f) { return f.head.end_index < stream.rate_mhz / 1000; });
  return frames;
}

TEST(ArrayVelocity, TheFirstChannelTellsHowFastAndInWhichDirectionPotentialsRun) {
  for (const double truth : {4.0, -2.6, 6.5}) {
    const Wave w{.m_per_s = truth};
    const auto frames = spectra(array_stream(w), running(w, 4.0));
    ASSERT_GE(frames.size(), 6U);
    for (std::size_t i = 1; i < frames.size(); ++i) {
      EXPECT_NEAR(frames[i].value("cv_m_per_s"), truth, 0.005 * std::abs(truth)) << i;
      EXPECT_GT(frames[i].value("cv_correlation"), 0.95);
      EXPECT_TRUE(std::isnan(frames[i].value("cv_m_per_s", 1))) << "of another channel";
      EXPECT_EQ(frames[i].status[0].reasons & dsp::reason_rate, 0U);
    }
  }
}

TEST(ArrayVelocity, ElectrodesOrTheirDifferencesAreMadeDoubleDifferentialFirst) {
  const Wave w{.channels = 6, .shared = 1.0};
  const auto x = running(w, 3.0);
  for (const auto montage : {dsp::Montage::monopolar, dsp::Montage::single_differential})
    EXPECT_NEAR(spectra(array_stream(w, montage), x).back().value("cv_m_per_s"), 4.0, 0.04);
  EXPECT_TRUE(std::isnan(spectra(array_stream(w), x).back().value("cv_m_per_s")))
      << "half of it is everywhere at once, and stays in";
}

TEST(ArrayVelocity, WhatCannotBeAVelocityIsAbsentAndItsCorrelationSaysWhy) {
  const Wave slow{.m_per_s = 1.5};
  const auto last = spectra(array_stream(slow), running(slow, 3.0)).back();
  EXPECT_TRUE(std::isnan(last.value("cv_m_per_s")));
  EXPECT_GT(last.value("cv_correlation"), 0.9);
  Wave w;
  const auto noise = spectra(array_stream(w), test::oracle_noise(3 * w.rate_hz * w.channels, 4)).back();
  EXPECT_TRUE(std::isnan(noise.value("cv_m_per_s")));
  EXPECT_LT(noise.value("cv_correlation"), 0.7);
}

TEST(ArrayVelocity, BelowItsRateItIsLimitedAndBelowTheBandItIsAbsent) {
  for (const std::uint64_t rate : {1000U, 2000U, 2048U}) {
    const Wave w{.rate_hz = rate};
    const auto last = spectra(array_stream(w), running(w, 3.0)).back();
    EXPECT_NEAR(last.value("cv_m_per_s"), 4.0, 0.04) << rate;
    EXPECT_EQ((last.status[0].reasons & dsp::reason_rate) != 0, rate < 2048) << rate;
    EXPECT_EQ(last.status[0].grade, rate < 2048 ? dsp::Severity::limited : dsp::Severity::ok) << rate;
    EXPECT_EQ(last.status[1].reasons & dsp::reason_rate, 0U) << "the spectra of the others are whole";
  }
  Wave w{.rate_hz = 500};
  const auto last = spectra(array_stream(w), running(w, 3.0)).back();
  EXPECT_TRUE(std::isnan(last.value("cv_m_per_s")));
  EXPECT_EQ(last.status[0].grade, dsp::Severity::limited);
}

TEST(ArrayVelocity, AWindowWithALostSampleSaysNothing) {
  const Wave w;
  const dsp::Stream stream = array_stream(w);
  auto x = running(w, 5.0);
  x[5000 * w.channels + 2] = std::numeric_limits<double>::quiet_NaN();
  std::size_t without = 0;
  for (const auto& f : spectra(stream, x)) {
    const bool inside = f.head.first_index <= 5000 && 5000 < f.head.end_index;
    if (inside) {
      EXPECT_TRUE(std::isnan(f.value("cv_m_per_s")) && std::isnan(f.value("cv_correlation")));
    }
    without += inside ? 1 : 0;
  }
  EXPECT_GE(without, 2U);
  EXPECT_NEAR(spectra(stream, x).back().value("cv_m_per_s"), 4.0, 0.04) << "and the next ones do";
}

TEST(ArrayVelocity, AnyCutIntoBlocksGivesTheSameBitsAndNothingIsAllocated) {
  const Wave w{.rate_hz = 2000, .channels = 9};  // two tiles; a sample is whole nanoseconds
  const auto x = running(w, 3.0);
  std::string whole;
  for (const std::size_t block : {std::size_t{1} << 20, std::size_t{1}, std::size_t{77}}) {
    dsp::Pipeline pipeline(array_stream(w), {});
    test::Recorder seen;
    test::feed(pipeline, seen, x, 0, x.size() / w.channels, [block] { return block; });
    EXPECT_FALSE(std::isnan(seen.of(dsp::FrameKind::spectrum).back().value("cv_m_per_s")));
    if (whole.empty()) whole = seen.told;
    EXPECT_EQ(seen.told, whole) << block;
  }
  if (!test::rt_guard_sees()) GTEST_SKIP() << "SKIPPED: a sanitizer owns malloc";
  struct : dsp::Sink {
    void frame(const dsp::FeatureFrame&) override {}
    void event(const dsp::Event&, const dsp::Repetition*) override {}
    void result(const dsp::CommandResult&) override {}
  } nobody;
  dsp::Pipeline pipeline(array_stream(w), {});
  const std::function<std::size_t()> size = [] { return std::size_t{64}; };
  const test::RtGuard guard;
  test::feed(pipeline, nobody, x, 0, x.size() / w.channels, size);
  EXPECT_EQ(guard.counts().allocations, 0U);
}

}  // namespace
