// A converter that repeats itself, and a channel without any signal, are told at 10 bits as at 24.
#include <gtest/gtest.h>

#include "dsp/quality_text.hpp"
#include "recorder.hpp"

namespace {

using namespace myod;

constexpr std::uint64_t rate = 1000;

struct Converter {
  const char* name;
  double bits, uv_per_count, rest_uv;
};
std::ostream& operator<<(std::ostream& out, const Converter& c) { return out << c.name; }

class OfConverter : public testing::TestWithParam<Converter> {
 protected:
  static dsp::Stream stream() {
    auto s = test::emg_stream(rate);
    const double range = std::exp2(GetParam().bits);
    s.channels[0].scale = GetParam().uv_per_count;
    s.channels[0].offset = 0.5 * range;
    s.channels[0].rail_low = 0.0;
    s.channels[0].rail_high = range - 1.0;
    return s;
  }
  /// Rest, with efforts of 200 uV in the last of every 3 s, in counts.
  static std::vector<double> counts(std::size_t n) {
    auto x = test::oracle_noise(n, 9);
    for (std::size_t i = 0; i < n; ++i)
      x[i] = std::floor(0.5 * std::exp2(GetParam().bits) + 0.3 +
                        x[i] * (i % 3000 >= 2000 ? 200.0 : GetParam().rest_uv) / GetParam().uv_per_count);
    return x;
  }
  static test::Recorder play(const std::vector<double>& x) {
    dsp::Pipeline pipeline(stream(), {});
    test::Recorder seen;
    test::feed(pipeline, seen, x, 0, x.size());
    return seen;
  }
  static std::uint32_t reasons_in(const test::Recorder& seen, std::uint64_t from, std::uint64_t to) {
    std::uint32_t reasons = 0;
    for (const auto& f : seen.frames)
      if (f.head.end_index > from && f.head.end_index <= to) reasons |= f.status[0].reasons;
    return reasons;
  }
};

TEST_P(OfConverter, AWorkingChannelIsNeitherStuckNorFlat) {
  EXPECT_EQ(reasons_in(play(counts(30'000)), 0, 30'000) & (dsp::reason_stuck | dsp::reason_flat), 0U);
}

TEST_P(OfConverter, ZerosFromTheBeginningAreNoSignal) {
  const auto seen = play(std::vector<double>(15'000, 0.5 * std::exp2(GetParam().bits)));
  for (const auto& f : seen.frames) {
    EXPECT_EQ(f.status[0].grade, dsp::Severity::invalid) << f.head.end_index;
    if (f.head.end_index > 1000) {
      const bool coarse = GetParam().uv_per_count > 2.0;  // may be a relaxed muscle as well
      EXPECT_EQ(f.status[0].reasons & (dsp::reason_flat | dsp::reason_resolution),
                std::uint32_t{coarse ? dsp::reason_resolution : dsp::reason_flat})
          << f.head.end_index;
    }
    for (const double v : f.measured()) EXPECT_TRUE(std::isnan(v));
  }
}

TEST_P(OfConverter, ACodeThatStaysWithinTheRailsIsStuck) {
  auto x = counts(30'000);
  for (std::size_t i = 20'500; i < 28'000; ++i) x[i] = x[20'499];  // in an effort
  const auto seen = play(x);
  EXPECT_EQ(reasons_in(seen, 0, 20'500) & (dsp::reason_stuck | dsp::reason_flat), 0U);
  std::size_t first = 20'500;
  while (seen.valid[first] != 0) ++first;
  EXPECT_LE(first, 20'500U + 100U);
  for (std::size_t i = first; i < 28'000; ++i) EXPECT_EQ(seen.valid[i], 0) << i;
  EXPECT_EQ(seen.valid[28'001], 1);
  for (const auto& f : seen.frames) {
    if (f.head.end_index <= 21'500 || f.head.end_index > 28'000) continue;
    EXPECT_EQ(f.status[0].grade, dsp::Severity::invalid) << f.head.end_index;
    EXPECT_NE(f.status[0].reasons & dsp::reason_stuck, 0U) << f.head.end_index;
    for (const double v : f.measured()) EXPECT_TRUE(std::isnan(v)) << f.head.end_index;
  }
  for (const auto& e : seen.of(dsp::EventKind::offset))
    EXPECT_FALSE(e.event.t_event_s > 20.45 && e.event.t_event_s < 27.9) << "nobody saw the muscle relax";
  EXPECT_EQ(reasons_in(seen, 29'100, 30'000) & (dsp::reason_stuck | dsp::reason_flat), 0U) << "and it comes back";
}

TEST_P(OfConverter, ACodeThatStaysAtRestIsStuckOrNoSignal) {
  auto x = counts(30'000);
  for (std::size_t i = 18'500; i < 28'000; ++i) x[i] = x[18'499];
  const auto seen = play(x);
  for (const auto& f : seen.frames) {
    if (f.head.end_index <= 19'500 || f.head.end_index > 28'000) continue;
    EXPECT_EQ(f.status[0].grade, dsp::Severity::invalid) << f.head.end_index;
  }
}

INSTANTIATE_TEST_SUITE_P(Bits, OfConverter,
                         testing::Values(Converter{"bitalino_10_bits", 10.0, 3.19, 3.0},
                                         Converter{"quiet_10_bits", 10.0, 3.19, 1.4},
                                         Converter{"24_bits", 24.0, 0.0224, 3.0}),
                         [](const auto& c) { return std::string(c.param.name).insert(0, "a_"); });

/// Share of the frames after 2 s that have this reason; white noise of so many steps of `uv` at rest, of 1024.
double share_with(dsp::Reason reason, double uv, double noise_steps, std::uint64_t at_hz) {
  auto stream = test::emg_stream(at_hz);
  stream.channels[0].scale = uv;
  stream.channels[0].offset = 512.0;
  stream.channels[0].rail_low = 0.0;
  stream.channels[0].rail_high = 1023.0;
  auto x = test::oracle_noise(20 * at_hz, 3);
  for (double& v : x) v = std::floor(512.5 + noise_steps * v);
  dsp::Pipeline pipeline(stream, {});
  test::Recorder seen;
  test::feed(pipeline, seen, x, 0, x.size());
  double with = 0.0, all = 0.0;
  for (const auto& f : seen.of(dsp::FrameKind::amplitude))
    if (f.head.end_index > 2 * at_hz) with += (f.status[0].reasons & reason) != 0 ? 1.0 : 0.0, all += 1.0;
  return with / all;
}

constexpr double bitalino_uv = 3.3 / 1024.0 / 1009.0 * 1e6, fine_uv = 0.1;

TEST(Flat, ACoarseConverterAtRestHasASignalAtAnyRate) {
  for (const std::uint64_t hz : {1000, 2000, 4000}) {
    EXPECT_EQ(share_with(dsp::reason_resolution, bitalino_uv, 1.0, hz), 0.0) << hz;
    EXPECT_EQ(share_with(dsp::reason_resolution, bitalino_uv, 0.4, hz), 0.0) << hz;
    EXPECT_EQ(share_with(dsp::reason_resolution, bitalino_uv, 0.1, hz), 1.0) << hz << ": hardly a code changes";
  }
}

TEST(Flat, BelowAStepOnlyAFineConverterSaysThatTheLeadIsOff) {
  EXPECT_EQ(share_with(dsp::reason_flat, bitalino_uv, 0.1, 1000), 0.0) << "a relaxed muscle looks so too";
  EXPECT_EQ(share_with(dsp::reason_flat, fine_uv, 0.1, 1000), 1.0) << "any electrode has more noise than that";
  EXPECT_EQ(share_with(dsp::reason_resolution, fine_uv, 0.1, 1000), 0.0);
  EXPECT_NE(dsp::advice_text(dsp::reason_resolution).find("contract"), std::string::npos) << "that tells them apart";
}

TEST(Stuck, NumbersInVoltsHaveTheStepTheyShowNotTheirScale) {
  auto stream = test::emg_stream(rate);
  stream.channels[0].scale = 1e6;
  auto x = test::oracle_noise(6000, 3);
  for (double& v : x) v *= 3e-6;
  dsp::Pipeline pipeline(stream, {});
  test::Recorder seen;
  test::feed(pipeline, seen, x, 0, 5000);
  EXPECT_EQ(seen.frames.back().status[0].reasons, 0U);
}

TEST(Stuck, ALostSampleEndsARun) {
  auto x = test::oracle_noise(8000, 3);
  std::vector<double> same(8000);
  for (std::size_t i = 0; i < x.size(); ++i) same[i] = i >= 3000 && i % 15 != 0 ? 1.0 : x[i];
  dsp::Pipeline pipeline(test::emg_stream(rate), {});
  test::Recorder seen;
  test::feed(pipeline, seen, same, 0, 3000);
  for (std::size_t i = 3001; i < 7000; i += 15) test::feed(pipeline, seen, same, i, i + 14);
  EXPECT_EQ(std::count(seen.valid.begin() + 3000, seen.valid.end(), 0), 0) << "14 samples alike, then one is lost";
}

}  // namespace
