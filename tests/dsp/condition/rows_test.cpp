// Promises of every stage of conditioning, over sets of options that together run all of them: blocks and the future
// change nothing, nothing is allocated, and a gap starts anew.
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "dsp/condition/conditioner.hpp"
#include "dsp/condition/stages.hpp"
#include "tests/dsp/condition/lane.hpp"
#include "tests/support/rt_guard/rt_guard.hpp"

namespace {

using namespace myod;

constexpr std::uint64_t rate = 1000;
constexpr std::size_t channels = 3, instants = 16000, pulses_from = 9000, gap_from = 12000, gap_to = 12300;

struct Set {
  const char* name;
  dsp::Options options;
  void (*own)(dsp::Stream&) = nullptr;  // what single channels have of their own
};

dsp::Options with(void (*change)(dsp::ConditionOptions&)) {
  dsp::Options o;
  change(o.condition);
  return o;
}

std::ostream& operator<<(std::ostream& to, const Set& set) { return to << set.name; }

/// Efforts, hum, heart beats, rails, samples that are no numbers; pulses 30 times a second once the hum and the beats
/// could be found.
std::vector<double> eventful() {
  std::vector<double> x(instants * channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const auto noise = test::oracle_noise(instants, 7 + c);
    const auto line = test::hum(instants, static_cast<double>(rate), 50.1, 40.0);
    for (std::size_t i = 0; i < instants; ++i) {
      double v = noise[i] * ((i / 100 + c) % 30 >= 18 ? 60.0 : 4.0) + line[i] + 200.0;
      if (i % 33 == 5 && i > pulses_from) v += 3000.0;
      if (i % 800 < 40) v += 150.0 * std::sin(0.157 * static_cast<double>(i % 800));
      x[i * channels + c] = v;
    }
  }
  x[5000 * channels] = 9000.0;
  x[5123 * channels + 1] = std::numeric_limits<double>::quiet_NaN();
  return x;
}

/// Delay lines of three lengths, and every kind of stage somewhere.
void three_ways(dsp::Stream& s) {
  dsp::ConditionOptions o;
  o.ecg = dsp::Ecg::pattern;
  s.channels[0].condition = o;
  o = {};
  o.blanking = dsp::Blanking::detect;
  o.mwave = dsp::Mwave::gate;
  o.lowpass = false;
  s.channels[2].condition = o;
}

void reference_of_another(dsp::Stream& s) {
  dsp::ConditionOptions o;
  o.ecg = dsp::Ecg::adaptive;
  o.ecg_reference = dsp::Text<64>("m1");
  s.channels[0].condition = o;
}

struct EveryStage : testing::TestWithParam<Set> {
  std::vector<double> x = eventful();

  static dsp::Stream stream() {
    auto s = test::emg_stream(rate, channels);
    for (auto& c : s.channels) c.rail_low = -8000.0, c.rail_high = 8000.0;
    if (GetParam().own != nullptr) GetParam().own(s);
    return s;
  }

  test::Recorder play(const std::function<std::size_t()>& size) const {
    dsp::Pipeline pipeline(stream(), GetParam().options);
    test::Recorder seen;
    test::feed(pipeline, seen, x, 0, gap_from, size);
    test::feed(pipeline, seen, x, gap_to, instants, size);
    return seen;
  }
  std::string told(const std::function<std::size_t()>& size) const {
    const auto seen = play(size);
    return seen.told + bits(seen.uv) + std::string(seen.valid.begin(), seen.valid.end());
  }
  /// What was said of the samples before that one: conditioned, and in the windows that end there at the latest.
  std::string told_before(std::size_t until) const {
    auto seen = play([] { return std::size_t{64}; });
    seen.uv.resize((until - (gap_to - gap_from)) * channels);
    std::string all = bits(seen.uv) + std::string(seen.valid.data(), seen.valid.data() + seen.uv.size());
    for (const auto& f : seen.frames)
      if (f.head.kind != dsp::FrameKind::spectrum && f.head.end_index <= until) all += bits(f.values);
    return all;
  }
  static std::string bits(const std::vector<double>& numbers) {
    return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(double)};
  }
};

TEST_P(EveryStage, GivesTheSameBitsForAnyCutIntoBlocks) {
  const std::string whole = told([] { return std::size_t{1} << 20; });
  for (const std::size_t size : {1, 7, 64}) EXPECT_TRUE(told([size] { return size; }) == whole) << size;
  std::mt19937 random(3);
  EXPECT_TRUE(told([&random] { return std::size_t{random() % 300 + 1}; }) == whole);
}

