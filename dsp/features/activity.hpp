// Numbers read from the samples of a window directly (Hudgins 1993, unverified; dsp-spec section 1), of a tile of lanes
// at once. A difference counts only when the samples it is made of are valid.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "dsp/features/windows.hpp"
#include "dsp/kernels/kernels.hpp"

namespace myod::dsp {

/// Of one window of one lane.
struct Activity {
  double crossings = 0.0;      ///< y[i] y[i-1] < 0 and |dy| >= T
  double turns = 0.0;          ///< slope sign changes where either side is at least T
  double steps = 0.0;          ///< |dy| >= T (Willison)
  double length_uv = 0.0;      ///< sum of |dy|
  double magnitudes_uv = 0.0;  ///< sum of |y|
  double squares_uv2 = 0.0;    ///< sum of y^2
  double energies_uv2 = 0.0;   ///< sum of y[n]^2 - y[n-1] y[n+1] (Li 2007)
  double triples = 0.0;        ///< how many those are
};

class ActivityWindow {
 public:
  explicit ActivityWindow(std::size_t samples) : samples_(samples) {}

  /// The samples before `end` of the tile's lanes, in pieces of about half a microsecond, to be done in order.
  std::size_t pieces() const noexcept { return (samples_ + rows_at_once - 1) / rows_at_once; }
  /// `threshold`: T per lane of the tile. `all_valid`: every sample of the window is, in every lane.
  void piece(std::size_t number, const History& history, std::uint64_t end, std::size_t tile,
             const std::array<double, lane_tile>& threshold, bool all_valid) noexcept;
  Activity of(std::size_t lane) const noexcept;

 private:
  static constexpr std::size_t rows_at_once = 128;
  const Kernels& kernels_ = kernels();
  std::size_t samples_;
  ActivityTile sums_;
};

}  // namespace myod::dsp
