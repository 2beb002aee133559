#include "dsp/pairs/pairs.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <span>

#include "dsp/features/table.hpp"
#include "tests/dsp/recorder.hpp"
#include "tests/support/rt_guard/rt_guard.hpp"

namespace {

using namespace myod;

struct Collected : dsp::PairSink {
  std::vector<dsp::PairFrame> frames;
  void pair(const dsp::PairFrame& f) override { frames.push_back(f); }
};

struct PairsOfTwoSensors : testing::Test {
  std::vector<dsp::Stream> streams{test::emg_stream(1000), test::emg_stream(500)};
  std::unique_ptr<dsp::Pairs> pairs;
  Collected seen;

  void SetUp() override {
    streams[0].channels[0].name = "left";
    streams[1].channels[0].name = "right";
    make({"both", "left", "right"});
  }
  void make(const dsp::PairNames& names) {
    pairs = std::make_unique<dsp::Pairs>(std::span(&names, 1));
    for (std::uint32_t i = 0; i < streams.size(); ++i) pairs->begin(i, streams[i]);
  }
  void frame(std::uint32_t stream, std::int64_t ms, double rms_uv) {
    told(stream, ms, {rms_uv, rms_uv, std::nan(""), 1.0});
  }
  struct Amplitude {
    double rms_uv, net_uv, ref_pct, active;
  };
  void told(std::uint32_t stream, std::int64_t ms, const Amplitude& a) {
    const auto rows = dsp::feature_rows(dsp::FrameKind::amplitude);
    std::vector<double> values(rows.size(), 0.0);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].name == "rms_uv") values[i] = a.rms_uv;
      if (rows[i].name == "net_uv") values[i] = a.net_uv;
      if (rows[i].name == "ref_pct") values[i] = a.ref_pct;
      if (rows[i].name == "active") values[i] = a.active;
    }
    const dsp::ChannelStatus status{1.0, 0, dsp::Severity::ok};
    dsp::FeatureFrame f;
    f.head.stream = stream;
    f.head.channels = 1;
    f.head.features = static_cast<std::uint32_t>(values.size());
    f.head.host_time_ns = ms * 1'000'000;
    f.values = values;
    f.status = {&status, 1};
    pairs->push(f, seen);
  }
};

