// The quantile of a window that rolls on is that of the window sorted.
#include "dsp/detect/rolling_quantile.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>

namespace {

using namespace myod;

/// Rest that drifts in both directions, with bursts and with values that repeat.
double value_at(std::size_t i) {
  const auto z = static_cast<double>((i * 2654435761U >> 7) % 1000U);
  const double drift = 500.0 * std::sin(static_cast<double>(i) / 300.0);
  return std::floor((z + drift + (i % 900 > 800 ? 5000.0 : 0.0)) / 3.0);
}

TEST(RollingQuantile, IsThatOfTheSortedWindow) {
  for (const std::size_t window : {std::size_t{1}, std::size_t{7}, std::size_t{500}}) {
    dsp::RollingQuantile quantile(window, 0.1);
    std::deque<double> newest;
    for (std::size_t i = 0; i < 6000; ++i) {
      quantile.push(value_at(i));
      newest.push_back(value_at(i));
      if (newest.size() > window) newest.pop_front();
      auto sorted = newest;
      std::sort(sorted.begin(), sorted.end());
      ASSERT_EQ(quantile.count(), sorted.size());
      ASSERT_EQ(quantile.value(), sorted[static_cast<std::size_t>(0.1 * static_cast<double>(sorted.size() - 1))])
          << window << ' ' << i;
    }
  }
}

}  // namespace
