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

/// e^(-i 2 pi x), x in turns.
std::pair<double, double> turned(double x) {
  const double fraction = x - std::floor(x);
  return {math::cos(2.0 * math::pi * fraction), -math::sin(2.0 * math::pi * fraction)};
}

}  // namespace

bool MainsDetector::works(double rate_hz) { return rate_hz >= least_rate_hz; }

MainsDetector::MainsDetector(double rate_hz, double pinned_hz, std::size_t channels, std::size_t lanes)
    : channels_(channels), lanes_(lanes) {
  const double samples = look_s * rate_hz;
  decimation_ = static_cast<std::size_t>(std::ceil(samples / static_cast<double>(points)));
  const double reduced_hz = rate_hz / static_cast<double>(decimation_);
  window_ = std::min(points, static_cast<std::size_t>(look_s * reduced_hz));
  step_hz_ = reduced_hz / static_cast<double>(points);
  // The steps of all lanes must end before the ring comes round.
  rows_ = window_ + (log2_points + 2) * channels_ / decimation_ + 2;
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
  for (std::size_t k = 0; k < points / 2; ++k) {
    const auto [c, s] = turned(static_cast<double>(k) / static_cast<double>(points));
    twiddle_.insert(twiddle_.end(), {c, s});
  }
  // One-sided density: the sums are decimation_ times the mean, and the other half of the power lies at -f.
  scale_ = 2.0 / (squares * reduced_hz * static_cast<double>(decimation_) * static_cast<double>(decimation_));
  sums_.assign(3 * lanes_, 0.0);
  collected_.assign(rows_ * 2 * lanes_, 0.0);
  power_.assign(lanes_, 0.0);
  total_.assign(lanes_, 0.0);
  bad_.assign(channels_, 0);
  spoiled_.assign(channels_, 0);
  spectrum_.assign(2 * points, 0.0);
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
  for (std::size_t first = 0; first < lanes_; first += lane_tile) {
    double re[lane_tile], im[lane_tile], square[lane_tile];
    for (std::size_t t = 0; t < lane_tile; ++t) {
      re[t] = sums_[first + t];
      im[t] = sums_[lanes_ + first + t];
      square[t] = sums_[2 * lanes_ + first + t];
    }
    const double* row = y + first;
    const double* mix = mix_.data() + 2 * phase_;
    for (std::size_t i = 0; i < rows; ++i, row += lanes_, mix += 2)
      for (std::size_t t = 0; t < lane_tile; ++t) {
        re[t] += row[t] * mix[0];
        im[t] += row[t] * mix[1];
        square[t] += row[t] * row[t];
      }
    for (std::size_t t = 0; t < lane_tile; ++t) {
      sums_[first + t] = re[t];
      sums_[lanes_ + first + t] = im[t];
      sums_[2 * lanes_ + first + t] = square[t];
    }
  }
  for (std::size_t i = 0; i < rows; ++i, flags += lanes_)
    for (std::size_t c = 0; c < channels_; ++c) bad_[c] |= flags[c];
  phase_ += rows;
  const bool decided = working_ < channels_ && work();
  if (phase_ == decimation_) decimate();
  return decided;
}

void MainsDetector::decimate() noexcept {
  double* row = collected_.data() + (begin_ + at_) % rows_ * 2 * lanes_;
  std::copy_n(sums_.begin(), 2 * lanes_, row);
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

/// One step of the lane whose turn it is; true when it was the last and look() is new.
bool MainsDetector::work() noexcept {
  if (step_ == 0)
    load();
  else if (step_ <= log2_points)
    butterflies(step_ - 1);
  else
    judge();
  if (++step_ < log2_points + 2) return false;
  step_ = 0;
  done_lane_ = working_++;
  return true;
}

void MainsDetector::load() noexcept {
  std::fill(spectrum_.begin(), spectrum_.end(), 0.0);
  for (std::size_t k = 0; k < window_; ++k) {
    const double* row = collected_.data() + (looked_row_ + k) % rows_ * 2 * lanes_;
    const double re = row[working_], im = row[lanes_ + working_], c = turn_[2 * k], s = turn_[2 * k + 1];
    std::size_t place = 0;  // bit-reversed
    for (std::size_t b = 0; b < log2_points; ++b) place |= (k >> b & 1U) << (log2_points - 1 - b);
    spectrum_[2 * place] = re * c - im * s;
    spectrum_[2 * place + 1] = re * s + im * c;
  }
}

/// Stage `stage` of the radix-2 transform, in place.
void MainsDetector::butterflies(std::size_t stage) noexcept {
  const std::size_t half = std::size_t{1} << stage, stride = points / (2 * half);
  for (std::size_t first = 0; first < points; first += 2 * half)
    for (std::size_t k = 0; k < half; ++k) {
      double* a = spectrum_.data() + 2 * (first + k);
      double* b = a + 2 * half;
      const double c = twiddle_[2 * k * stride], s = twiddle_[2 * k * stride + 1];
      const double re = b[0] * c - b[1] * s, im = b[0] * s + b[1] * c;
      b[0] = a[0] - re, b[1] = a[1] - im;
      a[0] += re, a[1] += im;
    }
}

std::size_t MainsDetector::bin(double hz) const noexcept {
  const auto k = static_cast<std::int64_t>(std::ceil((hz - centre_hz) / step_hz_ - 1e-9));
  return static_cast<std::size_t>(k + static_cast<std::int64_t>(points)) % points;
}

double MainsDetector::density(double hz) const noexcept {
  const double* z = spectrum_.data() + 2 * bin(hz);
  return (z[0] * z[0] + z[1] * z[1]) * scale_;
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
