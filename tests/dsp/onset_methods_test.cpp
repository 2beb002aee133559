// Every onset method in the pipeline: what its output does not depend on, what it does not do, and what a change of
// settings leaves alone.
#include <gtest/gtest.h>

#include "dsp/words.hpp"
#include "recorder.hpp"
#include "tests/support/rt_guard/rt_guard.hpp"

namespace {

using namespace myod;

constexpr std::uint64_t rate = 1000;
constexpr std::array methods{dsp::OnsetMethod::cusum, dsp::OnsetMethod::hodges_bui, dsp::OnsetMethod::tkeo_dt,
                             dsp::OnsetMethod::bonato, dsp::OnsetMethod::lidierth};

dsp::Options with(dsp::OnsetMethod method) {
  dsp::Options o;
  o.onset.method = method;
  return o;
}

/// Three channels: rest of 3 uV, efforts of 60 uV for one second in three.
std::vector<double> efforts(std::size_t seconds) {
  std::vector<double> x(seconds * rate * 3);
  for (std::size_t c = 0; c < 3; ++c) {
    const auto one = test::oracle_noise(seconds * rate, c + 21);
    for (std::size_t i = 0; i < one.size(); ++i) x[i * 3 + c] = one[i] * (i % (3 * rate) >= 2 * rate ? 60.0 : 3.0);
  }
  x[7000] = std::numeric_limits<double>::quiet_NaN();
  return x;
}

void feed_with_gaps(dsp::Pipeline& p, dsp::Sink& seen, const std::vector<double>& x,
                    const std::function<std::size_t()>& size) {
  test::feed(p, seen, x, 0, 5 * rate, size);
  test::feed(p, seen, x, 5 * rate + 9, 8 * rate, size);
  test::feed(p, seen, x, 10 * rate, x.size() / 3, size);
}

TEST(OnsetMethods, AnyCutIntoBlocksGivesTheSameBits) {
  const auto x = efforts(14);
  for (const auto method : methods) {
    const auto told = [&](std::size_t size) {
      dsp::Pipeline pipeline(test::emg_stream(rate, 3), with(method));
      test::Recorder seen;
      feed_with_gaps(pipeline, seen, x, [size] { return size; });
      EXPECT_GE(seen.of(dsp::EventKind::onset).size(), 6U) << word(dsp::onset_method_words, method);
      return seen.told;
    };
    const std::string whole = told(std::size_t{1} << 20);
    for (const std::size_t size : {1, 7, 64, 1000})
      EXPECT_TRUE(told(size) == whole) << word(dsp::onset_method_words, method) << " in blocks of " << size;
  }
}

TEST(OnsetMethods, AllocateAndLockNothing) {
  if (!test::rt_guard_sees()) GTEST_SKIP() << "SKIPPED: a sanitizer owns malloc";
  struct Counter : dsp::Sink {
    std::size_t events = 0;
    void frame(const dsp::FeatureFrame&) override {}
    void event(const dsp::Event&, const dsp::Repetition*) override { ++events; }
    void result(const dsp::CommandResult&) override {}
  };
  const auto x = efforts(14);
  for (const auto method : methods) {
    dsp::Pipeline pipeline(test::emg_stream(rate, 3), with(method));
    Counter seen;
    std::vector<dsp::ChannelSeed> seeds(3);
    const std::function<std::size_t()> size = [] { return std::size_t{33}; };
    const test::RtGuard guard;
    feed_with_gaps(pipeline, seen, x, size);
    pipeline.take_seed(seeds);
    const auto counted = guard.counts();
    EXPECT_EQ(counted.allocations + counted.frees + counted.locks, 0U) << word(dsp::onset_method_words, method);
    EXPECT_GT(seen.events, 8U);
  }
}

TEST(OnsetMethods, AChangeOfSettingsCutsNoContraction) {
  auto x = test::oracle_noise(9000, 77);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= i >= 4000 && i < 7000 ? 60.0 : 3.0;
  dsp::Options later;
  for (const auto method : methods)
    for (std::size_t at = 3700; at < 7400; at += 217) {
      test::Recorder seen;
      dsp::Pipeline first(test::emg_stream(rate), with(method));
      later = with(method);
      later.condition.highpass_hz = 25.0;
      dsp::Pipeline second(test::emg_stream(rate), later, 0, 1);
      std::vector<dsp::ChannelSeed> seed(1);
      test::feed(first, seen, x, 0, at);
      first.take_seed(seed);
      second.plant_seed(seed, at);
      test::feed(second, seen, x, at, x.size());
      std::string order;
      for (const auto& e : seen.events) {
        if (e.event.t_event_s < 3.5) continue;  // by chance
        if (e.event.kind == dsp::EventKind::onset) order += '+';
        if (e.event.kind == dsp::EventKind::offset) order += '-';
      }
      EXPECT_EQ(order.substr(0, 2), "+-") << word(dsp::onset_method_words, method) << " at " << at;
      EXPECT_LE(order.size(), 4U) << word(dsp::onset_method_words, method) << " at " << at;
    }
}

TEST(OnsetMethods, WhatIsNotLearnedIsNotTold) {
  for (const auto method : methods) {
    dsp::Pipeline pipeline(test::emg_stream(rate, 3), with(method));
    test::Recorder seen;
    test::feed(pipeline, seen, efforts(3), 0, 1900);
    const auto frame = seen.of(dsp::FrameKind::amplitude).back();
    EXPECT_TRUE(std::isnan(frame.value("active")) && std::isnan(frame.value("cusum")));
    EXPECT_NE(frame.status[0].reasons & dsp::reason_uncalibrated, 0U);
  }
}

}  // namespace
