// After construction a pipeline allocates and locks nothing, whatever happens to it.
#include <gtest/gtest.h>

#include <limits>

#include "recorder.hpp"
#include "tests/support/rt_guard/rt_guard.hpp"

namespace {

using namespace myod;

struct Counter : dsp::Sink {
  std::size_t frames = 0, events = 0, results = 0;
  void frame(const dsp::FeatureFrame&) override { ++frames; }
  void event(const dsp::Event&, const dsp::Repetition*) override { ++events; }
  void result(const dsp::CommandResult&) override { ++results; }
};

TEST(RealTime, ProcessingAllocatesAndLocksNothing) {
  if (!test::rt_guard_sees()) GTEST_SKIP() << "SKIPPED: a sanitizer owns malloc";
  for (const std::uint64_t rate : {500U, 1000U, 1926U}) {
    const std::size_t channels = 3, n = 12 * rate;
    std::vector<double> x(n * channels);
    for (std::size_t c = 0; c < channels; ++c) {
      const auto one = test::oracle_noise(n, c + 1);
      for (std::size_t i = 0; i < n; ++i) x[i * channels + c] = one[i] * (i % (3 * rate) >= 2 * rate ? 60.0 : 3.0);
    }
    x[5000] = std::numeric_limits<double>::quiet_NaN();
    dsp::Pipeline pipeline(test::emg_stream(rate, channels), {});
    Counter seen;
    dsp::Command rest, mark;
    rest.kind = dsp::CommandKind::calibrate_rest;
    rest.seconds = 1.0;
    mark.text = dsp::Text<120>("now");
    std::vector<dsp::ChannelSeed> seeds(channels);
    const std::function<std::size_t()> size = [] { return std::size_t{33}; };

    const test::RtGuard guard;
    pipeline.apply(rest, seen);
    test::feed(pipeline, seen, x, 0, 5 * rate, size);
    pipeline.apply(mark, seen);
    test::feed(pipeline, seen, x, 5 * rate + 9, 8 * rate, size);
    pipeline.take_seed(seeds);
    test::feed(pipeline, seen, x, 10 * rate, n, size);
    const auto counted = guard.counts();
    EXPECT_EQ(counted.allocations, 0U);
    EXPECT_EQ(counted.frees, 0U);
    EXPECT_EQ(counted.locks, 0U);
    EXPECT_EQ(seen.results, 2U);
    EXPECT_GT(seen.events, 8U);
    EXPECT_GT(seen.frames, 1000U);
  }
}

}  // namespace
