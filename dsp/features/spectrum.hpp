// One-sided power density of a window (periodic Hann, mean removed, as scipy.signal.periodogram) and the numbers read
// from it in the band of dsp-spec 2.9. A mixed-radix transform of our own over a tile of lanes at once, in double and
// in the same order of operations for every instruction set, so that every CPU gives the same bits. FFTW is its oracle.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>

#include "dsp/features/windows.hpp"
#include "dsp/kernels/kernels.hpp"

namespace myod::dsp {

/// Sums over the band: of P, P f, P f^2, P f^5 and P / f.
enum Moment : std::uint8_t { moment_0, moment_1, moment_2, moment_5, moment_inverse };
using Moments = std::array<double, moment_count>;

/// What is read from the power density (uV^2/Hz) at the frequencies first_hz, first_hz + step_hz, ...
struct Band {
  double first_hz = 0.0;
  double step_hz = 1.0;
  Moments moments{};
  double median_hz = std::numeric_limits<double>::quiet_NaN();  ///< with interpolation inside the bin
  double hz(double bin) const { return first_hz + bin * step_hz; }
};

class Spectrum {
 public:
  /// Transforms the largest 7-smooth number of samples not above `window`. Not for the dsp thread. Throws
  /// std::invalid_argument when fewer than 8 samples or no bin of the band remain.
  Spectrum(std::size_t window, double rate_hz, double low_hz, double high_hz);
  ~Spectrum();
  Spectrum(const Spectrum&) = delete;
  Spectrum& operator=(const Spectrum&) = delete;

  std::size_t samples() const noexcept;
  std::size_t bins() const noexcept;  ///< in the band

  /// The newest samples() rows before `end` of the tile's lanes, in so many pieces of about half a microsecond, to be
  /// done in order. Missing samples enter as zeros.
  std::size_t pieces() const noexcept;
  void piece(std::size_t number, const History& history, std::uint64_t end, std::size_t tile) noexcept;
  /// Of a lane of the tile whose pieces are done.
  Band band(std::size_t lane) const noexcept;
  /// Likewise: the densities. The view is good until the next call.
  std::span<const double> density(std::size_t lane) noexcept;
  /// Of all its lanes: bins() rows of lane_tile densities.
  const double* densities() const noexcept;

  /// All at once, of one channel, as lane 0: exactly samples(). Not for the dsp thread.
  Band band(std::span<const double> x);
  /// Of `density` (bins() values, e.g. an average) at this transform's frequencies.
  Band band_of(std::span<const double> density) noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// NaN where there is no power.
double power_uv2(const Band& band);  ///< in the band
double mean_frequency_hz(const Band& band);
double finsm5(const Band& band);        ///< sum P/f over sum P f^5 (Dimitrov 2006), Hz^-6
double moment_ratio(const Band& band);  ///< M-1 / M2 of the moments M_k = sum f^k P (Dimitrov 2006), Hz^-3
double deformation(const Band& band);   ///< sqrt(M2 / M0) / (M1 / M0), 1 for a single line (Sinderby 1995)

}  // namespace myod::dsp
