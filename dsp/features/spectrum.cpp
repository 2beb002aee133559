#include "dsp/features/spectrum.hpp"

#include <fftw3.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "dsp/math/spectral.hpp"

namespace myod::dsp {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// FFTW's planner is one for the whole process and not safe for threads; executing plans is.
std::mutex& planner() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

struct Spectrum::State {
  std::size_t n = 0, first = 0, bins = 0;
  double step_hz = 1.0;
  std::vector<double> window, factor, density;  // factor: what |X|^2 is multiplied with, per bin of the band
  double* in = nullptr;
  fftw_complex* out = nullptr;
  fftw_plan plan = nullptr;

  ~State() {
    const std::lock_guard lock(planner());
    if (plan != nullptr) fftw_destroy_plan(plan);
    fftw_free(in);
    fftw_free(out);
  }
};

Spectrum::Spectrum(std::size_t window, double rate_hz, double low_hz, double high_hz)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.n = math::largest_7_smooth(window);
  if (s.n < 8)
    throw std::invalid_argument("features.spectrum_window_ms: " + std::to_string(window) +
                                " samples at this rate, at least 8 are needed");
  s.step_hz = rate_hz / static_cast<double>(s.n);
  const double top_hz = std::min(high_hz, 0.45 * rate_hz);
  const auto frequency = [&](std::size_t k) { return static_cast<double>(k) * s.step_hz; };
  while (frequency(s.first) < low_hz && s.first <= s.n / 2) ++s.first;
  while (s.first + s.bins <= s.n / 2 && frequency(s.first + s.bins) <= top_hz) ++s.bins;
  if (s.bins == 0)
    throw std::invalid_argument("features.band_low_hz = " + std::to_string(low_hz) + ": the band ends at " +
                                std::to_string(top_hz) + " Hz at this rate and holds no bin");
  s.window = math::hann(s.n);
  double energy = 0.0;
  for (const double w : s.window) energy += w * w;
  s.density.assign(s.bins, 0.0);
  for (std::size_t i = 0; i < s.bins; ++i) {
    const std::size_t k = s.first + i;
    const bool single = k == 0 || 2 * k == s.n;
    s.factor.push_back((single ? 1.0 : 2.0) / (rate_hz * energy));
  }
  s.in = fftw_alloc_real(s.n);
  s.out = fftw_alloc_complex(s.n / 2 + 1);
  if (s.in == nullptr || s.out == nullptr) throw std::bad_alloc();
  const std::lock_guard lock(planner());
  s.plan = fftw_plan_dft_r2c_1d(static_cast<int>(s.n), s.in, s.out, FFTW_ESTIMATE | FFTW_NO_SIMD);
  if (s.plan == nullptr) throw std::runtime_error("FFTW has no plan for " + std::to_string(s.n) + " samples");
}

Spectrum::~Spectrum() = default;

std::size_t Spectrum::samples() const noexcept { return state_->n; }
std::size_t Spectrum::bins() const noexcept { return state_->bins; }

Band Spectrum::band(std::span<const double> x) noexcept {
  State& s = *state_;
  double sum = 0.0;
  for (const double v : x) sum += v;
  const double mean = sum / static_cast<double>(s.n);
  for (std::size_t i = 0; i < s.n; ++i) s.in[i] = (x[i] - mean) * s.window[i];
  fftw_execute(s.plan);
  for (std::size_t i = 0; i < s.bins; ++i) {
    const fftw_complex& v = s.out[s.first + i];
    s.density[i] = (v[0] * v[0] + v[1] * v[1]) * s.factor[i];
  }
  return band_of(s.density);
}

Band Spectrum::band_of(std::span<const double> density) const noexcept {
  return {density, static_cast<double>(state_->first) * state_->step_hz, state_->step_hz};
}

double power_uv2(const Band& band) {
  double sum = 0.0;
  for (const double p : band.density) sum += p;
  return sum * band.step_hz;
}

double mean_frequency_hz(const Band& band) {
  double sum = 0.0, weighted = 0.0;
  for (std::size_t i = 0; i < band.density.size(); ++i) {
    sum += band.density[i];
    weighted += band.hz(i) * band.density[i];
  }
  return sum > 0.0 ? weighted / sum : nan;
}

double median_frequency_hz(const Band& band) {
  double total = 0.0;
  for (const double p : band.density) total += p;
  if (!(total > 0.0)) return nan;
  const double half = 0.5 * total;
  double below = 0.0;
  for (std::size_t i = 0; i < band.density.size(); ++i) {
    const double p = band.density[i];
    if (below + p >= half) return band.hz(i) - 0.5 * band.step_hz + band.step_hz * (half - below) / p;
    below += p;
  }
  return nan;
}

double finsm5(const Band& band) {
  double low = 0.0, high = 0.0;
  for (std::size_t i = 0; i < band.density.size(); ++i) {
    const double f = band.hz(i);
    if (f == 0.0) continue;
    low += band.density[i] / f;
    high += band.density[i] * (f * f * f * f * f);
  }
  return high > 0.0 ? low / high : nan;
}

double moment_ratio(const Band& band) {
  double low = 0.0, high = 0.0;
  for (std::size_t i = 0; i < band.density.size(); ++i) {
    const double f = band.hz(i);
    if (f == 0.0) continue;
    low += band.density[i] / f;
    high += band.density[i] * (f * f);
  }
  return high > 0.0 ? low / high : nan;
}

double deformation(const Band& band) {
  double m0 = 0.0, m1 = 0.0, m2 = 0.0;
  for (std::size_t i = 0; i < band.density.size(); ++i) {
    const double f = band.hz(i);
    m0 += band.density[i];
    m1 += band.density[i] * f;
    m2 += band.density[i] * (f * f);
  }
  return m1 > 0.0 ? std::sqrt(m0 * m2) / m1 : nan;
}

}  // namespace myod::dsp
