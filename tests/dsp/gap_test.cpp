// What is lost, rejected or railed lowers validity and is never filled.
#include <gtest/gtest.h>

#include <limits>

#include "recorder.hpp"

namespace {

using namespace myod;

constexpr std::uint64_t rate = 1000;

test::KeptFrame ending_at(const test::Recorder& seen, std::uint64_t end,
                          dsp::FrameKind kind = dsp::FrameKind::amplitude) {
  for (const auto& f : seen.of(kind))
    if (f.head.end_index == end) return f;
  throw std::runtime_error("no frame ends at " + std::to_string(end));
}

struct Gap : testing::Test {
  std::vector<double> x = test::oracle_signal(8000, rate);
  dsp::Pipeline pipeline{test::emg_stream(rate), {}};
  test::Recorder seen;
};

TEST_F(Gap, IsToldWithItsPlaceAndLength) {
  test::feed(pipeline, seen, x, 0, 3000);
  test::feed(pipeline, seen, x, 3012, 4000);
  const auto gaps = seen.of(dsp::EventKind::gap);
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].event.channel, dsp::all_channels);
  EXPECT_EQ(gaps[0].event.t_event_s, 3.0);
  EXPECT_EQ(gaps[0].event.t_decision_s, 3.012);
  EXPECT_EQ(gaps[0].event.value, 0.012);
  EXPECT_EQ(gaps[0].event.host_time_ns, 3'000'000'000);
  EXPECT_EQ(gaps[0].event.text.view(), "lost 12 samples (12 ms)");
  EXPECT_EQ(pipeline.next_index(), 4000U);
}

TEST_F(Gap, OfALengthTheCounterCannotTellSaysWhoDid) {
  test::feed(pipeline, seen, x, 0, 3000);
  dsp::SampleBlock block;
  block.head.instants = block.head.channels = 1;
  const auto lose = [&](std::uint64_t first_index, std::uint32_t flags) {
    block.head.first_index = first_index;
    block.head.flags = flags;
    block.raw = std::span(x).subspan(first_index, 1);
    pipeline.process(block, seen);
  };
  lose(3160, dsp::block_gap_uncertain);
  lose(3209, dsp::block_gap_by_clock);
  const auto gaps = seen.of(dsp::EventKind::gap);
  ASSERT_EQ(gaps.size(), 2U);
  EXPECT_EQ(gaps[0].event.text.view(),
            "lost about 160 samples (160 ms): an estimate, the sensor's counter cannot tell so many");
  EXPECT_EQ(gaps[1].event.text.view(),
            "lost 48 samples (48 ms), turns of the sensor's counter told by the host's clock");
}

TEST_F(Gap, CountsAsInvalidInEveryWindowItTouchesAndNoOther) {
  test::feed(pipeline, seen, x, 0, 3000);
  test::feed(pipeline, seen, x, 3012, 5000);
  for (const auto& f : seen.of(dsp::FrameKind::amplitude)) {
    const bool touched = f.head.end_index > 3000 && f.head.first_index < 3012;
    EXPECT_EQ((f.status[0].reasons & dsp::reason_gap) != 0, touched) << f.head.end_index;
    if (f.head.end_index < 250) continue;
    const double inside = touched ? static_cast<double>(std::min<std::uint64_t>(f.head.end_index, 3012) -
                                                        std::max<std::uint64_t>(f.head.first_index, 3000))
                                  : 0.0;
    EXPECT_EQ(f.status[0].valid_fraction, (250.0 - inside) / 250.0) << f.head.end_index;
  }
}

TEST_F(Gap, MakesANumberInvalidBelowTheLeastShareAndItComesBack) {
  test::feed(pipeline, seen, x, 0, 3000);
  test::feed(pipeline, seen, x, 3055, 5000);  // 55 of 250: 0.78
  EXPECT_TRUE(std::isnan(ending_at(seen, 3100).value("rms_uv")));
  EXPECT_EQ(ending_at(seen, 3100).status[0].grade, dsp::Severity::invalid);
  EXPECT_FALSE(std::isnan(ending_at(seen, 3260).value("rms_uv")));
  EXPECT_FALSE(std::isnan(ending_at(seen, 3320).value("rms_uv")));
  EXPECT_EQ(ending_at(seen, 3320).status[0].reasons & dsp::reason_gap, 0U);
}

