// How late frames were, stage by stage, and never mixed with the delays of the algorithms.
#include <gtest/gtest.h>

#include <numeric>

#include "tests/tools/myoctl/messages.hpp"
#include "tools/myoctl/latency_model.hpp"

namespace myod::myoctl {
namespace {

/// A hundred frames, processed 1..100 ms after their newest sample, here half a millisecond later.
LatencyModel hundred() {
  LatencyModel model;
  v1::ServerMessage stream = test::stream_message();
  stream.mutable_stream()->add_conditioning()->set_delay_ms(3.0);
  stream.mutable_stream()->add_conditioning()->set_delay_ms(0.5);
  stream.mutable_stream()->mutable_features(0)->set_delay_ms(125.0);
  model.take(stream, 0);
  for (std::int64_t ms = 1; ms <= 100; ++ms) {
    v1::ServerMessage frame = test::frame_message(v1::KIND_FEATURES, {1, 2, 3, 4, 5, 6, 7, 8, 9});
    frame.mutable_frame()->set_last_time_ns(1'000'000'000);
    frame.mutable_frame()->set_written_ns(1'000'000'000 + ms * 1'000'000);
    model.take(frame, 1'000'500'000 + ms * 1'000'000);
  }
  return model;
}

TEST(Latency, TellsEveryStageByItselfAndBothTogether) {
  const auto lines = hundred().json();
  ASSERT_EQ(lines.size(), 1U);
  const std::string& line = lines[0];
  EXPECT_NE(line.find(R"("kind":"features","frames":100,"sample_to_processed_ms":{"median":50,"p99":99,)"),
            std::string::npos)
      << line;
  EXPECT_NE(line.find(R"("processed_to_here_ms":{"median":0.5,"p99":0.5,)"), std::string::npos) << line;
  EXPECT_NE(line.find(R"("sample_to_here_ms":{"median":50.5,"p99":99.5,"p99.9":99.5,"longest":100.5,)"),
            std::string::npos)
      << line;
}

TEST(Latency, StatesTheDelaysOfTheAlgorithmsBesideTheTimesAndAddsThemToNone) {
  EXPECT_NE(hundred().json()[0].find(R"("conditioning_delay_ms":11.9,"feature_delay_ms":{"rms_uv":125,"ref_pct":125)"),
            std::string::npos);
  const auto text = hundred().text();
  EXPECT_EQ(text.front(), "sim, features: 100 frames");
  EXPECT_EQ(text.back(), "  delays of the algorithms, on top: filters 11.9 ms, rms_uv 125.0, ref_pct 125.0");
}

TEST(Latency, CountsEveryFrameInOneBin) {
  Histogram times;
  for (const double ms : {-0.1, 0.01, 0.011, 3.0, 1000.0, 1000.1}) times.add(ms);
  const auto counts = times.counts();
  EXPECT_EQ(counts.front(), 2U);
  EXPECT_EQ(counts[1], 1U);
  EXPECT_EQ(counts[8], 1U) << "above 2, up to 5";
  EXPECT_EQ(counts[15], 1U);
  EXPECT_EQ(counts.back(), 1U) << "above the last";
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), times.count());
}

TEST(Latency, KnowsNothingOfFramesThatNeverCame) { EXPECT_TRUE(LatencyModel().empty()); }

}  // namespace
}  // namespace myod::myoctl
