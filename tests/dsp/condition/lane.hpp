// Stages of conditioning on one channel: rows of a padded tile, fed in blocks of any size.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numbers>
#include <vector>

#include "dsp/condition/pulse_train.hpp"
#include "dsp/condition/stage.hpp"
#include "dsp/kernels/kernels.hpp"
#include "tests/dsp/recorder.hpp"

namespace myod::test {

/// `x` after the stage, as lane 0 of a tile.
inline std::vector<double> through(dsp::Stage& stage, const std::vector<double>& x, std::size_t block = 64) {
  std::vector<double> out, y;
  std::vector<std::uint8_t> flags;
  for (std::size_t at = 0; at < x.size(); at += block) {
    const std::size_t rows = std::min(block, x.size() - at);
    y.assign(rows * dsp::lane_tile, 0.0);
    flags.assign(rows * dsp::lane_tile, dsp::sample_good);
    for (std::size_t i = 0; i < rows; ++i) y[i * dsp::lane_tile] = x[at + i];
    dsp::Samples samples{y.data(), flags.data(), rows, dsp::lane_tile, true, at};
    stage.run(samples);
    for (std::size_t i = 0; i < rows; ++i) out.push_back(y[i * dsp::lane_tile]);
  }
  return out;
}

/// Where the train finds pulses in those lanes.
inline std::vector<std::size_t> pulses_found(dsp::PulseTrain& train, const std::vector<std::vector<double>>& lanes) {
  std::vector<std::size_t> found;
  std::vector<double> y(lanes.size());
  const std::vector<std::uint8_t> flags(lanes.size(), dsp::sample_good);
  for (std::size_t i = 0; i < lanes.front().size(); ++i) {
    for (std::size_t c = 0; c < lanes.size(); ++c) y[c] = lanes[c][i];
    if (const auto ago = train.push(y.data(), flags.data())) found.push_back(i - *ago);
  }
  return found;
}

/// Fundamental, third and fifth harmonic, as tests/oracles/conditioning.py.
inline std::vector<double> hum(std::size_t n, double rate_hz, double hz, double amplitude) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double phi = 2.0 * std::numbers::pi * hz * static_cast<double>(i) / rate_hz;
    x[i] = amplitude * (std::sin(phi) + 0.4 * std::sin(3.0 * phi + 1.0) + 0.2 * std::sin(5.0 * phi + 2.0));
  }
  return x;
}

inline std::vector<double> sum(std::vector<double> a, const std::vector<double>& b, double gain = 1.0) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = a[i] * gain + b[i];
  return a;
}

/// Mean square of x[from, to).
inline double power(const std::vector<double>& x, std::size_t from, std::size_t to) {
  double sum = 0.0;
  for (std::size_t i = from; i < to; ++i) sum += x[i] * x[i];
  return sum / static_cast<double>(to - from);
}

inline double db(double ratio) { return 10.0 * std::log10(ratio); }

}  // namespace myod::test