TEST_F(Gap, HopsThatEndInsideGiveNoFrame) {
  test::feed(pipeline, seen, x, 0, 3000);
  test::feed(pipeline, seen, x, 3040, 4000);
  EXPECT_NO_THROW(ending_at(seen, 3000));
  EXPECT_THROW(ending_at(seen, 3020), std::runtime_error);
  EXPECT_THROW(ending_at(seen, 3040), std::runtime_error);  // its last sample is lost
  EXPECT_NO_THROW(ending_at(seen, 3060));
}

TEST_F(Gap, StartsTheFiltersAnew) {
  // What follows a gap is conditioned as if the stream began there.
  test::feed(pipeline, seen, x, 0, 3000);
  test::feed(pipeline, seen, x, 3700, 6000);
  dsp::Pipeline fresh(test::emg_stream(rate), {});
  test::Recorder begun;
  const std::vector<double> later(x.begin() + 3700, x.begin() + 6000);
  test::feed(fresh, begun, later, 0, later.size());
  ASSERT_EQ(seen.uv.size(), 3000 + begun.uv.size());
  for (std::size_t i = 0; i < begun.uv.size(); ++i) ASSERT_EQ(seen.uv[3000 + i], begun.uv[i]) << i;
  for (const auto kind : {dsp::FrameKind::amplitude, dsp::FrameKind::control})
    EXPECT_EQ(ending_at(seen, 5000, kind).value("envelope_uv"), ending_at(begun, 1300, kind).value("envelope_uv"));
}

TEST_F(Gap, ALongOneLeavesNothingOfTheTimeBefore) {
  test::feed(pipeline, seen, x, 0, 3000);
  const auto later = test::oracle_signal(8000, rate, 99);
  test::feed(pipeline, seen, later, 5000, 7000);
  EXPECT_TRUE(std::isnan(ending_at(seen, 5100).value("rms_uv")));
  const auto f = ending_at(seen, 5260);
  double square = 0.0;
  for (std::size_t i = 3010; i < 3260; ++i) square += seen.uv[i] * seen.uv[i];
  EXPECT_NEAR(f.value("rms_uv"), std::sqrt(square / 250.0), 1e-9 * f.value("rms_uv"));
  EXPECT_EQ(f.status[0].reasons & dsp::reason_gap, 0U);
}

TEST_F(Gap, ASpectrumUnderWayIsToldBeforeIt) {
  dsp::Pipeline many(test::emg_stream(rate, 3), {});
  std::vector<double> wide;
  for (const double v : x) wide.insert(wide.end(), 3, v);
  test::feed(many, seen, wide, 0, 3001);  // two of three channels of the window that ends at 3000
  test::feed(many, seen, wide, 3200, 3300);
  EXPECT_NO_THROW(ending_at(seen, 3000, dsp::FrameKind::spectrum));
  EXPECT_LT(seen.told.rfind("frame 1"), seen.told.find("lost 199"));
}

std::vector<double> one_effort() {  // from 3 s to 5 s
  std::vector<double> x = test::oracle_noise(8000, 4);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= i >= 3000 && i < 5000 ? 100.0 : 3.0;
  return x;
}

double one_kind_of(const test::Recorder& seen, dsp::FrameKind kind, std::uint64_t end) {
  return ending_at(seen, end, kind).value("envelope_uv");
}

