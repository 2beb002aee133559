#include <gtest/gtest.h>

#include <stdexcept>

#include "dsp/condition/stages.hpp"
#include "dsp/math/sections.hpp"
#include "oracle.hpp"

namespace {

using myod::dsp::Section;
using myod::test::oracle;
namespace dsp = myod::dsp;
namespace math = myod::dsp::math;

/// SciPy places the zeros of odd orders by how its roots happen to round: there gain and poles are compared.
void expect_sections(const std::vector<Section>& ours, const std::string& key, double relative, bool zeros = true) {
  const auto& theirs = oracle(key);
  ASSERT_EQ(theirs.size(), 6 * ours.size()) << key;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const Section& s = ours[i];
    const double row[6] = {s.b0, s.b1, s.b2, 1.0, s.a1, s.a2};
    for (std::size_t k = 0; k < 6; ++k) {
      if (!zeros && (k == 1 || k == 2)) continue;
      const double truth = theirs.at(6 * i + k);
      EXPECT_NEAR(row[k], truth, relative * std::max(std::abs(truth), 1e-3))
          << key << " section " << i << " coefficient " << k;
    }
  }
}

TEST(Filters, CoefficientsAreThoseOfSciPy) {
  for (const int rate : {200, 1000, 1926, 2000, 4000}) {
    const std::string fs = std::to_string(rate);
    for (const int poles : {1, 2, 3, 4, 5, 6, 8}) {
      const std::string p = std::to_string(poles);
      expect_sections(math::butterworth_highpass(poles, 20.0, rate), "hp20_" + p + "_" + fs, poles <= 2 ? 2e-14 : 1e-12,
                      poles % 2 == 0);
      expect_sections(math::butterworth_lowpass(poles, rate >= 900 ? 450.0 : 0.45 * rate, rate), "lp_" + p + "_" + fs,
                      poles <= 2 ? 2e-14 : 1e-12, poles % 2 == 0);
    }
    expect_sections(math::butterworth_lowpass(2, 6.0, rate), "lp6_2_" + fs, 1e-13);
    expect_sections(math::bessel2_lowpass(10.0, rate), "bessel10_" + fs, 1e-13);
  }
}

TEST(Filters, SteadyStateAndDelayAreThoseOfSciPy) {
  for (const int rate : {200, 1000, 1926, 2000, 4000}) {
    const std::string fs = std::to_string(rate);
    const auto expect_state = [&](const std::vector<Section>& sections, const std::string& key) {
      const auto z = math::steady_state(sections);
      for (const auto& [i, v] : oracle(key)) EXPECT_NEAR(z[i / 2][i % 2], v, 1e-9 * std::max(1.0, std::abs(v))) << key;
    };
    expect_state(math::butterworth_highpass(4, 20.0, rate), "zi_hp20_4_" + fs);
    expect_state(math::butterworth_lowpass(2, 6.0, rate), "zi_lp6_" + fs);
    const double hz[] = {25.0, 50.0, 90.0};
    const auto sections = math::butterworth_highpass(2, 20.0, rate);
    for (const auto& [i, v] : oracle("delay_hp20_2_" + fs))
      EXPECT_NEAR(math::group_delay_samples(sections, hz[i], rate), v, 1e-6 * v) << fs;
  }
}

TEST(Filters, ImpossibleOnesAreRefusedWithKeyAndRange) {
  const auto why = [](dsp::ConditionOptions options, double rate) {
    try {
      dsp::describe_stages(options, rate);
    } catch (const std::invalid_argument& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  dsp::ConditionOptions o;
  EXPECT_EQ(why(o, 1000.0), "");
  EXPECT_EQ(why(o, 200.0), "");
  o.lowpass_hz = 500.0;
  EXPECT_EQ(why(o, 1000.0), "condition.lowpass_hz = 500.0: must be above 0.0 and below 499.0 Hz at 1000 Hz");
  o = {};
  EXPECT_EQ(why(o, 30.0), "condition.highpass_hz = 20.0: must be above 0.0 and below 13.5 Hz at 30 Hz");
  EXPECT_THROW(math::butterworth_lowpass(0, 10.0, 1000.0), std::invalid_argument);
  EXPECT_THROW(math::bessel2_lowpass(500.0, 1000.0), std::invalid_argument);
}

// sqrt(mean of |H|^2 over 0..pi), |H|^2 = 1 / (1 + (tan(w/2) / tan(wc/2))^(2 poles)), summed numerically.
TEST(Filters, TheNoiseBehindALowpassIsThatOfItsResponse) {
  EXPECT_NEAR(math::noise_gain(math::butterworth_lowpass(2, 450.0, 1000.0)), 0.9435329983, 1e-7);
  EXPECT_NEAR(math::noise_gain(math::butterworth_lowpass(2, 450.0, 4000.0)), 0.4893356999, 1e-7);
  EXPECT_NEAR(math::noise_gain(math::butterworth_lowpass(4, 100.0, 1000.0)), 0.4514541772, 1e-7);
}

TEST(Filters, EveryStageSaysWhatItIsAndItsDelay) {
  const auto stages = dsp::describe_stages({}, 2000.0);
  ASSERT_EQ(stages.size(), 4U);
  EXPECT_EQ(stages[1].name, "highpass");
  EXPECT_EQ(stages[1].text, "Butterworth high-pass 20.0 Hz, 2 poles, causal");
  EXPECT_NEAR(stages[1].delay_s, 0.47e-3, 0.01e-3);
  EXPECT_EQ(stages[2].name, "mains");
  EXPECT_NEAR(dsp::conditioning_delay_s({}, 2000.0), 0.91e-3, 0.05e-3);
  EXPECT_EQ(dsp::describe_stages({}, 500.0)[3].text,
            "Butterworth low-pass 225.0 Hz, 2 poles, causal (0.45 of the rate: it cannot carry more)");
}

}  // namespace
