// The transform against FFTW, for every kind of length, and the numbers of a window against plain loops.
#include "dsp/features/spectrum.hpp"

#include <fftw3.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "dsp/features/activity.hpp"
#include "recorder.hpp"

namespace {

using namespace myod;

/// |X|^2 of the tapered window without its mean, one-sided density, every bin.
std::vector<double> fftw_density(std::span<const double> x) {
  const std::size_t n = x.size();
  double mean = 0.0, energy = 0.0;
  for (const double v : x) mean += v / static_cast<double>(n);
  double* in = fftw_alloc_real(n);
  fftw_complex* out = fftw_alloc_complex(n / 2 + 1);
  const fftw_plan plan = fftw_plan_dft_r2c_1d(static_cast<int>(n), in, out, FFTW_ESTIMATE);
  for (std::size_t i = 0; i < n; ++i) {
    const double w = 0.5 - 0.5 * std::cos(2.0 * M_PI * static_cast<double>(i) / static_cast<double>(n));
    in[i] = (x[i] - mean) * w;
    energy += w * w;
  }
  fftw_execute(plan);
  std::vector<double> density;
  for (std::size_t k = 0; k <= n / 2; ++k) {
    const double two = k == 0 || 2 * k == n ? 1.0 : 2.0;
    density.push_back((out[k][0] * out[k][0] + out[k][1] * out[k][1]) * two / (static_cast<double>(n) * energy));
  }
  fftw_destroy_plan(plan);
  fftw_free(in);
  fftw_free(out);
  return density;
}

TEST(Spectrum, AgreesWithFftwAtEveryLengthItTakes) {
  for (const std::size_t n : {8U,   9U,   10U,   14U,   21U,   49U,   64U,   98U,   100U,  250U,  343U,
                              500U, 945U, 1000U, 1008U, 1024U, 1029U, 1920U, 2000U, 2187U, 3125U, 4000U}) {
    const auto x = test::oracle_noise(n, n);
    dsp::Spectrum spectrum(n, static_cast<double>(n), 0.0, static_cast<double>(n));  // bins of 1 Hz up to 0.45 n
    ASSERT_EQ(spectrum.samples(), n);
    const auto truth = fftw_density(x);
    const double top = *std::max_element(truth.begin(), truth.end());
    spectrum.band(x);
    const auto density = spectrum.density(0);
    ASSERT_GE(density.size(), n * 9 / 20);
    for (std::size_t k = 0; k < density.size(); ++k)
      ASSERT_NEAR(density[k], truth[k], 1e-12 * truth[k] + 1e-14 * top) << n << " bin " << k;
  }
}

TEST(Spectrum, SaysOfEachLaneWhatItSaysOfItAlone) {
  constexpr std::size_t n = 1000, lanes = 24, wanted = 2;  // the third tile
  dsp::History history(n, lanes);
  dsp::Spectrum spectrum(n, 1000.0, 20.0, 450.0), alone(n, 1000.0, 20.0, 450.0);
  constexpr std::uint64_t end = 5003;  // the window wraps around in the history
  std::vector<std::vector<double>> x;
  for (std::size_t lane = 0; lane < dsp::lane_tile; ++lane) {
    x.push_back(test::oracle_noise(n, lane + 1));
  }
  const std::vector<std::uint8_t> valid(lanes, 1);
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<double> row(lanes);
    for (std::size_t lane = 0; lane < dsp::lane_tile; ++lane) row[wanted * dsp::lane_tile + lane] = x[lane][i];
    history.put(end - n + i, 1, row.data(), valid.data());
  }
  for (std::size_t i = 0; i < spectrum.pieces(); ++i) spectrum.piece(i, history, end, wanted);
  for (std::size_t lane = 0; lane < dsp::lane_tile; ++lane) {
    const dsp::Band a = spectrum.band(lane), b = alone.band(x[lane]);
    const auto of_tile = spectrum.density(lane), of_one = alone.density(0);
    EXPECT_TRUE(std::equal(of_tile.begin(), of_tile.end(), of_one.begin(), of_one.end())) << lane;
    EXPECT_EQ(a.moments, b.moments) << lane;
    EXPECT_EQ(a.median_hz, b.median_hz) << lane;
    const dsp::Band given = alone.band_of(of_tile);
    EXPECT_EQ(given.moments, a.moments) << lane;
    EXPECT_EQ(given.median_hz, a.median_hz) << lane;
  }
}

TEST(Activity, CountsWhatPlainLoopsCountAndOnlyBetweenValidSamples) {
  constexpr std::size_t n = 700, lanes = 8;
  constexpr std::uint64_t end = 1900;
  constexpr double t = 0.7;
  for (const bool all_valid : {true, false}) {
    dsp::History history(n, lanes);
    const auto x = test::oracle_noise(n, 5);
    std::vector<bool> valid(n, true);
    for (std::size_t i = 0; i < n; ++i) {
      if (!all_valid && (i % 17 == 3 || (i > 120 && i < 140))) valid[i] = false;
      std::array<double, lanes> row{};
      std::array<std::uint8_t, lanes> good{};
      row[5] = x[i], good[5] = valid[i] ? 1 : 0;
      history.put(end - n + i, 1, row.data(), good.data());
    }
    dsp::Activity truth;
    for (std::size_t i = 0; i < n; ++i) {
      if (valid[i]) truth.magnitudes_uv += std::abs(x[i]), truth.squares_uv2 += x[i] * x[i];
      if (i == 0 || !valid[i] || !valid[i - 1]) continue;
      const double step = x[i] - x[i - 1];
      truth.length_uv += std::abs(step);
      if (std::abs(step) >= t) truth.steps += 1.0;
      if (x[i] * x[i - 1] < 0.0 && std::abs(step) >= t) truth.crossings += 1.0;
      if (i + 1 == n || !valid[i + 1]) continue;
      truth.energies_uv2 += x[i] * x[i] - x[i - 1] * x[i + 1], truth.triples += 1.0;
      const double after = x[i] - x[i + 1];
      if (step * after > 0.0 && (std::abs(step) >= t || std::abs(after) >= t)) truth.turns += 1.0;
    }
    dsp::ActivityWindow window(n);
    std::array<double, dsp::lane_tile> threshold{};
    threshold.fill(t);
    for (std::size_t i = 0; i < window.pieces(); ++i) window.piece(i, history, end, 0, threshold, all_valid);
    const dsp::Activity seen = window.of(5);
    EXPECT_EQ(seen.crossings, truth.crossings);
    EXPECT_EQ(seen.turns, truth.turns);
    EXPECT_EQ(seen.steps, truth.steps);
    EXPECT_EQ(seen.length_uv, truth.length_uv);
    EXPECT_EQ(seen.magnitudes_uv, truth.magnitudes_uv);
    EXPECT_EQ(seen.energies_uv2, truth.energies_uv2);
    EXPECT_EQ(seen.triples, truth.triples);
    EXPECT_EQ(seen.squares_uv2, truth.squares_uv2);
  }
}

}  // namespace