TEST_F(PairsOfTwoSensors, LeaveTogetherOnTheGridWithWhatStoodThere) {
  for (std::int64_t ms = 1010; ms <= 1310; ms += 20) {
    frame(0, ms, static_cast<double>(ms));
    frame(1, ms + 5, static_cast<double>(-ms));
  }
  ASSERT_EQ(seen.frames.size(), 3U);
  EXPECT_EQ(seen.frames[0].time_ns, 1'100'000'000);
  EXPECT_EQ(seen.frames[0].first_uv, 1090.0);
  EXPECT_EQ(seen.frames[0].second_uv, -1090.0);
  EXPECT_EQ(seen.frames[0].valid, 1U);
  EXPECT_EQ(seen.frames[2].time_ns, 1'300'000'000);
}

TEST_F(PairsOfTwoSensors, TheOrderOfArrivalDoesNotMatterWithinTheirPatience) {
  for (std::int64_t ms = 1010; ms <= 1410; ms += 20) frame(0, ms, static_cast<double>(ms));
  EXPECT_TRUE(seen.frames.empty());
  for (std::int64_t ms = 1015; ms <= 1415; ms += 20) frame(1, ms, static_cast<double>(ms));
  ASSERT_EQ(seen.frames.size(), 4U);
  for (const auto& f : seen.frames) EXPECT_EQ(f.valid, 1U);
  EXPECT_EQ(seen.frames[1].first_uv, 1190.0);
  EXPECT_EQ(seen.frames[1].second_uv, 1195.0);
}

TEST_F(PairsOfTwoSensors, APartnerIsMissingWhenTheOtherIsHalfASecondPast) {
  for (std::int64_t ms = 1010; ms <= 1890; ms += 20) {
    frame(0, ms, 5.0);
    if (ms < 1150) frame(1, ms, 6.0);
  }
  ASSERT_EQ(seen.frames.size(), 3U);  // 1100 together; 1200 and 1300 when left passed 1700 and 1800
  EXPECT_EQ(seen.frames[0].valid, 1U);
  EXPECT_EQ(seen.frames[1].valid, 0U);
  EXPECT_EQ(seen.frames[1].first_uv, 5.0);
  EXPECT_TRUE(std::isnan(seen.frames[1].second_uv));
}

TEST_F(PairsOfTwoSensors, AnInvalidAmplitudeIsNotReplacedByAnOlderOne) {
  for (std::int64_t ms = 1010; ms <= 1310; ms += 20) {
    frame(0, ms, ms >= 1180 ? std::nan("") : 5.0);
    frame(1, ms, 6.0);
  }
  ASSERT_EQ(seen.frames.size(), 3U);
  EXPECT_EQ(seen.frames[0].valid, 1U);
  EXPECT_EQ(seen.frames[1].valid, 0U);
  EXPECT_TRUE(std::isnan(seen.frames[1].first_uv));
}

TEST_F(PairsOfTwoSensors, AnAmplitudeOlderThanAStepOfTheGridIsMissing) {
  for (std::int64_t ms = 1010; ms <= 1610; ms += 20) {
    if (ms <= 1150 || ms >= 1450) frame(0, ms, 5.0);
    frame(1, ms, 6.0);
  }
  ASSERT_EQ(seen.frames.size(), 6U);
  const bool valid[] = {true, true, false, false, true, true};  // 1200: 50 ms old; 1300 and 1400: silent
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(seen.frames[i].valid == 1, valid[i]) << i;
}

TEST_F(PairsOfTwoSensors, ALeapOfHoursTellsNoFlood) {
  frame(0, 1010, 5.0);
  frame(1, 1010, 5.0);
  frame(0, 36'000'000, 5.0);
  EXPECT_LE(seen.frames.size(), 16U);
  frame(1, 36'000'000, 5.0);
  EXPECT_LE(seen.frames.size(), 32U);
}

TEST_F(PairsOfTwoSensors, NothingIsToldBeforeBothStreamsHaveBegun) {
  const dsp::PairNames names{"both", "left", "right"};
  pairs = std::make_unique<dsp::Pairs>(std::span(&names, 1));
  pairs->begin(0, streams[0]);
  EXPECT_FALSE(pairs->whole(0));
  for (std::int64_t ms = 1010; ms <= 3010; ms += 20) frame(0, ms, 5.0);
  EXPECT_TRUE(seen.frames.empty());
  pairs->begin(1, streams[1]);
  EXPECT_TRUE(pairs->whole(0));
  for (std::int64_t ms = 3030; ms <= 3230; ms += 20) frame(0, ms, 5.0), frame(1, ms, 6.0);
  ASSERT_EQ(seen.frames.size(), 2U);
  EXPECT_EQ(seen.frames[0].time_ns, 3'100'000'000);
}

TEST_F(PairsOfTwoSensors, AStreamThatBeginsAnewLeavesNothingOfBefore) {
  for (std::int64_t ms = 1010; ms <= 1290; ms += 20) frame(0, ms, 5.0), frame(1, ms, 6.0);
  seen.frames.clear();
  pairs->begin(1, streams[1]);
  for (std::int64_t ms = 1310; ms <= 1510; ms += 20) frame(0, ms, 7.0), frame(1, ms, 8.0);
  ASSERT_EQ(seen.frames.size(), 2U) << "1300 lies between what was and what is";
  EXPECT_EQ(seen.frames[0].time_ns, 1'400'000'000);
  EXPECT_EQ(seen.frames[0].first_uv, 7.0);
  // Whichever comes first again: what stood before is not what stands at the next point of the grid.
  for (const std::uint32_t first : {0U, 1U}) {
    for (std::int64_t ms = 1510; ms <= 1690; ms += 20) frame(0, ms, 5.0), frame(1, ms, 6.0);
    seen.frames.clear();
    pairs->begin(1, streams[1]);
    frame(first, 1695, 7.0), frame(1 - first, 1705, 7.0), frame(first, 1715, 7.0);
    ASSERT_EQ(seen.frames.size(), 1U);
    EXPECT_EQ(seen.frames[0].time_ns, 1'700'000'000);
    EXPECT_EQ(first == 0 ? seen.frames[0].first_uv : seen.frames[0].second_uv, 7.0);
    EXPECT_TRUE(std::isnan(first == 0 ? seen.frames[0].second_uv : seen.frames[0].first_uv)) << first;
    pairs->begin(0, streams[0]);
  }
}

TEST_F(PairsOfTwoSensors, AStreamThatBeginsAnewWithoutTheChannelEndsThePair) {
  streams[1].channels[0].name = "another";
  pairs->begin(1, streams[1]);
  EXPECT_FALSE(pairs->whole(0));
  for (std::int64_t ms = 1010; ms <= 3010; ms += 20) frame(0, ms, 5.0), frame(1, ms, 6.0);
  EXPECT_TRUE(seen.frames.empty());
}

TEST_F(PairsOfTwoSensors, AllocateAndLockNothingOnceMade) {
  if (!test::rt_guard_sees()) GTEST_SKIP() << "SKIPPED: a sanitizer owns malloc";
  struct : dsp::PairSink {
    int frames = 0;
    void pair(const dsp::PairFrame&) override { ++frames; }
  } counted;
  std::vector<double> values(dsp::feature_rows(dsp::FrameKind::amplitude).size(), 1.0);
  dsp::FeatureFrame f;
  f.head.channels = 1;
  f.head.features = static_cast<std::uint32_t>(values.size());
  f.values = values;
  const test::RtGuard guard;
  for (std::int64_t ms = 1010; ms <= 3010; ms += 20) {
    if (ms == 2010) pairs->begin(0, streams[0]);
    f.head.host_time_ns = ms * 1'000'000;
    for (f.head.stream = 0; f.head.stream < 2; ++f.head.stream) pairs->push(f, counted);
  }
  EXPECT_EQ(guard.counts().allocations + guard.counts().frees + guard.counts().locks, 0U);
  EXPECT_EQ(counted.frames, 19);
}

/// What is said of two muscles that stand still at these amplitudes.
struct PairIndices : PairsOfTwoSensors {
  dsp::PairFrame of(const Amplitude& a, const Amplitude& b, dsp::PairKind kind,
                    dsp::PairBasis basis = dsp::PairBasis::task) {
    make({"both", "left", "right", kind, basis});
    seen.frames.clear();
    for (std::int64_t ms = 1010; ms <= 1210; ms += 20) told(0, ms, a), told(1, ms, b);
    return seen.frames.at(0);
  }
  dsp::PairFrame against(const Amplitude& a, const Amplitude& b) {
    return of(a, b, dsp::PairKind::co_contraction, dsp::PairBasis::reference);
  }
  dsp::PairFrame alike(const Amplitude& a, const Amplitude& b, dsp::PairBasis basis = dsp::PairBasis::task) {
    return of(a, b, dsp::PairKind::symmetry, basis);
  }
};

TEST_F(PairIndices, CoContractionIsOfPercentagesAndShownWithBothOfThem) {
  const auto f = against({0.0, 0.0, 30.0, 1.0}, {0.0, 0.0, 10.0, 0.0});
  EXPECT_DOUBLE_EQ(f.cci_pct, 200.0 * 10.0 / 40.0);
  EXPECT_DOUBLE_EQ(f.rudolph_pct, 10.0 / 30.0 * 40.0);
  EXPECT_EQ(f.first_pct, 30.0);
  EXPECT_EQ(f.second_pct, 10.0);
  EXPECT_TRUE(std::isnan(f.symmetry_pct)) << "was not asked for";
  const auto both = against({0.0, 0.0, 50.0, 1.0}, {0.0, 0.0, 50.0, 1.0});
  EXPECT_DOUBLE_EQ(both.cci_pct, 100.0);
  EXPECT_DOUBLE_EQ(both.rudolph_pct, 100.0);
}

TEST_F(PairIndices, TwoRestingMusclesContractNothingTogether) {
  const Amplitude resting{3.0, 1.0, 0.5, 0.0};
  for (const auto& f : {against(resting, resting), alike(resting, resting)}) {
    EXPECT_EQ(f.valid, 1U);
    for (const double v : {f.cci_pct, f.rudolph_pct, f.symmetry_pct}) EXPECT_TRUE(std::isnan(v));
  }
}

TEST_F(PairIndices, CoContractionIsUnknownWithoutBothReferences) {
  const Amplitude known{90.0, 90.0, 30.0, 1.0}, without{30.0, 30.0, std::nan(""), 1.0};
  const auto f = against(known, without);
  EXPECT_TRUE(std::isnan(f.cci_pct));
  EXPECT_TRUE(std::isnan(f.rudolph_pct));
  EXPECT_DOUBLE_EQ(alike(known, without).symmetry_pct, 100.0 * 60.0 / 120.0) << "microvolt are there";
}

TEST_F(PairIndices, SymmetryStandsOnTheBasisItNames) {
  const Amplitude strong{100.0, 90.0, 50.0, 1.0}, paretic{50.0, 30.0, 50.0, 1.0};
  for (const auto basis : {dsp::PairBasis::task, dsp::PairBasis::load}) {
    const auto f = alike(strong, paretic, basis);
    EXPECT_DOUBLE_EQ(f.symmetry_pct, 100.0 * 60.0 / 120.0);
    EXPECT_TRUE(std::isnan(f.cci_pct)) << "was not asked for";
  }
  EXPECT_DOUBLE_EQ(alike(paretic, strong).symmetry_pct, -50.0);
  EXPECT_DOUBLE_EQ(alike(strong, {0.0, 0.0, 0.0, 0.0}).symmetry_pct, 100.0);
  EXPECT_DOUBLE_EQ(alike(strong, paretic, dsp::PairBasis::reference).symmetry_pct, 0.0)
      << "own percent hides a paresis";
}

}  // namespace
