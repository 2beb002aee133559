// What the tests measure on simulated signals: RMS and the median frequency (20-450 Hz, 1 s Hann windows, averaged).
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <span>
#include <vector>

namespace myod::test {

inline double rms(std::span<const double> x) {
  double sum = 0.0;
  for (const double v : x) sum += v * v;
  return std::sqrt(sum / static_cast<double>(x.size()));
}

inline double median_frequency_hz(std::span<const double> x, std::size_t rate_hz) {
  const std::size_t n = rate_hz, low = 20, high = std::min<std::size_t>(450, n / 2);
  std::vector<std::complex<double>> turn(n);
  for (std::size_t i = 0; i < n; ++i)
    turn[i] = std::polar(1.0, -2.0 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(n));
  std::vector<double> power(high + 1, 0.0);
  for (std::size_t at = 0; at + n <= x.size(); at += n / 2) {
    for (std::size_t f = low; f <= high; ++f) {
      std::complex<double> sum = 0.0;
      for (std::size_t i = 0; i < n; ++i) sum += x[at + i] * (1.0 - turn[i].real()) * turn[i * f % n];
      power[f] += std::norm(sum);
    }
  }
  double total = 0.0, below = 0.0;
  for (const double p : power) total += p;
  for (std::size_t f = low; f <= high; ++f) {
    if (below + power[f] >= total / 2.0) return static_cast<double>(f) - 0.5 + (total / 2.0 - below) / power[f];
    below += power[f];
  }
  return static_cast<double>(high);
}

}  // namespace myod::test
