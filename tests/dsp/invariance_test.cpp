// Promises about what the output does not depend on: blocks, the future, an electrode's offset; and how it scales.
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "recorder.hpp"

namespace {

using namespace myod;

constexpr std::uint64_t rate = 1000;
constexpr std::size_t channels = 5;

/// Bursts on five channels, with rails, rejected samples, and two gaps (12 ms; 1.5 s) cut out when it is fed.
std::vector<double> eventful(std::size_t n) {
  std::vector<double> x(n * channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const auto one = test::oracle_noise(n, 7 + c);
    for (std::size_t i = 0; i < n; ++i)
      x[i * channels + c] = one[i] * ((i / 100 + c) % 30 >= 18 ? 80.0 : 3.0) + 300.0 * static_cast<double>(c);
  }
  for (std::size_t i = 4000; i < 4040; i += 7) x[i * channels] = 9000.0;
  x[5123 * channels + 2] = std::numeric_limits<double>::quiet_NaN();
  x[5200 * channels + 3] = std::numeric_limits<double>::infinity();
  return x;
}

dsp::Stream eventful_stream() {
  auto s = test::emg_stream(rate, channels);
  for (auto& c : s.channels) c.rail_low = -8000.0, c.rail_high = 8000.0;
  s.channels[4].kind = dsp::ChannelKind::force;
  return s;
}

std::string told(const std::vector<double>& x, const std::function<std::size_t()>& size) {
  dsp::Pipeline pipeline(eventful_stream(), {});
  test::Recorder seen;
  dsp::Command trial;
  trial.kind = dsp::CommandKind::calibrate_rest;
  trial.seconds = 1.2;
  const std::size_t n = x.size() / channels;
  test::feed(pipeline, seen, x, 0, 2500, size);
  pipeline.apply(trial, seen);
  test::feed(pipeline, seen, x, 2500, 6411, size);
  test::feed(pipeline, seen, x, 6423, 9000, size);
  trial.kind = dsp::CommandKind::calibrate_reference;
  trial.channel = 1;
  pipeline.apply(trial, seen);
  test::feed(pipeline, seen, x, 9000, 11000, size);
  test::feed(pipeline, seen, x, 12500, n, size);
  return seen.told;
}

TEST(Invariance, AnyCutIntoBlocksGivesTheSameBits) {
  const auto x = eventful(20000);
  const std::string whole = told(x, [] { return std::size_t{1} << 20; });
  EXPECT_NE(whole.find("event"), std::string::npos);
  EXPECT_NE(whole.find("lost 12 samples (12 ms)"), std::string::npos);
  for (const std::size_t size : {1, 7, 64, 1000}) EXPECT_TRUE(told(x, [size] { return size; }) == whole) << size;
  std::mt19937 random(3);
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(told(x, [&random] { return std::size_t{random() % 300 + 1}; }) == whole) << "random " << i;
}

TEST(Invariance, TheFutureChangesNothing) {
  auto x = eventful(6000);
  const auto prefix = [&x] {
    dsp::Pipeline pipeline(eventful_stream(), {});
    test::Recorder seen;
    test::feed(pipeline, seen, x, 0, 4321);
    const std::size_t said = seen.told.size();
    test::feed(pipeline, seen, x, 4321, 6000);
    return seen.told.substr(0, said);
  };
  const std::string first = prefix();
  for (std::size_t i = 4321 * channels; i < x.size(); ++i) x[i] = 5000.0 - x[i];
  EXPECT_TRUE(prefix() == first);
}

TEST(Invariance, AnElectrodeOffsetDoesNotMatter) {
  const auto run = [](double offset) {
    auto x = test::oracle_signal(4000, rate);
    for (double& v : x) v += offset;
    dsp::Pipeline pipeline(test::emg_stream(rate), {});
    test::Recorder seen;
    test::feed(pipeline, seen, x, 0, x.size());
    return seen;
  };
  const auto plain = run(0.0), shifted = run(300000.0);
  for (std::size_t i = 0; i < plain.uv.size(); ++i) ASSERT_NEAR(shifted.uv[i], plain.uv[i], 1e-6);
  ASSERT_EQ(plain.frames.size(), shifted.frames.size());
  EXPECT_EQ(plain.events.size(), shifted.events.size());
}

TEST(Invariance, TwiceTheSignalIsTwiceTheAmplitudeAndTheSameFrequencies) {
  const auto last = [](double gain) {
    auto x = test::oracle_signal(4000, rate);
    for (double& v : x) v *= gain;
    auto stream = test::emg_stream(rate);
    stream.channels[0].scale = 1.0;
    dsp::Pipeline pipeline(stream, {});
    test::Recorder seen;
    dsp::Command rest;
    rest.kind = dsp::CommandKind::set_rest;
    rest.value = 3.0 * gain;
    pipeline.apply(rest, seen);
    test::feed(pipeline, seen, x, 0, x.size());
    return std::pair(seen.of(dsp::FrameKind::amplitude).back(), seen.of(dsp::FrameKind::spectrum).back());
  };
  const auto [a, s] = last(1.0);
  const auto [a2, s2] = last(2.0);
  EXPECT_EQ(a2.value("rms_uv"), 2.0 * a.value("rms_uv"));
  EXPECT_EQ(a2.value("envelope_uv"), 2.0 * a.value("envelope_uv"));
  EXPECT_EQ(s2.value("mnf_hz"), s.value("mnf_hz"));
  EXPECT_EQ(s2.value("mdf_hz"), s.value("mdf_hz"));
  EXPECT_EQ(s2.value("omega"), s.value("omega"));
  EXPECT_EQ(s2.value("moment_ratio"), s.value("moment_ratio"));
  EXPECT_EQ(s2.value("tkeo_uv2"), 4.0 * s.value("tkeo_uv2"));
  EXPECT_EQ(s2.value("zc_per_s"), s.value("zc_per_s"));
}

TEST(Invariance, CountsDoNotDependOnTheUnitOfNumbersThatAreNoCounts) {
  // A power of two keeps every bit of the scaled signal.
  const auto run = [](double unit_uv) {
    auto x = test::oracle_signal(6000, rate);
    for (double& v : x) v /= unit_uv;
    auto stream = test::emg_stream(rate);
    stream.channels[0].scale = unit_uv;
    stream.channels[0].step_known = false;
    dsp::Pipeline pipeline(stream, {});
    test::Recorder seen;
    test::feed(pipeline, seen, x, 0, x.size());
    return seen.of(dsp::FrameKind::spectrum);
  };
  const auto volts = run(1048576.0), microvolts = run(1.0);
  ASSERT_EQ(volts.size(), microvolts.size());
  for (const char* name : {"zc_per_s", "ssc_per_s", "wamp_per_s"}) {
    EXPECT_TRUE(std::isnan(volts[1].value(name))) << name;  // at 1 s nobody knows the rest level
    EXPECT_FALSE(std::isnan(volts[1].value("wl_uv")));
    EXPECT_GT(volts.back().value(name), 10.0) << name;
    EXPECT_EQ(volts.back().value(name), microvolts.back().value(name)) << name;
  }
}

TEST(Invariance, SpreadingSpectraOverChannelsChangesNoNumber) {
  // The same muscle on 1 and on 12 channels: the twelfth is computed 11 samples later and says the same.
  const auto x = test::oracle_signal(4000, rate);
  std::vector<double> many;
  for (const double v : x) many.insert(many.end(), 12, v);
  dsp::Pipeline alone(test::emg_stream(rate), {}), together(test::emg_stream(rate, 12), {});
  test::Recorder one, twelve;
  test::feed(alone, one, x, 0, 4000);
  test::feed(together, twelve, many, 0, 4000);
  EXPECT_EQ(twelve.of(dsp::FrameKind::spectrum).size(), 7U);  // that of the last window waits for its eleven samples
  together.finish(dsp::input_ended, twelve);
  together.finish(dsp::input_ended, twelve);
  alone.finish(dsp::input_ended, one);
  const auto a = one.of(dsp::FrameKind::spectrum), b = twelve.of(dsp::FrameKind::spectrum);
  ASSERT_EQ(a.size(), 8U);
  ASSERT_EQ(b.size(), 8U);
  for (std::size_t k = 1; k < b.size(); ++k)
    for (std::size_t c = 0; c < 12; ++c)
      for (std::size_t f = 0; f < a[k].values.size(); ++f)
        EXPECT_EQ(std::bit_cast<std::uint64_t>(b[k].values[c * a[k].values.size() + f]),
                  std::bit_cast<std::uint64_t>(a[k].values[f]));
}

}  // namespace
