#include "dsp/condition/mains_detector.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "dsp/condition/stage.hpp"
#include "dsp/kernels/kernels.hpp"
#include "dsp/math/math.hpp"
#include "dsp/math/spectral.hpp"

namespace myod::dsp {
namespace {

constexpr double look_s = 4.0, centre_hz = 55.0, line_hz = 1.0, floor_from_hz = 2.0, floor_to_hz = 6.0;
constexpr double ln2 = 0.6931471805599453;  // a median of chi2(2) over its mean
constexpr double least_rate_hz = 150.0;     // 66 Hz and its image must stay apart
constexpr auto no_pass = ~std::size_t{0};   // a piece before the passes

/// e^(-i 2 pi x), x in turns.
std::pair<double, double> turned(double x) {
  const double fraction = x - std::floor(x);
  return {math::cos(2.0 * math::pi * fraction), -math::sin(2.0 * math::pi * fraction)};
}

}  // namespace

bool MainsDetector::works(double rate_hz) { return rate_hz >= least_rate_hz; }

MainsDetector::MainsDetector(double rate_hz, double pinned_hz, std::size_t channels, std::size_t lanes)
    : channels_(channels), lanes_(lanes), transform_(2 * points) {
  const double samples = look_s * rate_hz;
  decimation_ = static_cast<std::size_t>(std::ceil(samples / static_cast<double>(points)));
  const double reduced_hz = rate_hz / static_cast<double>(decimation_);
  window_ = std::min(points, static_cast<std::size_t>(look_s * reduced_hz));
  step_hz_ = reduced_hz / static_cast<double>(points);
  for (std::size_t k = 0; k < window_; k += values_at_once)
    pieces_.push_back({no_pass, k, std::min(k + values_at_once, window_)});
  for (std::size_t i = 0; i < transform_.passes().size(); ++i) {
    const std::size_t radix = transform_.passes()[i].radix, all = points / radix, most = values_at_once / radix;
    for (std::size_t k = 0; k < all; k += most) pieces_.push_back({i, k, std::min(k + most, all)});
  }
  // The pieces of all tiles must be done before the ring comes round.
  rows_ = window_ + (pieces_.size() + lane_tile) * (lanes_ / lane_tile) / decimation_ + 2;
  nominal_ = pinned_hz > 0.0 ? std::vector{pinned_hz} : std::vector{50.0, 60.0};
  for (std::size_t i = 0; i < decimation_; ++i) {
    const auto [c, s] = turned(centre_hz / rate_hz * static_cast<double>(i));
    mix_.insert(mix_.end(), {c, s});
  }
  const auto hann = math::hann(window_);
  double squares = 0.0;
  for (std::size_t k = 0; k < window_; ++k) {
    const auto [c, s] = turned(centre_hz / reduced_hz * static_cast<double>(k));
    turn_.insert(turn_.end(), {c * hann[k], s * hann[k]});
    squares += hann[k] * hann[k];
  }
  // One-sided density: the sums are decimation_ times the mean, and the other half of the power lies at -f.
  scale_ = 2.0 / (squares * reduced_hz * static_cast<double>(decimation_) * static_cast<double>(decimation_));
  sums_.assign(3 * lanes_, 0.0);
  collected_.assign(rows_ * 2 * lanes_, 0.0);
  power_.assign(lanes_, 0.0);
  total_.assign(lanes_, 0.0);
  bad_.assign(channels_, 0);
  spoiled_.assign(channels_, 0);
  for (auto& s : spectrum_) s.assign(points * 2 * lane_tile, 0.0);
  floor_.reserve(points);
  working_ = channels_;
}

void MainsDetector::restart() noexcept {
  std::fill(sums_.begin(), sums_.end(), 0.0);
  std::fill(power_.begin(), power_.end(), 0.0);
  std::fill(bad_.begin(), bad_.end(), std::uint8_t{0});
  begin_ = (begin_ + at_) % rows_;
  phase_ = at_ = 0;
}

std::size_t MainsDetector::stride() const noexcept { return working_ < channels_ ? 1 : decimation_ - phase_; }

bool MainsDetector::push(const double* y, const std::uint8_t* flags, std::size_t rows) noexcept {
  kernels_.mix(sums_.data(), y, rows, lanes_, mix_.data() + 2 * phase_);
  for (std::size_t i = all_good(flags, rows * lanes_) ? rows : 0; i < rows; ++i)
    for (std::size_t c = 0; c < channels_; ++c) bad_[c] |= flags[i * lanes_ + c];
  phase_ += rows;
  const bool decided = working_ < channels_ && work();
  if (phase_ == decimation_) decimate();
  return decided;
}

void MainsDetector::decimate() noexcept {
  for (std::size_t tile = 0; tile < lanes_ / lane_tile; ++tile) {
    double* row = collected_.data() + (tile * rows_ + (begin_ + at_) % rows_) * 2 * lane_tile;
    std::copy_n(sums_.data() + tile * lane_tile, lane_tile, row);
    std::copy_n(sums_.data() + lanes_ + tile * lane_tile, lane_tile, row + lane_tile);
  }
  for (std::size_t c = 0; c < lanes_; ++c) power_[c] += sums_[2 * lanes_ + c];
  std::fill(sums_.begin(), sums_.end(), 0.0);
  phase_ = 0;
  if (++at_ < window_) return;
  const double samples = static_cast<double>(window_ * decimation_);
  for (std::size_t c = 0; c < channels_; ++c) {
    total_[c] = power_[c] / samples;
    spoiled_[c] = bad_[c];
  }
  looked_row_ = begin_;
  working_ = step_ = 0;
  restart();
}

/// One piece of the tile whose turn it is, or the verdict on one of its lanes: true when look() is new.
bool MainsDetector::work() noexcept {
  if (step_ < pieces_.size()) {
    const Piece& p = pieces_[step_++];
    if (p.pass == no_pass) {
      mix(p);
    } else {
      kernels_.transform_pass(spectrum_[(p.pass + 1) % 2].data(), spectrum_[p.pass % 2].data(),
                              transform_.passes()[p.pass], p.from, p.to);
    }
    return false;
  }
  judge();
  done_lane_ = working_++;
  if (working_ % lane_tile == 0) step_ = 0;
  return true;
}

/// The decimated samples of the look, mixed with the same phase wherever it began, and windowed.
void MainsDetector::mix(const Piece& p) noexcept {
  std::vector<double>& out = spectrum_.front();
  if (p.from == 0) std::fill(out.begin() + static_cast<std::ptrdiff_t>(window_ * 2 * lane_tile), out.end(), 0.0);
  const double* ring = collected_.data() + working_ / lane_tile * rows_ * 2 * lane_tile;
  for (std::size_t k = p.from; k < p.to;) {
    const std::size_t row = (looked_row_ + k) % rows_, n = std::min(p.to - k, rows_ - row);
    kernels_.turn(out.data() + k * 2 * lane_tile, ring + row * 2 * lane_tile, n, turn_.data() + 2 * k);
    k += n;
  }
}

std::size_t MainsDetector::bin(double hz) const noexcept {
  const auto k = static_cast<std::int64_t>(std::ceil((hz - centre_hz) / step_hz_ - 1e-9));
  return static_cast<std::size_t>(k + static_cast<std::int64_t>(points)) % points;
}

double MainsDetector::density(double hz) const noexcept {
  const std::vector<double>& spectrum = spectrum_[transform_.passes().size() % 2];
  const double* z = spectrum.data() + bin(hz) * 2 * lane_tile + working_ % lane_tile;
  return (z[0] * z[0] + z[lane_tile] * z[lane_tile]) * scale_;
}

void MainsDetector::judge() noexcept {
  look_ = {};
  look_.valid = spoiled_[working_] == 0;
  for (const double nominal : nominal_) {
    double peak = 0.0, at = nominal, line = 0.0;
    const auto steps = static_cast<int>(line_hz / step_hz_);
    for (int k = -steps; k <= steps; ++k) {
      const double hz = nominal + k * step_hz_, p = density(hz);
      if (p > peak) peak = p, at = hz;
      line += p;
    }
    floor_.clear();
    double off = floor_from_hz;
    while (off <= floor_to_hz) {
      floor_.push_back(density(nominal - off));
      floor_.push_back(density(nominal + off));
      off += step_hz_;
    }
    const auto middle = floor_.begin() + static_cast<std::ptrdiff_t>(floor_.size() / 2);
    std::nth_element(floor_.begin(), middle, floor_.end());
    const double floor = *middle / ln2;
    const double score = floor > 0.0 ? peak / floor : 0.0;
    if (!(score > look_.score)) continue;
    // The parabola through the logarithms of the highest bin and its neighbours; exact for a Gaussian, and within
    // 0.02 Hz for this window.
    const double before = math::log(density(at - step_hz_)), top = math::log(peak),
                 after = math::log(density(at + step_hz_));
    const double bend = before - 2.0 * top + after;
    const double offset = bend < 0.0 ? std::clamp(0.5 * (before - after) / bend, -0.5, 0.5) : 0.0;
    const double on_bin = centre_hz + step_hz_ * std::ceil((at - centre_hz) / step_hz_ - 1e-9);
    const double line_power = (line - floor * static_cast<double>(2 * steps + 1)) * step_hz_;
    look_.hz = on_bin + offset * step_hz_;
    look_.nominal = nominal;
    look_.score = score;
    look_.emg_db = line_power > 0.0 ? 10.0 * math::log10(std::max(0.0, total_[working_] / line_power - 1.0))
                                    : std::numeric_limits<double>::infinity();
  }
}

}  // namespace myod::dsp
