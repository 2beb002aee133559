// What the pipeline knows is what the wire says: names, units, times, validity.
#include "proto/convert.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "dsp/features/table.hpp"
#include "dsp/quality_text.hpp"

namespace myod::proto {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

dsp::Stream stream(std::uint64_t rate_mhz) {
  dsp::Stream s;
  s.sensor = "sim";
  s.rate_mhz = rate_mhz;
  s.channels.resize(2);
  s.channels[0].name = "left_biceps";
  s.channels[0].muscle = "biceps brachii";
  s.channels[0].side = dsp::Side::left;
  s.channels[0].scale = 0.25;
  s.channels[0].offset = 512;
  s.channels[1].name = "force";
  s.channels[1].kind = dsp::ChannelKind::force;
  s.channels[1].unit = "N";
  return s;
}

TEST(QualityText, NamesTheGradeAndEveryReasonInTheTablesOrder) {
  EXPECT_EQ(dsp::quality_text(0, dsp::Severity::ok), "ok");
  EXPECT_EQ(dsp::quality_text(dsp::reason_mains | dsp::reason_saturated, dsp::Severity::degraded),
            "degraded:saturated,mains");
  EXPECT_EQ(dsp::quality_text(dsp::reason_settling, dsp::Severity::limited), "limited:settling");
  EXPECT_EQ(dsp::quality_text(0, dsp::Severity::invalid), "invalid");
}

TEST(Convert, DescribesChannelsFeaturesAndConditioning) {
  const v1::Stream d = describe(stream(1'000'000), {}, 3, 4);
  EXPECT_EQ(d.stream(), 3U);
  EXPECT_EQ(d.epoch(), 4U);
  EXPECT_EQ(d.sensor(), "sim");
  EXPECT_EQ(d.rate_hz(), 1000.0);
  ASSERT_EQ(d.channels_size(), 2);
  EXPECT_EQ(d.channels(0).name(), "left_biceps");
  EXPECT_EQ(d.channels(0).kind(), "emg");
  EXPECT_EQ(d.channels(0).muscle(), "biceps brachii");
  EXPECT_EQ(d.channels(0).side(), "left");
  EXPECT_EQ(d.channels(0).unit(), "uV");
  EXPECT_EQ(d.channels(0).scale(), 0.25);
  EXPECT_EQ(d.channels(0).offset(), 512.0);
  EXPECT_EQ(d.channels(1).kind(), "force");
  const auto rows = dsp::feature_rows(dsp::FrameKind::amplitude);
  ASSERT_EQ(d.features_size(), static_cast<int>(rows.size()));
  EXPECT_EQ(d.features(0).name(), rows[0].name);
  EXPECT_EQ(d.features(0).unit(), rows[0].unit);
  EXPECT_EQ(d.features(0).window_ms(), 250.0);
  EXPECT_EQ(d.features(0).delay_ms(), 125.0);
  EXPECT_EQ(d.spectrum_size(), static_cast<int>(dsp::feature_rows(dsp::FrameKind::spectrum).size()));
  EXPECT_EQ(d.control_size(), static_cast<int>(dsp::feature_rows(dsp::FrameKind::control).size()));
  ASSERT_GE(d.conditioning_size(), 2);
  EXPECT_FALSE(d.conditioning(0).name().empty());
  EXPECT_GT(d.conditioning(d.conditioning_size() - 1).delay_ms(), 0.0) << "the low-pass";
  EXPECT_EQ(d.limits_size(), 0);
}

TEST(Convert, SaysWhichFeaturesALowRateCannotSupportAndWhy) {
  const v1::Stream d = describe(stream(500'000), {}, 0, 0);
  ASSERT_EQ(d.limits_size(), 3);
  EXPECT_EQ(d.limits(0), "low-pass at 225.0 Hz instead of 450.0 Hz: the sampling rate carries no more");
  EXPECT_EQ(d.limits(1), "amplitudes lack what lies above 225.0 Hz: compare them with those of this rate alone");
  EXPECT_NE(d.limits(2).find("limited:rate: mnf_hz, mdf_hz, "), std::string::npos) << d.limits(2);
  EXPECT_NE(d.limits(2).find("fatigue_index"), std::string::npos) << d.limits(2);
  EXPECT_EQ(d.limits(2).find("snr_db"), std::string::npos) << "a ratio of this band";
}

TEST(Convert, GivesAFrameItsTimesValuesAndQuality) {
  dsp::FrameHead head;
  head.kind = dsp::FrameKind::spectrum;
  head.stream = 1;
  head.epoch = 2;
  head.channels = 2;
  head.features = 2;
  head.first_index = 1000;
  head.end_index = 1251;  // 250 steps of 1 ms between first and last sample
  head.host_time_ns = 5'000'000'000;
  const std::vector<double> values{1.5, nan, 0.1, -2.0};
  const std::vector<dsp::ChannelStatus> status{{1.0, 0, dsp::Severity::ok},
                                               {0.5, dsp::reason_gap, dsp::Severity::invalid}};
  const v1::Frame f = convert({head, values, status}, 1000.0, 77, 6'000'000'000);
  EXPECT_EQ(f.stream(), 1U);
  EXPECT_EQ(f.epoch(), 2U);
  EXPECT_EQ(f.sequence(), 77U);
  EXPECT_EQ(f.kind(), v1::KIND_SPECTRUM);
  EXPECT_EQ(f.first_index(), 1000U);
  EXPECT_EQ(f.end_index(), 1251U);
  EXPECT_EQ(f.first_time_ns(), 4'750'000'000);
  EXPECT_EQ(f.last_time_ns(), 5'000'000'000);
  EXPECT_EQ(f.written_ns(), 6'000'000'000);
  ASSERT_EQ(f.values_size(), 4);
  EXPECT_EQ(f.values(0), 1.5F);
  EXPECT_TRUE(std::isnan(f.values(1))) << "an invalid number is never 0";
  EXPECT_EQ(f.values(2), 0.1F);
  EXPECT_EQ(f.values(3), -2.0F);
  ASSERT_EQ(f.status_size(), 2);
  EXPECT_EQ(f.status(0).quality(), "ok");
  EXPECT_EQ(f.status(1).quality(), "invalid:gap");
  EXPECT_EQ(f.status(1).reasons(), static_cast<std::uint32_t>(dsp::reason_gap));
  EXPECT_EQ(f.status(1).valid_fraction(), 0.5);
}

TEST(Convert, EveryKindOfFrameHasItsKindOnTheWire) {
  EXPECT_EQ(kind(dsp::FrameKind::amplitude), v1::KIND_FEATURES);
  EXPECT_EQ(kind(dsp::FrameKind::spectrum), v1::KIND_SPECTRUM);
  EXPECT_EQ(kind(dsp::FrameKind::control), v1::KIND_CONTROL);
}

TEST(Convert, GivesAnEventItsRepetitionOnlyWhenItHasOne) {
  dsp::Event e;
  e.kind = dsp::EventKind::lead_off;
  e.stream = 1;
  e.epoch = 2;
  e.t_event_s = 1.25;
  e.t_decision_s = 1.5;
  e.value = nan;
  e.host_time_ns = 9;
  e.text << "press the electrode on";
  const v1::Event plain = convert(e, nullptr, "left_biceps", 5);
  EXPECT_EQ(plain.kind(), "lead_off");
  EXPECT_EQ(plain.channel(), "left_biceps");
  EXPECT_EQ(plain.sequence(), 5U);
  EXPECT_EQ(plain.t_event_s(), 1.25);
  EXPECT_EQ(plain.t_decision_s(), 1.5);
  EXPECT_TRUE(std::isnan(plain.value()));
  EXPECT_EQ(plain.time_ns(), 9);
  EXPECT_EQ(plain.text(), "press the electrode on");
  EXPECT_FALSE(plain.has_repetition());
  dsp::Repetition r;
  r.number = 3;
  r.start_s = 1;
  r.end_s = 2;
  r.peak_uv = 4;
  r.peak_ref_pct = 5;
  r.mean_uv = 6;
  r.rest_before_s = 7;
  r.mdf_hz = 8;
  const v1::Repetition told = convert(e, &r, "", 5).repetition();
  EXPECT_EQ(told.number(), 3U);
  EXPECT_EQ(told.start_s(), 1.0);
  EXPECT_EQ(told.end_s(), 2.0);
  EXPECT_EQ(told.peak_uv(), 4.0);
  EXPECT_EQ(told.peak_ref_pct(), 5.0);
  EXPECT_EQ(told.mean_uv(), 6.0);
  EXPECT_EQ(told.rest_before_s(), 7.0);
  EXPECT_EQ(told.mdf_hz(), 8.0);
  EXPECT_TRUE(told.complete());
}

}  // namespace
}  // namespace myod::proto