TEST_P(EveryStage, KnowsNothingOfTheFuture) {
  constexpr std::size_t until = 13995;  // inside a block, two samples before a pulse
  const std::string before = told_before(until);
  std::fill(x.begin() + until * channels, x.end(), 200.0);
  EXPECT_TRUE(told_before(until) == before);
}

TEST_P(EveryStage, AllocatesNothing) {
  if (!test::rt_guard_sees()) GTEST_SKIP() << "SKIPPED: a sanitizer owns malloc";
  struct : dsp::Sink {
    void frame(const dsp::FeatureFrame&) override {}
    void event(const dsp::Event&, const dsp::Repetition*) override {}
    void result(const dsp::CommandResult&) override {}
  } sink;
  dsp::Pipeline pipeline(stream(), GetParam().options);
  const std::function<std::size_t()> size = [] { return std::size_t{33}; };
  const test::RtGuard guard;
  test::feed(pipeline, sink, x, 0, gap_from, size);
  test::feed(pipeline, sink, x, gap_to, instants, size);
  EXPECT_EQ(guard.counts().allocations, 0U);
  EXPECT_EQ(guard.counts().locks, 0U);
}

TEST_P(EveryStage, IsDescribedWithItsDelayAndLetsOnlyNumbersOut) {
  const auto s = stream();
  const auto& all = GetParam().options.condition;
  const dsp::Conditioner conditioner(s, all);
  for (const auto& channel : s.channels) {
    double line_s = 0.0;
    for (const auto& info : dsp::describe_stages(s, all, dsp::condition_of(channel, all))) {
      EXPECT_FALSE(info.text.empty());
      EXPECT_GE(info.delay_s, -1e-4) << info.name;
      EXPECT_LT(info.delay_s, 0.5) << info.name;
      if (info.name == "blanking" || info.name == "ecg" || info.name == "align") line_s += info.delay_s;
    }
    EXPECT_NEAR(line_s, static_cast<double>(conditioner.line()) / static_cast<double>(rate), 1e-9);
  }
  dsp::Pipeline pipeline(stream(), GetParam().options);
  test::Recorder seen;
  test::feed(pipeline, seen, x, 0, instants);
  for (const double v : seen.uv) ASSERT_TRUE(std::isfinite(v));
  EXPECT_GT(std::count(seen.valid.begin(), seen.valid.end(), 1), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Options, EveryStage,
    testing::Values(
        Set{"default", {}}, Set{"nothing", with([](auto& o) {
                                  o.highpass = o.lowpass = false;
                                  o.mains = dsp::Mains::off;
                                })},
        Set{"adaptive", with([](auto& o) { o.mains = dsp::Mains::adaptive, o.mains_hz = 50.0; })},
        Set{"notch", with([](auto& o) { o.mains = dsp::Mains::notch, o.mains_hz = 50.0; })},
        Set{"one_notch", with([](auto& o) { o.mains = dsp::Mains::notch, o.mains_hz = 50.0, o.notch_harmonic = 1; })},
        Set{"comb", with([](auto& o) { o.mains = dsp::Mains::comb, o.mains_hz = 50.0; })},
        Set{"linear", with([](auto& o) { o.blanking = dsp::Blanking::detect; })},
        Set{"hold", with([](auto& o) {
              o.blanking = dsp::Blanking::detect;
              o.blanking_fill = dsp::BlankingFill::hold;
              o.stimulus_hz = 30.0;
            })},
        Set{"ecg_highpass", with([](auto& o) { o.ecg = dsp::Ecg::highpass; })},
        Set{"ecg_template", with([](auto& o) { o.ecg = dsp::Ecg::pattern; })},
        Set{"ecg_adaptive", with([](auto& o) { o.ecg = dsp::Ecg::adaptive, o.ecg_reference = dsp::Text<64>("m1"); })},
        Set{"mwave_gate", with([](auto& o) { o.blanking = dsp::Blanking::detect, o.mwave = dsp::Mwave::gate; })},
        Set{"mwave_template",
            with([](auto& o) { o.blanking = dsp::Blanking::detect, o.mwave = dsp::Mwave::pattern, o.mwave_ms = 8.0; })},
        Set{"mwave_comb", with([](auto& o) { o.blanking = dsp::Blanking::detect, o.mwave = dsp::Mwave::comb; })},
        Set{"mwave_prediction", with([](auto& o) {
              o.blanking = dsp::Blanking::detect, o.mwave = dsp::Mwave::prediction;
              o.ecg = dsp::Ecg::pattern;
            })},
        Set{"three_ways", {}, three_ways}, Set{"reference_of_another", {}, reference_of_another}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
