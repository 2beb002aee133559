// Is there mains hum, at which frequency, and how strong is the muscle beside it? Looks of 4 s that do not overlap
// (dsp-spec 2.4, 0b.5), the same instants for all lanes.
//
// A look is a periodogram of 44..66 Hz with a periodic Hann window. The signal is mixed with 55 Hz and summed over
// `decimation` samples, so a look is at most 512 complex points whatever the rate; what lies beyond half the reduced
// rate folds in with the sinc of that sum, which leaves white noise white and keeps harmonics at least 20 dB down.
// The transform is spread over the samples after the look, one piece of a tile of lanes each, then a lane's verdict.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dsp/kernels/kernels.hpp"
#include "dsp/math/transform.hpp"

namespace myod::dsp {

/// What one look saw on one lane.
struct MainsLook {
  bool valid = false;    ///< no sample of the look was missing, railed or blanked
  double hz = 0.0;       ///< of the highest line within 1 Hz of a nominal frequency, interpolated between bins
  double nominal = 0.0;  ///< 50 or 60, or what was pinned
  double score = 0.0;    ///< that line over the mean noise floor 2..6 Hz beside it
  double emg_db = 0.0;   ///< power of everything else over that of the line; -infinity without a rest
};

inline constexpr double mains_score = 15.0;  ///< a line is one above this

class MainsDetector {
 public:
  /// `pinned_hz` 0: looks for 50 and 60. False from works() where the rate is too low to tell.
  MainsDetector(double rate_hz, double pinned_hz, std::size_t channels, std::size_t lanes);

  static bool works(double rate_hz);

  /// Samples until something may be decided, at least one: push no more at once.
  std::size_t stride() const noexcept;
  /// rows x lanes. True when `lane()` has a new look(); one at most per call.
  bool push(const double* y, const std::uint8_t* flags, std::size_t rows) noexcept;
  std::size_t lane() const noexcept { return done_lane_; }
  const MainsLook& look() const noexcept { return look_; }

  /// The signal was cut: the look begins anew.
  void restart() noexcept;

 private:
  static constexpr std::size_t points = 512, values_at_once = 256;
  struct Piece {  // of the transform of a tile; pass: of its passes, or the mixing before them
    std::size_t pass, from, to;
  };
  void decimate() noexcept;
  bool work() noexcept;
  void mix(const Piece& piece) noexcept;
  void judge() noexcept;
  double density(double hz) const noexcept;  // of the bin at or below hz
  std::size_t bin(double hz) const noexcept;

  const Kernels& kernels_ = kernels();
  std::size_t channels_, lanes_, decimation_, window_, rows_;
  double step_hz_, scale_;
  std::vector<double> nominal_;
  std::vector<double> mix_;        // decimation x 2
  std::vector<double> turn_;       // window x 2: the mixer's phase at each decimated sample, times the Hann window
  std::vector<double> sums_;       // 3 x lanes: real, imaginary, squares of the decimated sample under way
  std::vector<double> collected_;  // tiles x rows x 2 x lane_tile, a ring of decimated samples
  std::vector<double> power_;      // lanes: squares of the look under way
  std::vector<double> total_;      // lanes: mean square of the look that ended
  std::vector<std::uint8_t> bad_, spoiled_;     // lanes: of the look under way, of the one that ended
  std::size_t phase_ = 0, at_ = 0, begin_ = 0;  // sample in the decimated one, decimated sample in the look, its row
  std::size_t looked_row_ = 0, working_ = 0, step_ = 0;  // row where the ended look began; lane and piece of the work
  math::Transform transform_;
  std::vector<Piece> pieces_;
  std::array<std::vector<double>, 2> spectrum_;  // points x 2 x lane_tile, from one to the other and back
  std::vector<double> floor_;                    // bins beside a line
  MainsLook look_;
  std::size_t done_lane_ = 0;
};

}  // namespace myod::dsp
