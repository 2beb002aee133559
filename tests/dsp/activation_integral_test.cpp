// The iEMG an offset tells is the sum of what was said of the samples between its onset and itself.
#include <gtest/gtest.h>

#include <cmath>

#include "dsp/condition/stages.hpp"
#include "recorder.hpp"

namespace {

using namespace myod;

constexpr std::size_t rate = 1000;

std::vector<double> bursts(std::size_t seconds, std::size_t every, std::size_t length) {
  auto x = test::oracle_noise(seconds * rate, 21);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= i > 3 * rate && i % every < length ? 80.0 : 3.0;
  return x;
}

std::uint64_t sample(double t_s) {
  return static_cast<std::uint64_t>(std::llround((t_s + dsp::conditioning_delay_s({}, rate)) * rate));
}

std::size_t expect_sums(const test::Recorder& seen, std::size_t channel = 0, std::size_t channels = 1) {
  std::size_t known = 0;
  double began_s = std::nan("");
  for (const auto& e : seen.events) {
    if (e.event.channel != static_cast<std::int32_t>(channel)) continue;
    if (e.event.kind == dsp::EventKind::onset) began_s = e.event.t_event_s;
    if (e.event.kind != dsp::EventKind::offset || std::isnan(e.event.value)) continue;
    double sum = 0.0;
    for (std::uint64_t i = sample(began_s); i < sample(e.event.t_event_s); ++i)
      sum += seen.valid[i * channels + channel] != 0 ? std::abs(seen.uv[i * channels + channel]) : 0.0;
    EXPECT_NEAR(e.event.value, sum / rate, 1e-9 * sum) << began_s;
    EXPECT_GT(e.event.value, 0.0);
    ++known;
  }
  return known;
}

TEST(ActivationIntegral, IsTheRectifiedSignalFromTheOnsetToTheOffsetHoweverLongItLasts) {
  for (const auto& [every, length] : {std::pair{2000U, 600U}, {12000U, 8000U}}) {
    const auto x = bursts(30, every, length);
    test::Recorder seen;
    dsp::Pipeline pipeline(test::emg_stream(rate), {});
    test::feed(pipeline, seen, x, 0, x.size());
    EXPECT_GE(expect_sums(seen), 2U);
  }
}

TEST(ActivationIntegral, IsOfItsOwnMuscleWhateverTheOthersDo) {
  constexpr std::size_t channels = 5;
  std::vector<double> x(30 * rate * channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const auto one = bursts(30, 2000 + 700 * c, 500 + 600 * c);
    for (std::size_t i = 0; i < one.size(); ++i) x[i * channels + c] = one[i];
  }
  test::Recorder seen;
  dsp::Pipeline pipeline(test::emg_stream(rate, channels), {});
  test::feed(pipeline, seen, x, 0, 30 * rate);
  for (std::size_t c = 0; c < channels; ++c) EXPECT_GE(expect_sums(seen, c, channels), 4U) << c;
}

TEST(ActivationIntegral, DoesNotDependOnTheBlocks) {
  const auto x = bursts(14, 3000, 1200);
  std::vector<double> values[2];
  const std::size_t sizes[2] = {1, 333};
  for (int i = 0; i < 2; ++i) {
    test::Recorder seen;
    dsp::Pipeline pipeline(test::emg_stream(rate), {});
    test::feed(pipeline, seen, x, 0, x.size(), [&] { return sizes[i]; });
    for (const auto& e : seen.of(dsp::EventKind::offset)) values[i].push_back(e.event.value);
  }
  ASSERT_GE(values[0].size(), 3U);
  EXPECT_EQ(values[0], values[1]);
}

TEST(ActivationIntegral, WhatWasMostlyLostHasNone) {
  auto x = bursts(12, 6000, 2000);
  for (std::size_t i = 6100; i < 7900; ++i) x[i] = std::nan("");  // all but its beginning and end
  dsp::Options options;
  options.features.min_valid = 1.0;  // not one sample less
  test::Recorder seen, whole;
  dsp::Pipeline pipeline(test::emg_stream(rate), options), other(test::emg_stream(rate), options);
  test::feed(pipeline, seen, x, 0, x.size());
  std::size_t told = 0;
  for (const auto& e : seen.of(dsp::EventKind::offset)) told += e.event.t_event_s > 6.0 && !std::isnan(e.event.value);
  EXPECT_EQ(told, 0U);
  const auto y = bursts(12, 6000, 2000);
  test::feed(other, whole, y, 0, y.size());
  for (const auto& e : whole.of(dsp::EventKind::offset)) told += e.event.t_event_s > 6.0 && !std::isnan(e.event.value);
  EXPECT_EQ(told, 1U);
}

}  // namespace
