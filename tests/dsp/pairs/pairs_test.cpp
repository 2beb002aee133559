#include "dsp/pairs/pairs.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "dsp/features/table.hpp"
#include "tests/dsp/recorder.hpp"

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
    const dsp::PairNames names[] = {{"left", "right", dsp::PairBasis::task}};
    pairs = std::make_unique<dsp::Pairs>(names, streams);
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
  EXPECT_TRUE(seen.frames[0].valid);
  EXPECT_EQ(seen.frames[2].time_ns, 1'300'000'000);
}

TEST_F(PairsOfTwoSensors, TheOrderOfArrivalDoesNotMatterWithinTheirPatience) {
  for (std::int64_t ms = 1010; ms <= 1410; ms += 20) frame(0, ms, static_cast<double>(ms));
  EXPECT_TRUE(seen.frames.empty());
  for (std::int64_t ms = 1015; ms <= 1415; ms += 20) frame(1, ms, static_cast<double>(ms));
  ASSERT_EQ(seen.frames.size(), 4U);
  for (const auto& f : seen.frames) EXPECT_TRUE(f.valid);
  EXPECT_EQ(seen.frames[1].first_uv, 1190.0);
  EXPECT_EQ(seen.frames[1].second_uv, 1195.0);
}

TEST_F(PairsOfTwoSensors, APartnerIsMissingWhenTheOtherIsHalfASecondPast) {
  for (std::int64_t ms = 1010; ms <= 1890; ms += 20) {
    frame(0, ms, 5.0);
    if (ms < 1150) frame(1, ms, 6.0);
  }
  ASSERT_EQ(seen.frames.size(), 3U);  // 1100 together; 1200 and 1300 when left passed 1700 and 1800
  EXPECT_TRUE(seen.frames[0].valid);
  EXPECT_FALSE(seen.frames[1].valid);
  EXPECT_EQ(seen.frames[1].first_uv, 5.0);
  EXPECT_TRUE(std::isnan(seen.frames[1].second_uv));
}

TEST_F(PairsOfTwoSensors, AnInvalidAmplitudeIsNotReplacedByAnOlderOne) {
  for (std::int64_t ms = 1010; ms <= 1310; ms += 20) {
    frame(0, ms, ms >= 1180 ? std::nan("") : 5.0);
    frame(1, ms, 6.0);
  }
  ASSERT_EQ(seen.frames.size(), 3U);
  EXPECT_TRUE(seen.frames[0].valid);
  EXPECT_FALSE(seen.frames[1].valid);
  EXPECT_TRUE(std::isnan(seen.frames[1].first_uv));
}

TEST_F(PairsOfTwoSensors, AnAmplitudeOlderThanAStepOfTheGridIsMissing) {
  for (std::int64_t ms = 1010; ms <= 1610; ms += 20) {
    if (ms <= 1150 || ms >= 1450) frame(0, ms, 5.0);
    frame(1, ms, 6.0);
  }
  ASSERT_EQ(seen.frames.size(), 6U);
  const bool valid[] = {true, true, false, false, true, true};  // 1200: 50 ms old; 1300 and 1400: silent
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(seen.frames[i].valid, valid[i]) << i;
}

TEST_F(PairsOfTwoSensors, ALeapOfHoursTellsNoFlood) {
  frame(0, 1010, 5.0);
  frame(1, 1010, 5.0);
  frame(0, 36'000'000, 5.0);
  EXPECT_LE(seen.frames.size(), 16U);
  frame(1, 36'000'000, 5.0);
  EXPECT_LE(seen.frames.size(), 32U);
}

/// What is said of two muscles that stand still at these amplitudes.
struct PairIndices : PairsOfTwoSensors {
  dsp::PairFrame of(const Amplitude& a, const Amplitude& b, dsp::PairBasis basis = dsp::PairBasis::task) {
    const dsp::PairNames names[] = {{"left", "right", basis}};
    pairs = std::make_unique<dsp::Pairs>(names, streams);
    seen.frames.clear();
    for (std::int64_t ms = 1010; ms <= 1210; ms += 20) told(0, ms, a), told(1, ms, b);
    return seen.frames.at(0);
  }
};

TEST_F(PairIndices, CoContractionIsOfPercentagesAndShownWithBothOfThem) {
  const auto f = of({0.0, 0.0, 30.0, 1.0}, {0.0, 0.0, 10.0, 0.0});
  EXPECT_DOUBLE_EQ(f.cci_pct, 200.0 * 10.0 / 40.0);
  EXPECT_DOUBLE_EQ(f.rudolph_pct, 10.0 / 30.0 * 40.0);
  EXPECT_EQ(f.first_pct, 30.0);
  EXPECT_EQ(f.second_pct, 10.0);
  const auto alike = of({0.0, 0.0, 50.0, 1.0}, {0.0, 0.0, 50.0, 1.0});
  EXPECT_DOUBLE_EQ(alike.cci_pct, 100.0);
  EXPECT_DOUBLE_EQ(alike.rudolph_pct, 100.0);
}

TEST_F(PairIndices, TwoRestingMusclesContractNothingTogether) {
  const auto f = of({3.0, 1.0, 0.5, 0.0}, {3.0, 1.0, 0.5, 0.0});
  EXPECT_TRUE(f.valid);
  for (const double v : {f.cci_pct, f.rudolph_pct, f.symmetry_pct}) EXPECT_TRUE(std::isnan(v));
}

TEST_F(PairIndices, CoContractionIsUnknownWithoutBothReferences) {
  const auto f = of({90.0, 90.0, 30.0, 1.0}, {30.0, 30.0, std::nan(""), 1.0});
  EXPECT_TRUE(std::isnan(f.cci_pct));
  EXPECT_TRUE(std::isnan(f.rudolph_pct));
  EXPECT_DOUBLE_EQ(f.symmetry_pct, 100.0 * 60.0 / 120.0) << "microvolt are there";
}

TEST_F(PairIndices, SymmetryStandsOnTheBasisItNames) {
  const Amplitude strong{100.0, 90.0, 50.0, 1.0}, paretic{50.0, 30.0, 50.0, 1.0};
  for (const auto basis : {dsp::PairBasis::task, dsp::PairBasis::load}) {
    const auto f = of(strong, paretic, basis);
    EXPECT_EQ(f.basis, basis);
    EXPECT_DOUBLE_EQ(f.symmetry_pct, 100.0 * 60.0 / 120.0);
  }
  EXPECT_DOUBLE_EQ(of(paretic, strong).symmetry_pct, -50.0);
  EXPECT_DOUBLE_EQ(of(strong, {0.0, 0.0, 0.0, 0.0}).symmetry_pct, 100.0);
  EXPECT_DOUBLE_EQ(of(strong, paretic, dsp::PairBasis::reference).symmetry_pct, 0.0) << "own percent hides a paresis";
}

TEST(PairNames, OneThatNoSensorHasIsRefused) {
  const std::vector<dsp::Stream> streams{test::emg_stream(1000)};
  const dsp::PairNames names[] = {{"m0", "nobody", dsp::PairBasis::task}};
  EXPECT_THROW(dsp::Pairs(names, streams), std::invalid_argument);
}

}  // namespace
