// Muscles are looked at in turns, a tile after the other, so that no sample bears the work of all.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "recorder.hpp"

namespace {

using namespace myod;

constexpr std::uint64_t rate = 2000;
constexpr std::size_t muscles = 30, seconds = 12;

/// One muscle's efforts, a second of rest and one of work, on every channel.
std::vector<double> alike() {
  const std::size_t n = seconds * rate;
  auto one = test::oracle_noise(n, 12345);
  for (std::size_t i = 0; i < n; ++i) one[i] *= i >= 3 * rate && i / rate % 2 == 1 ? 60.0 : 3.0;
  std::vector<double> all;
  for (const double v : one) all.insert(all.end(), muscles, v);
  return all;
}

test::Recorder seen(const std::vector<double>& x, const std::function<std::size_t()>& size) {
  dsp::Pipeline pipeline(test::emg_stream(rate, muscles), {});
  test::Recorder sink;
  test::feed(pipeline, sink, x, 0, x.size() / muscles, size);
  return sink;
}

TEST(Turns, EveryOneOfManyMusclesIsCountedAsTheFirstToWithinAHop) {
  const auto sink = seen(alike(), [] { return std::size_t{64}; });
  std::vector<std::vector<dsp::Repetition>> of(muscles);
  std::vector<std::vector<double>> decided_s(muscles);
  for (const auto& e : sink.of(dsp::EventKind::repetition)) {
    const auto channel = static_cast<std::size_t>(e.event.channel);
    of[channel].push_back(e.repetition);
    decided_s[channel].push_back(e.event.t_decision_s);
  }
  EXPECT_GE(of[0].size(), 4U);
  for (std::size_t c = 1; c < muscles; ++c) {
    ASSERT_EQ(of[c].size(), of[0].size()) << c;
    for (std::size_t i = 0; i < of[c].size(); ++i) {
      EXPECT_NEAR(of[c][i].start_s, of[0][i].start_s, 0.0201) << c;
      EXPECT_NEAR(of[c][i].end_s, of[0][i].end_s, 0.0201) << c;
      const double tick = decided_s[c][i] / 0.004;
      EXPECT_NEAR(tick, std::round(tick), 1e-6) << "decided at a control frame";
      EXPECT_EQ(std::llround(tick) % 5, c < 8 ? 0 : 1 + static_cast<long long>(c / 8 - 1) % 4) << c;
    }
  }
}

TEST(Turns, AnyCutIntoBlocksGivesTheSameBitsOfManyMuscles) {
  const auto x = alike();
  const std::string whole = seen(x, [] { return std::size_t{1} << 20; }).told;
  EXPECT_EQ(whole, seen(x, [] { return std::size_t{1}; }).told);
  std::mt19937 random(3);
  EXPECT_EQ(whole, seen(x, [&] { return std::size_t{1} + random() % 90; }).told);
}

}  // namespace
