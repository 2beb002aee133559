// Many lanes at once are each lane alone.
#include "dsp/detect/onset_bank.hpp"

#include <gtest/gtest.h>

#include <random>

namespace myod::dsp {
namespace {

TEST(OnsetBank, DecidesBitForBitWhatEachDetectorDecidesAlone) {
  constexpr std::size_t lanes = 11, stride = 16, most_rows = 64;
  std::vector<OnsetDetector> alone, together;
  for (auto* all : {&alone, &together})
    for (std::size_t i = 0; i < lanes; ++i) all->emplace_back(1000.0, OnsetOptions{}, 20.0, 2);
  OnsetBank bank(lanes, most_rows);
  for (OnsetDetector& d : together) bank.add(d);

  std::mt19937 random(5);
  std::normal_distribution<double> normal;
  std::vector<double> y(most_rows * stride);
  std::vector<std::uint8_t> valid(most_rows * stride);
  std::size_t decisions = 0;
  for (std::uint64_t index = 0; index < 40'000;) {
    const std::size_t rows = random() % most_rows + 1;
    bool all_valid = true;
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t lane = 0; lane < stride; ++lane) {
        const std::uint64_t at = index + row;
        const double level = lane == 5 && at > 10'000 ? 1.25 : 1.0;  // stimulated, and so rests louder
        const double effort = lane < lanes && (at / 500 + lane) % 12 > 8 ? 8.0 : level;
        y[row * stride + lane] = lane < lanes ? effort * normal(random) : 0.0;
        const bool bad = lane == 3 && at % 1777 < 3;
        valid[row * stride + lane] = bad ? 0 : 1;
        all_valid &= !bad;
      }
    std::vector<OnsetBank::Decision> expected;
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t lane = 0; lane < lanes; ++lane)
        if (const auto d = alone[lane].push(index + row, y[row * stride + lane], valid[row * stride + lane] != 0))
          expected.push_back({row, lane, *d});
    const auto seen = bank.push(index, {y.data(), valid.data(), rows, stride}, all_valid);
    ASSERT_EQ(seen.size(), expected.size()) << index;
    for (std::size_t i = 0; i < seen.size(); ++i, ++decisions) {
      ASSERT_EQ(seen[i].row, expected[i].row) << index;
      ASSERT_EQ(seen[i].lane, expected[i].lane) << index;
      ASSERT_EQ(seen[i].what.kind, expected[i].what.kind) << index;
      ASSERT_EQ(seen[i].what.event_index, expected[i].what.event_index) << index;
      ASSERT_EQ(seen[i].what.decision_index, expected[i].what.decision_index) << index;
      ASSERT_EQ(seen[i].what.brief, expected[i].what.brief) << index;
    }
    index += rows;
    if (random() % 50 == 0) {
      bank.settle();
      for (auto* all : {&alone, &together}) (*all)[5].set_stimulated(!(*all)[5].stimulated());
    }
    if (random() % 200 == 0) {
      bank.settle();
      index += 37;
      for (auto* all : {&alone, &together})
        for (OnsetDetector& d : *all) d.gap(index, 37);
    }
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      ASSERT_EQ(together[lane].active(), alone[lane].active()) << index;
      ASSERT_EQ(together[lane].statistic(), alone[lane].statistic()) << index;
      ASSERT_EQ(together[lane].known(), alone[lane].known()) << index;
      if (alone[lane].known()) {
        ASSERT_EQ(together[lane].rest_uv(), alone[lane].rest_uv()) << index;
      }
    }
  }
  EXPECT_GT(decisions, 100U);
}

}  // namespace
}  // namespace myod::dsp
