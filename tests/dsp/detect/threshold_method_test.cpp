// The detectors of the literature: decision indices against SciPy and plain loops
// (tests/oracles/threshold_decisions.py), and what every method keeps to.
#include "dsp/detect/threshold_method.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "dsp/words.hpp"
#include "tests/dsp/detect/fixture.hpp"
#include "tests/dsp/detect/noise.hpp"

namespace myod::dsp {
namespace {

constexpr double colour = 0.7;
constexpr std::array others{OnsetMethod::hodges_bui, OnsetMethod::tkeo_dt, OnsetMethod::bonato, OnsetMethod::lidierth};

OnsetOptions of(OnsetMethod method) {
  OnsetOptions o;
  o.method = method;
  return o;
}

const std::map<std::string, std::function<void(OnsetOptions&, double)>> setters{
    {"smoothing_hz", [](OnsetOptions& o, double v) { o.smoothing_hz = v; }},
    {"run_ms", [](OnsetOptions& o, double v) { o.run_ms = v; }},
    {"dip_ms", [](OnsetOptions& o, double v) { o.dip_ms = v; }},
    {"threshold", [](OnsetOptions& o, double v) { o.threshold = v; }},
    {"needed", [](OnsetOptions& o, double v) { o.bonato_needed = static_cast<std::int64_t>(v); }},
    {"among", [](OnsetOptions& o, double v) { o.bonato_among = static_cast<std::int64_t>(v); }},
    {"whitening_order", [](OnsetOptions& o, double v) { o.whitening_order = static_cast<std::int64_t>(v); }},
};

struct Case {
  std::string name;
  OnsetOptions options;
  double rate_hz = 0.0, rest_uv = 0.0;
  fixture::Holes holes;
  std::vector<std::string> decisions;
};

std::vector<Case> read_cases() {
  std::vector<Case> cases;
  for (const auto& f : fixture::rows_of("threshold_decisions.csv")) {
    if (cases.empty() || cases.back().name != f.at(0)) {
      Case c{f.at(0),
             of(from_word<OnsetMethod>(onset_method_words, f.at(1)).value()),
             std::stod(f.at(2)),
             std::stod(f.at(4)),
             {std::stoi(f.at(5)), std::stoi(f.at(6)), std::stoi(f.at(7)), std::stoi(f.at(8))},
             {}};
      std::istringstream options(f.at(3));
      for (std::string one; std::getline(options, one, ';');)
        setters.at(one.substr(0, one.find('=')))(c.options, std::stod(one.substr(one.find('=') + 1)));
      cases.push_back(c);
    }
    cases.back().decisions.push_back(f.at(9) + ' ' + f.at(10) + ' ' + f.at(11) + ' ' + f.at(12));
  }
  return cases;
}

TEST(ThresholdMethodOracle, DecidesAtTheVerySamplesOfTheReference) {
  const auto cases = read_cases();
  ASSERT_EQ(cases.size(), 15U);
  std::uint64_t number = 0;
  for (const Case& c : cases) {
    std::uint64_t seed = ++number;
    OnsetDetector detector(c.rate_hz, c.options, 20.0, 2);
    if (c.rest_uv > 0.0) detector.set_rest(c.rest_uv);
    double y = 0.0;
    EXPECT_EQ(fixture::decisions(detector, c.holes,
                                 [&](int i) { return y = colour * y + fixture::noise(seed) * fixture::amplitude(i); }),
              c.decisions)
        << c.name;
  }
}

/// Rest of 1 uV with efforts of 12 dB more, from the third second on: 0.7 s in every 2 s.
struct Efforts {
  test::Gauss gauss;
  test::DefaultChain chain{1000.0};
  double operator()(std::uint64_t n) { return chain(gauss() * (n >= 3000 && n % 2000 < 700 ? 4.0 : 1.0)); }
};

TEST(ThresholdMethod, FindsEveryEffortOfTwelveDecibelsAndItsEnd) {
  for (const OnsetMethod method : others) {
    Efforts efforts{test::Gauss(3)};
    OnsetDetector detector(1000.0, of(method), 20.0, 2);
    std::vector<OnsetDecision> told;
    for (std::uint64_t n = 0; n < 60'000; ++n)
      if (const auto d = detector.push(n, efforts(n), true)) told.push_back(*d);
    std::size_t found = 0, ended = 0;
    for (std::uint64_t effort = 4000; effort < 60'000; effort += 2000) {
      const auto near = [&](EventKind kind, std::uint64_t at, double ms) {
        return std::ranges::any_of(told, [&](const OnsetDecision& d) {
          return d.kind == kind && std::abs(static_cast<double>(d.event_index) - static_cast<double>(at)) <= ms;
        });
      };
      found += near(EventKind::onset, effort, 30.0) ? 1 : 0;
      ended += near(EventKind::offset, effort + 700, 70.0) ? 1 : 0;
    }
    EXPECT_GE(found, 27U) << "a false onset just before swallows one: " << word(onset_method_words, method);
    EXPECT_GE(ended, 27U) << word(onset_method_words, method);
    for (const OnsetDecision& d : told) EXPECT_LE(d.event_index, d.decision_index);
  }
}

TEST(ThresholdMethod, TellsOnsetsAndOffsetsInTurnAndNeverOneWithinTheOther) {
  for (const OnsetMethod method : others) {
    test::Gauss gauss(4);
    OnsetOptions nervous = of(method);
    nervous.threshold = method == OnsetMethod::bonato ? 5.0 : 1.0;
    nervous.run_ms = 4.0;
    OnsetDetector detector(1000.0, nervous, 20.0, 2);
    std::uint64_t last = 0, count = 0;
    bool active = false;
    for (std::uint64_t n = 0; n < 120'000; ++n) {
      const auto d = detector.push(n, gauss() * (n % 1000 < 60 ? 3.0 : 1.0), n % 777 != 0);
      if (!d) continue;
      ASSERT_EQ(d->kind == EventKind::onset, !active) << n;
      ASSERT_GE(d->event_index, last) << n;
      if (!active) {
        ASSERT_TRUE(count == 0 || d->event_index >= last + 100) << n;
      }
      active = !active;
      last = d->event_index;
      ++count;
    }
    EXPECT_GT(count, 50U) << word(onset_method_words, method);
  }
}

TEST(ThresholdMethod, KnowsNothingBeforeTwoSecondsOfValidSamples) {
  for (const OnsetMethod method : others) {
    test::Gauss gauss(5);
    OnsetDetector detector(1000.0, of(method), 20.0, 2);
    for (std::uint64_t n = 0; n < 2000; ++n) {
      EXPECT_FALSE(detector.push(n, gauss() * (n < 1000 ? 8.0 : 1.0), true));
      ASSERT_FALSE(detector.known());
    }
    for (std::uint64_t n = 2000; n < 2600; ++n) detector.push(n, gauss(), true);
    EXPECT_TRUE(detector.known()) << word(onset_method_words, method);
    EXPECT_FALSE(detector.active());
  }
}

TEST(ThresholdMethod, AScaledSignalDecidesTheSame) {
  for (const OnsetMethod method : others) {
    std::vector<std::string> told[2];
    for (const int k : {0, 1}) {
      std::uint64_t seed = 9;
      OnsetDetector detector(1000.0, of(method), 20.0, 2);
      told[k] = fixture::decisions(
          detector, {}, [&](int i) { return (k == 0 ? 1.0 : 1024.0) * fixture::noise(seed) * fixture::amplitude(i); });
    }
    EXPECT_EQ(told[0], told[1]) << word(onset_method_words, method);
  }
}

TEST(ThresholdMethod, ACalibratedRestOfTwiceTheLevelHearsOnlyWhatIsLouder) {
  for (const OnsetMethod method : others) {
    int heard[2] = {0, 0};
    for (const int calibrated : {0, 1}) {
      Efforts efforts{test::Gauss(6)};
      OnsetDetector detector(1000.0, of(method), 20.0, 2);
      for (std::uint64_t n = 0; n < 20'000; ++n) {
        if (n == 2900 && calibrated == 1) detector.set_rest(4.0);
        if (const auto d = detector.push(n, efforts(n), true)) heard[calibrated] += d->kind == EventKind::onset ? 1 : 0;
      }
    }
    EXPECT_GE(heard[0], 8) << word(onset_method_words, method);
    EXPECT_LE(heard[1], 1) << "efforts are as loud as that rest: " << word(onset_method_words, method);
  }
}

TEST(ThresholdMethod, AnotherDetectorGoesOnWithTheBurstAndTheBaseline) {
  for (const OnsetMethod method : others)
    for (std::uint64_t at = 5700; at < 6900; at += 53) {
      test::Gauss gauss(7);
      OnsetOptions brief = of(method);
      brief.min_burst_ms = 700.0;
      OnsetDetector first(1000.0, brief, 20.0, 2), second(1000.0, brief, 20.0, 2);
      std::vector<OnsetDecision> told;
      OnsetDetector* now = &first;
      test::DefaultChain chain(1000.0);
      for (std::uint64_t n = 0; n < 8000; ++n) {
        if (n == at) {
          second.set_rest(first.rest_uv());
          second.plant(first.state());
          EXPECT_TRUE(second.known());
          now = &second;
        }
        const double effort = n >= 6000 && n < 6600 ? 8.0 : 1.0;
        const auto d = now->push(n, chain(effort * gauss()), true);
        if (d && d->event_index > 5900) told.push_back(*d);
      }
      ASSERT_GE(told.size(), 2U) << word(onset_method_words, method) << " at " << at;
      EXPECT_NEAR(static_cast<double>(told[0].event_index), 6000.0, 40.0) << word(onset_method_words, method) << at;
      EXPECT_EQ(told[1].kind, EventKind::offset);
      EXPECT_NEAR(static_cast<double>(told[1].event_index), 6600.0, 40.0) << word(onset_method_words, method) << at;
      EXPECT_TRUE(told[1].brief) << word(onset_method_words, method) << at;
    }
}

TEST(ThresholdMethod, AnotherMethodInheritsTheBurstAndLearnsItsOwnRest) {
  for (const auto& [from, to] :
       {std::pair(OnsetMethod::cusum, OnsetMethod::tkeo_dt), std::pair(OnsetMethod::tkeo_dt, OnsetMethod::cusum),
        std::pair(OnsetMethod::hodges_bui, OnsetMethod::bonato),
        std::pair(OnsetMethod::hodges_bui, OnsetMethod::tkeo_dt)}) {
    test::Gauss gauss(8);
    OnsetDetector first(1000.0, of(from), 20.0, 2), second(1000.0, of(to), 20.0, 2);
    for (std::uint64_t n = 0; n < 5000; ++n) first.push(n, (n < 4000 ? 1.0 : 8.0) * gauss(), true);
    first.push(5000, 0.0, true);  // as if it ended there
    ASSERT_TRUE(first.active());
    second.set_rest(first.rest_uv());
    second.plant(first.state());
    EXPECT_TRUE(second.active());
    EXPECT_EQ(second.known(), to == OnsetMethod::cusum);
    std::optional<OnsetDecision> next;
    for (std::uint64_t n = 5001; n < 12'000; ++n)
      if (const auto d = second.push(n, (n < 5500 ? 8.0 : 1.0) * gauss(), true); d && !next) next = d;
    const std::string what =
        std::string(word(onset_method_words, from)) + " to " + std::string(word(onset_method_words, to));
    ASSERT_TRUE(next) << what;
    EXPECT_EQ(next->kind, EventKind::offset) << what;
    EXPECT_GT(next->event_index, 5400U) << what;
    EXPECT_TRUE(second.known());
  }
}

TEST(ThresholdMethod, ALongGapEndsTheBurstUnseenAndAShortOneDoesNot) {
  for (const OnsetMethod method : others)
    for (const std::uint64_t lost : {100U, 200U}) {
      test::Gauss gauss(10);
      OnsetDetector detector(1000.0, of(method), 20.0, 2);
      for (std::uint64_t n = 0; n < 5000; ++n) detector.push(n, (n < 4000 ? 1.0 : 8.0) * gauss(), true);
      ASSERT_TRUE(detector.active());
      EXPECT_EQ(detector.gap(5000 + lost, lost), lost == 200);
      EXPECT_EQ(detector.active(), lost == 100);
    }
}

TEST(ThresholdMethod, RefusesWhatTheRateCannotCarry) {
  OnsetOptions o = of(OnsetMethod::hodges_bui);
  try {
    OnsetDetector detector(100.0, o, 20.0, 2);
    ADD_FAILURE() << "50 Hz at 100 Hz was taken";
  } catch (const std::invalid_argument& e) {
    EXPECT_EQ(std::string(e.what()).substr(0, 19), "onset.smoothing_hz ");
  }
  EXPECT_NO_THROW(OnsetDetector(100.0, of(OnsetMethod::bonato), 20.0, 2)) << "it does not smooth";
}

}  // namespace
}  // namespace myod::dsp
