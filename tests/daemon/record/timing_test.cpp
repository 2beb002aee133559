// What a footer says of time, against blocks whose times are known.
#include "daemon/record/timing.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "daemon/record/xml.hpp"

namespace myod::record {
namespace {

constexpr double rate_hz = 1000.0;

/// Blocks of 16 samples of a clock that is fast by 100 ppm, read 2 ms late.
void add(Timing& timing, std::uint64_t first, std::uint64_t end, std::uint32_t flags = 0) {
  for (std::uint64_t k = first; k < end; k += 16) {
    dsp::BlockHead head;
    head.instants = 16;
    head.first_index = k;
    head.host_time_ns = std::llround(static_cast<double>(k) / (rate_hz * (1.0 + 100e-6)) * 1e9);
    head.arrival_ns = head.host_time_ns + 15'000'000 + 2'000'000;
    head.uncertainty_ns = k == first ? 400'000 : 100'000;
    head.flags = k == first ? flags : 0;
    timing.add(head, rate_hz);
  }
}

double number(const Timing& timing, const char* name) { return std::stod(xml::text(timing.xml(), name)); }

TEST(Timing, SaysDriftErrorsAndHowLateReadsWere) {
  Timing timing;
  EXPECT_EQ(timing.xml(), "");
  add(timing, 0, 60'000);
  EXPECT_NEAR(number(timing, "drift_ppm"), 100.0, 0.1);
  EXPECT_NEAR(number(timing, "drift_error_ppm"), 0.5e-3 / 60.0 * 1e6, 0.1) << "of both ends";
  EXPECT_EQ(number(timing, "error_ms"), 0.4);
  EXPECT_NEAR(number(timing, "late_p50_ms"), 2.0, 0.1);
  EXPECT_NEAR(number(timing, "late_p99_ms"), 2.0, 0.1);
}

TEST(Timing, SaysNoDriftOfTooShortATimeOrAcrossAnIndexThatWasAGuess) {
  Timing timing;
  add(timing, 0, 9'000);
  EXPECT_EQ(xml::text(timing.xml(), "drift_ppm"), "");
  add(timing, 9'000, 12'000);
  EXPECT_NE(xml::text(timing.xml(), "drift_ppm"), "");
  add(timing, 30'000, 35'000, dsp::block_gap_uncertain);
  EXPECT_EQ(xml::text(timing.xml(), "drift_ppm"), "");
}

}  // namespace
}  // namespace myod::record