TEST_F(Gap, AnEnvelopeIsAbsentUntilTheLossIsForgottenAndRightAfterwards) {
  // A steady tone: its rectified mean is 2 / pi of its height.
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = i % 8 < 4 ? 100.0 : -100.0;
  test::feed(pipeline, seen, x, 0, 3000);
  const double level = one_kind_of(seen, dsp::FrameKind::amplitude, 2900);
  test::feed(pipeline, seen, x, 3040, 5000);
  for (std::size_t i = 5000; i < 5040; ++i) x[i] = std::nan("");
  test::feed(pipeline, seen, x, 5000, 8000);
  for (const auto kind : {dsp::FrameKind::amplitude, dsp::FrameKind::control}) {
    std::size_t absent = 0;
    for (const auto& f : seen.of(kind)) {
      const double v = f.value("envelope_uv");
      absent += std::isnan(v) ? 1 : 0;
      if (!std::isnan(v)) {
        EXPECT_NEAR(v, level, 0.025 * level) << f.head.end_index;
      }
    }
    EXPECT_GT(absent, 15U);
    for (const std::uint64_t lost_until : {3040U, 5040U}) {
      EXPECT_TRUE(std::isnan(one_kind_of(seen, kind, lost_until + 40)));
      EXPECT_FALSE(std::isnan(one_kind_of(seen, kind, lost_until + 240)));
    }
  }
}

TEST_F(Gap, WithoutAnyValidSampleNothingIsSaidWhateverTheLeastShare) {
  dsp::Options options;
  options.features.min_valid = 0.0;
  dsp::Pipeline lax(test::emg_stream(rate), options);
  for (std::size_t i = 4000; i < 6000; ++i) x[i] = std::nan("");
  test::feed(lax, seen, x, 0, x.size());
  for (const auto kind : {dsp::FrameKind::amplitude, dsp::FrameKind::control, dsp::FrameKind::spectrum}) {
    const auto f = ending_at(seen, 5500, kind);
    EXPECT_EQ(f.status[0].valid_fraction, 0.0);
    EXPECT_EQ(f.status[0].grade, dsp::Severity::invalid);
    for (const double v : f.measured()) EXPECT_TRUE(std::isnan(v));
  }
}

TEST_F(Gap, SamplesThatCameWithoutANumberAreToldForTheirChannel) {
  auto two = std::vector<double>();
  for (const double v : x) two.insert(two.end(), {v, v});
  for (std::size_t i = 3000; i < 3012; ++i) two[2 * i + 1] = std::nan("");
  two[2 * 3500 + 1] = std::nan("");
  two[2 * 4000 - 1] = std::nan("");  // the last before samples are lost for all
  two[2 * 5000 - 1] = std::nan("");  // the last of all
  dsp::Pipeline pair(test::emg_stream(rate, 2), {});
  test::feed(pair, seen, two, 0, 4000);
  test::feed(pair, seen, two, 4010, 5000);
  pair.finish(dsp::input_ended, seen);
  const auto gaps = seen.of(dsp::EventKind::gap);
  ASSERT_EQ(gaps.size(), 5U);
  EXPECT_EQ(gaps[0].event.channel, 1);
  EXPECT_EQ(gaps[0].event.t_event_s, 3.0);
  EXPECT_EQ(gaps[0].event.t_decision_s, 3.012);
  EXPECT_EQ(gaps[0].event.value, 0.012);
  EXPECT_EQ(gaps[0].event.text.view(), "lost 12 samples (12 ms)");
  EXPECT_EQ(gaps[1].event.text.view(), "lost 1 sample (1 ms)");
  EXPECT_EQ(gaps[2].event.t_decision_s, 4.0);
  EXPECT_EQ(gaps[3].event.channel, dsp::all_channels);
  EXPECT_EQ(gaps[4].event.t_event_s, 4.999);
}

TEST(GapInAnEffort, LostSamplesHereAndThereLeaveOneWholeRepetition) {
  const auto x = one_effort();
  dsp::Pipeline pipeline(test::emg_stream(rate), {});
  test::Recorder seen;
  for (std::size_t at = 0; at < x.size(); at += 50) test::feed(pipeline, seen, x, at, at + 49);
  const auto repetitions = seen.of(dsp::EventKind::repetition);
  ASSERT_EQ(repetitions.size(), 1U);
  EXPECT_TRUE(repetitions[0].repetition.complete);
  EXPECT_NEAR(repetitions[0].repetition.start_s, 3.0, 0.1);
  EXPECT_NEAR(repetitions[0].repetition.end_s, 5.0, 0.1);
}

