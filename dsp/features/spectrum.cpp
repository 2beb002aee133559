#include "dsp/features/spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "dsp/math/spectral.hpp"
#include "dsp/math/transform.hpp"

namespace myod::dsp {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_radix = 10, rows_at_once = 256, values_at_once = 128, bins_at_once = 64;

/// What is read from the densities of a tile of lanes.
struct Readings {
  std::array<double, moment_count * lane_tile> moments{};
  HalfPowerTile half_power;
};

}  // namespace

struct Spectrum::State {
  struct Source {
    const History* history = nullptr;
    std::uint64_t end = 0;
    std::size_t tile = 0;
  };
  struct Piece {
    void (State::*work)(const Piece&, const Source&) noexcept;
    std::size_t from, to, pass;
  };

  const Kernels& k = kernels();
  std::size_t n = 0, first = 0, bins = 0;
  double step_hz = 1.0;
  math::Transform transform;
  std::vector<double> window, factor;  // factor: what |X|^2 is multiplied with, per bin of the band
  std::vector<double> turns, weights;  // per bin: for the density of pairs; for the moments
  std::vector<Piece> pieces;

  TileSum total;
  std::array<double, lane_tile> mean{};
  std::vector<double> a, b;           // complex values of a tile of lanes
  std::vector<double> tile, density;  // bins of the tile; of one lane
  std::vector<double> given;          // densities from elsewhere, as lane 0 of a tile
  Readings readings;

  explicit State(std::size_t samples) : n(samples), transform(samples) {}
  bool paired() const { return n % 2 == 0; }
  std::size_t values() const { return transform.values(); }
  double* result() { return transform.passes().size() % 2 == 0 ? a.data() : b.data(); }

  void cut(void (State::*work)(const Piece&, const Source&) noexcept, std::size_t length, std::size_t most,
           std::size_t pass = 0) {
    const std::size_t count = (length + most - 1) / most;
    for (std::size_t i = 0; i < count; ++i)
      pieces.push_back({work, length * i / count, length * (i + 1) / count, pass});
  }

  void sum(const Piece& p, const Source& from) noexcept {
    if (p.from == 0) total = {};
    std::size_t i = p.from;
    from.history->runs(from.end - n + p.from, p.to - p.from, [&](std::uint64_t index, std::size_t rows) {
      k.sum(total, from.history->y(from.tile, index), rows, i);
      i += rows;
    });
    if (p.to == n)
      for (std::size_t lane = 0; lane < lane_tile; ++lane) mean[lane] = total.of(lane) / static_cast<double>(n);
  }
  /// The first pass reads the samples where they are, as far as all its rows go on in one piece.
  void tapered_pass(const Piece& p, const Source& from) noexcept {
    const TransformPass& pass = transform.passes()[0];
    const std::size_t rows = paired() ? 2 : 1;
    std::array<const double*, 2 * most_radix> in{};
    for (std::size_t i = p.from; i < p.to;) {
      std::size_t last = p.to;
      for (std::size_t j = 0; j < pass.radix * rows; ++j) {
        const std::uint64_t index = from.end - n + (i + j / rows * pass.length) * rows + j % rows;
        in[j] = from.history->y(from.tile, index);
        const std::size_t left = from.history->rows() - from.history->slot(index);
        last = std::min(last, i + (left + rows - 1) / rows);
      }
      k.tapered_pass(b.data(), in.data(), paired(), pass, i, last, mean.data(), window.data());
      i = last;
    }
  }
  void pass(const Piece& p, const Source&) noexcept {
    const bool even = p.pass % 2 == 0;
    k.transform_pass((even ? b : a).data(), (even ? a : b).data(), transform.passes()[p.pass], p.from, p.to);
  }
  void power(const Piece& p, const Source&) noexcept {
    double* out = tile.data() + p.from * lane_tile;
    const std::size_t count = p.to - p.from;
    if (paired()) {
      k.density_of_pairs(out, result(), n / 2, first + p.from, count, turns.data() + 2 * p.from,
                         factor.data() + p.from);
    } else {
      k.density(out, result(), first + p.from, count, factor.data() + p.from);
    }
  }
  void sum_up(const Piece&, const Source&) noexcept {
    k.moments(readings.moments.data(), tile.data(), bins, weights.data());
  }
  void halve(const Piece&, const Source&) noexcept {
    k.half_power(readings.half_power, tile.data(), bins, readings.moments.data() + moment_0 * lane_tile);
  }
  Band band(const Readings& of, std::size_t lane) const noexcept {
    Band band{static_cast<double>(first) * step_hz, step_hz, {}};
    for (std::size_t m = 0; m < moment_count; ++m) band.moments[m] = of.moments[m * lane_tile + lane];
    const HalfPowerTile& half = of.half_power;
    if (band.moments[moment_0] > 0.0)
      band.median_hz = band.hz(half.bin[lane]) - 0.5 * step_hz + step_hz * half.missing[lane] / half.density[lane];
    return band;
  }
};

