// How fast potentials run along the fibres under a linear electrode array: the delay between neighbouring channels that
// fits all of them best, to a fraction of a sample, and the velocity it means.
//
// Maximum likelihood in the frequency domain: the sum over the channels of the squared difference between each and the
// mean of the others, all shifted by the same delay, is smallest; after Farina, Muhammad, Fortunato, Meste, Merletti
// and Rix 2001 (Med Biol Eng Comput 39:225-236), recalled, not re-read: unverified. That sum is smallest where the
// power of the aligned sum of all channels is largest, which is what is computed. Newton steps from the peak of the
// cross-correlation of neighbours, as openhdemg does (dsp-spec 2.12).
//
// About a multiply-add per sample, channel and bin of the band, in small pieces. No allocation after construction.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace myod::dsp {

inline constexpr std::size_t least_array_channels = 3;
/// What is taken for a conduction velocity: recalled (dsp-spec 2.12), unverified.
inline constexpr double least_velocity_m_per_s = 2.0, most_velocity_m_per_s = 8.0, least_array_correlation = 0.7;

struct ConductionVelocity {
  /// Of a channel behind the one before it, positive where potentials run towards the later channels; NaN without a
  /// signal, or when the search did not settle within 30 steps.
  double delay_samples = std::numeric_limits<double>::quiet_NaN();
  double m_per_s = std::numeric_limits<double>::quiet_NaN();      ///< magnitude; distance over delay
  double correlation = std::numeric_limits<double>::quiet_NaN();  ///< mean of all pairs of channels once aligned, -1..1
  int steps = 0;
  bool accepted = false;  ///< velocity 2..8 m/s and correlation at least 0.7

  /// Positive towards the later channels; NaN unless accepted.
  double directed_m_per_s() const noexcept {
    if (!accepted) return std::numeric_limits<double>::quiet_NaN();
    return delay_samples > 0.0 ? m_per_s : -m_per_s;
  }
};

class VelocityEstimator {
 public:
  /// Of `samples` of `channels` double-differential channels `distance_mm` apart. Throws std::invalid_argument for less
  /// than 3 channels or 16 samples, and for a distance, rate or band that cannot be.
  VelocityEstimator(std::size_t channels, std::size_t samples, double rate_hz, double distance_mm, double low_hz = 20.0,
                    double high_hz = 400.0);

  /// x[channel * samples + i], in the order along the fibre: filled in before the first piece.
  std::span<double> x() noexcept { return x_; }
  /// So many pieces of some ten microseconds each, to be done in order; then there is a result.
  std::size_t pieces() const noexcept;
  void piece(std::size_t number) noexcept;
  const ConductionVelocity& result() const noexcept { return v_; }

  /// All at once, of an x of the same shape.
  ConductionVelocity estimate(std::span<const double> x) noexcept;

 private:
  void transform(std::size_t channel, std::size_t first, std::size_t last) noexcept;
  void match(std::size_t first, std::size_t last) noexcept;
  void start() noexcept;
  void step() noexcept;
  double first_guess() const noexcept;

  std::size_t channels_, samples_, first_bin_, bins_, longest_;
  double rate_hz_, distance_m_;
  std::vector<double> cosine_, sine_;  // of a turn in `samples` steps
  std::vector<double> x_;
  std::vector<double> re_, im_;  // channels x bins
  std::vector<double> match_;    // by lag
  double energy_ = 0.0, delay_ = 0.0;
  bool searching_ = false;
  ConductionVelocity v_;
};

/// x[channel * samples + i], in place: so many times each channel less the next one; the first
/// (channels - times) * samples values remain.
void subtract_neighbours(std::span<double> x, std::size_t samples, std::size_t times) noexcept;

}  // namespace myod::dsp