TEST(GapInAnEffort, ALongerOneEndsTheRepetitionNotComplete) {
  const auto x = one_effort();
  dsp::Pipeline pipeline(test::emg_stream(rate), {});
  test::Recorder seen;
  test::feed(pipeline, seen, x, 0, 4000);
  test::feed(pipeline, seen, x, 4300, 8000);
  const auto repetitions = seen.of(dsp::EventKind::repetition);
  ASSERT_FALSE(repetitions.empty());
  EXPECT_FALSE(repetitions[0].repetition.complete);
  EXPECT_NEAR(repetitions[0].repetition.end_s, 4.0, 0.1);
}

/// Efforts from 3 to 5 s and from 9 to 11 s, `lost` samples missing from 6 s on.
test::Recorder two_efforts_with_a_gap(std::size_t lost) {
  std::vector<double> x = test::oracle_noise(14'000 + lost, 4);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t t = i < 6000 + lost ? i : i - lost;
    x[i] *= (t >= 3000 && t < 5000) || (t >= 9000 && t < 11'000) ? 100.0 : 3.0;
  }
  dsp::Pipeline pipeline(test::emg_stream(rate), {});
  test::Recorder seen;
  test::feed(pipeline, seen, x, 0, 6000);
  test::feed(pipeline, seen, x, 6000 + lost, x.size());
  return seen;
}

TEST(GapInARest, LongerThanWhatIsBridgedLeavesTheRestBeforeUnknown) {
  for (const std::size_t lost : {250U, 190'000U}) {
    const auto seen = two_efforts_with_a_gap(lost);
    const auto repetitions = seen.of(dsp::EventKind::repetition);
    ASSERT_EQ(repetitions.size(), 2U);
    EXPECT_TRUE(repetitions[1].repetition.complete);
    EXPECT_TRUE(std::isnan(repetitions[1].repetition.rest_before_s));
    const auto text = repetitions[1].event.text.view();
    EXPECT_NE(text.find("s, rest before unknown: samples were lost"), std::string::npos) << text;
    EXPECT_EQ(text.find("of rest"), std::string::npos) << text;
    EXPECT_EQ(repetitions[0].event.text.view().find("rest"), std::string::npos) << "the first has none before";
  }
}

TEST(GapInARest, ThatIsBridgedIsPartOfTheRest) {
  const auto repetitions = two_efforts_with_a_gap(240).of(dsp::EventKind::repetition);
  ASSERT_EQ(repetitions.size(), 2U);
  EXPECT_NEAR(repetitions[1].repetition.rest_before_s, 4.24, 0.2);
}

TEST(Rejected, ASampleThatIsNotANumberPoisonsNothing) {
  auto x = test::oracle_signal(6000, rate);
  const double bad[] = {std::nan(""), std::numeric_limits<double>::infinity(),
                        -std::numeric_limits<double>::infinity()};
  for (std::size_t i = 0; i < 3; ++i) x[2000 + 500 * i] = bad[i];
  dsp::Pipeline pipeline(test::emg_stream(rate), {});
  test::Recorder seen;
  test::feed(pipeline, seen, x, 0, x.size());
  for (std::size_t i = 0; i < seen.uv.size(); ++i) {
    ASSERT_TRUE(std::isfinite(seen.uv[i])) << i;
    EXPECT_EQ(seen.valid[i] == 0, i == 2000 || i == 2500 || i == 3000) << i;
  }
  const auto hit = ending_at(seen, 2020), after = ending_at(seen, 5000);
  EXPECT_EQ(hit.status[0].valid_fraction, 249.0 / 250.0);
  EXPECT_NE(hit.status[0].reasons & dsp::reason_gap, 0U);
  EXPECT_TRUE(std::isfinite(hit.value("rms_uv")));
  EXPECT_TRUE(std::isfinite(after.value("rms_uv")));
  EXPECT_EQ(after.status[0].valid_fraction, 1.0);
}

TEST(Rejected, ItsChannelStartsAnewAndTheOthersGoOn) {
  auto x = test::oracle_signal(4000, rate);
  std::vector<double> two;
  for (const double v : x) two.insert(two.end(), {v, v});
  two[2 * 2000] = std::nan("");
  dsp::Pipeline whole(test::emg_stream(rate), {}), cut(test::emg_stream(rate), {}), both(test::emg_stream(rate, 2), {});
  test::Recorder plain, begun, seen;
  test::feed(whole, plain, x, 0, 4000);
  const std::vector<double> later(x.begin() + 2001, x.end());
  test::feed(cut, begun, later, 0, later.size());
  test::feed(both, seen, two, 0, 4000);
  for (std::size_t i = 2001; i < 4000; ++i) {
    ASSERT_EQ(seen.uv[2 * i], begun.uv[i - 2001]) << i;
    ASSERT_EQ(seen.uv[2 * i + 1], plain.uv[i]) << i;
  }
}

TEST(Rejected, AChannelOfNothingButNaNLeavesTheOthersAlone) {
  const auto x = test::oracle_signal(3000, rate);
  std::vector<double> two;
  for (const double v : x) two.insert(two.end(), {std::nan(""), v});
  dsp::Pipeline alone(test::emg_stream(rate), {}), both(test::emg_stream(rate, 2), {});
  test::Recorder one, pair;
  test::feed(alone, one, x, 0, 3000);
  test::feed(both, pair, two, 0, 3000);
  for (std::size_t i = 0; i < 3000; ++i) ASSERT_EQ(pair.uv[2 * i + 1], one.uv[i]);
  EXPECT_TRUE(std::isnan(ending_at(pair, 2000).value("rms_uv", 0)));
  EXPECT_EQ(ending_at(pair, 2000).value("rms_uv", 1), ending_at(one, 2000).value("rms_uv"));
}

TEST(Rail, SamplesAreInvalidOneByOneAndTheHoldIsInTheGradeOnly) {
  auto stream = test::emg_stream(rate);
  stream.channels[0].rail_low = 0.0;
  stream.channels[0].rail_high = 1023.0;
  stream.channels[0].offset = 512.0;
  auto x = test::oracle_noise(4000, 5);
  for (double& v : x) v = 512.0 + 3.0 * v;
  x[2000] = 1023.0;
  x[2010] = 1013.0;  // beyond 98 %
  x[2020] = 1012.0;  // not
  x[2030] = 0.0;
  dsp::Pipeline pipeline(stream, {});
  test::Recorder seen;
  test::feed(pipeline, seen, x, 0, x.size());
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(seen.valid[i] == 0, i == 2000 || i == 2010 || i == 2030) << i;
  EXPECT_EQ(ending_at(seen, 2040).status[0].valid_fraction, 247.0 / 250.0);
  EXPECT_NE(ending_at(seen, 2380).status[0].reasons & dsp::reason_saturated, 0U);  // window starts at 2130
  EXPECT_EQ(ending_at(seen, 2380).status[0].valid_fraction, 1.0);
  EXPECT_EQ(ending_at(seen, 2400).status[0].reasons & dsp::reason_saturated, 0U);
}

TEST(Kinds, OnlyEmgEntersTheEmgStages) {
  auto stream = test::emg_stream(rate, 2);
  stream.channels[0].kind = dsp::ChannelKind::force;
  stream.channels[0].scale = 2.0;
  stream.channels[0].offset = 1.0;
  const auto x = test::oracle_signal(1500, rate);
  std::vector<double> two;
  for (const double v : x) two.insert(two.end(), {3.0, v});
  dsp::Pipeline pipeline(stream, {});
  test::Recorder seen;
  test::feed(pipeline, seen, two, 0, 1500);
  EXPECT_EQ(seen.uv[1800], 4.0);  // scaled, not filtered
  const auto f = ending_at(seen, 1000);
  EXPECT_TRUE(std::isnan(f.value("rms_uv", 0)));
  EXPECT_EQ(f.status[0].valid_fraction, 0.0);
  EXPECT_EQ(f.status[0].reasons, dsp::reason_not_emg);
  EXPECT_EQ(f.status[0].grade, dsp::Severity::invalid);
  EXPECT_EQ(ending_at(seen, 1000, dsp::FrameKind::spectrum).status[0].reasons, dsp::reason_not_emg);
  EXPECT_TRUE(std::isfinite(f.value("rms_uv", 1)));
}

}  // namespace