Spectrum::Spectrum(std::size_t window, double rate_hz, double low_hz, double high_hz) {
  const std::size_t n = math::largest_7_smooth(window);
  if (n < 8)
    throw std::invalid_argument("features.spectrum_window_ms: " + std::to_string(window) +
                                " samples at this rate, at least 8 are needed");
  state_ = std::make_unique<State>(n);
  State& s = *state_;
  s.step_hz = rate_hz / static_cast<double>(n);
  const double top_hz = std::min(high_hz, 0.45 * rate_hz);
  const auto frequency = [&](std::size_t k) { return static_cast<double>(k) * s.step_hz; };
  while (frequency(s.first) < low_hz && s.first <= n / 2) ++s.first;
  while (s.first + s.bins <= n / 2 && frequency(s.first + s.bins) <= top_hz) ++s.bins;
  if (s.bins == 0)
    throw std::invalid_argument("features.band_low_hz = " + std::to_string(low_hz) + ": the band ends at " +
                                std::to_string(top_hz) + " Hz at this rate and holds no bin");
  s.window = math::hann(n);
  double energy = 0.0;
  for (const double w : s.window) energy += w * w;
  for (std::size_t k = s.first; k < s.first + s.bins; ++k) {
    const double f = frequency(k);
    s.factor.push_back((k == 0 || 2 * k == n ? 1.0 : 2.0) / (rate_hz * energy));
    for (const double part : math::Transform::root(k, n)) s.turns.push_back(part);
    for (const double weight : {1.0, f, f * f, f * f * f * f * f, f > 0.0 ? 1.0 / f : 0.0}) s.weights.push_back(weight);
  }
  s.a.assign(s.values() * 2 * lane_tile, 0.0);
  s.b.assign(s.a.size(), 0.0);
  s.tile.assign(s.bins * lane_tile, 0.0);
  s.density.assign(s.bins, 0.0);
  s.given.assign(s.tile.size(), 0.0);

  s.cut(&State::sum, n, rows_at_once);
  for (std::size_t i = 0; i < s.transform.passes().size(); ++i) {
    const std::size_t radix = s.transform.passes()[i].radix;
    s.cut(i == 0 ? &State::tapered_pass : &State::pass, s.values() / radix, values_at_once / radix, i);
  }
  s.cut(&State::power, s.bins, bins_at_once);
  s.cut(&State::sum_up, s.bins, s.bins);
  s.cut(&State::halve, s.bins, s.bins);
}

Spectrum::~Spectrum() = default;

std::size_t Spectrum::samples() const noexcept { return state_->n; }
std::size_t Spectrum::bins() const noexcept { return state_->bins; }
std::size_t Spectrum::pieces() const noexcept { return state_->pieces.size(); }

void Spectrum::piece(std::size_t number, const History& history, std::uint64_t end, std::size_t tile) noexcept {
  const State::Piece& p = state_->pieces[number];
  (state_.get()->*p.work)(p, {&history, end, tile});
}

Band Spectrum::band(std::size_t lane) const noexcept { return state_->band(state_->readings, lane); }
const double* Spectrum::densities() const noexcept { return state_->tile.data(); }

std::span<const double> Spectrum::density(std::size_t lane) noexcept {
  State& s = *state_;
  for (std::size_t i = 0; i < s.bins; ++i) s.density[i] = s.tile[i * lane_tile + lane];
  return s.density;
}

Band Spectrum::band(std::span<const double> x) {
  History alone(samples(), lane_tile);
  constexpr std::array<std::uint8_t, lane_tile> valid{1};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::array<double, lane_tile> row{x[i]};
    alone.put(i, 1, row.data(), valid.data());
  }
  for (std::size_t i = 0; i < pieces(); ++i) piece(i, alone, samples(), 0);
  return band(std::size_t{0});
}

Band Spectrum::band_of(std::span<const double> density) noexcept {
  State& s = *state_;
  for (std::size_t i = 0; i < s.bins; ++i) s.given[i * lane_tile] = density[i];
  Readings read;
  s.k.moments(read.moments.data(), s.given.data(), s.bins, s.weights.data());
  s.k.half_power(read.half_power, s.given.data(), s.bins, read.moments.data() + moment_0 * lane_tile);
  return s.band(read, 0);
}

double power_uv2(const Band& band) { return band.moments[moment_0] * band.step_hz; }

double mean_frequency_hz(const Band& band) {
  return band.moments[moment_0] > 0.0 ? band.moments[moment_1] / band.moments[moment_0] : nan;
}

double finsm5(const Band& band) {
  return band.moments[moment_5] > 0.0 ? band.moments[moment_inverse] / band.moments[moment_5] : nan;
}

double moment_ratio(const Band& band) {
  return band.moments[moment_2] > 0.0 ? band.moments[moment_inverse] / band.moments[moment_2] : nan;
}

double deformation(const Band& band) {
  const Moments& m = band.moments;
  return m[moment_1] > 0.0 ? std::sqrt(m[moment_0] * m[moment_2]) / m[moment_1] : nan;
}

}  // namespace myod::dsp
