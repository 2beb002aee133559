// Conduction velocity under the electrode arrays of a stream, once per spectrum frame: conditioned samples of the same
// window in, a velocity for the first channel of each array out. A window in which any channel of the array misses a
// sample says nothing. Done in small pieces on the samples that follow, as spectra are; no allocation after
// construction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dsp/features/conduction_velocity.hpp"
#include "dsp/features/windows.hpp"
#include "dsp/stream.hpp"

namespace myod::dsp {

/// Below it a velocity is told as limited (dsp-spec section 1).
inline constexpr double velocity_rate_hz = 2048.0;

class ArrayVelocities {
 public:
  /// `channel_of_lane`: the stream's EMG channels. At rates below least_rate_hz nothing is estimated. Throws
  /// std::invalid_argument for an array that cannot be.
  ArrayVelocities(const Stream& stream, std::span<const std::size_t> channel_of_lane, std::size_t window,
                  double least_rate_hz);

  /// The window that ends there; `valid` counts its good samples.
  void begin(std::uint64_t end, const MovingCount& valid) noexcept;
  /// Of all arrays, so many pieces in order.
  std::size_t pieces() const noexcept { return pieces_; }
  void piece(std::size_t number, const History& history) noexcept;

  std::size_t size() const noexcept { return arrays_.size(); }  ///< arrays
  /// Of a stream's EMG channels, in the order of the electrodes.
  std::span<const std::size_t> lanes(std::size_t array) const noexcept { return arrays_[array].lanes; }
  /// Once all pieces are done; nothing known where a sample of the window was missing.
  const ConductionVelocity& velocity(std::size_t array) const noexcept { return arrays_[array].velocity; }

 private:
  struct Array {
    std::vector<std::size_t> lanes;  // in the order of the electrodes
    std::size_t differences;
    std::vector<double> gathered;  // lanes x samples
    VelocityEstimator estimator;
    bool whole = false;
    ConductionVelocity velocity{};
    std::size_t pieces() const noexcept { return lanes.size() + 1 + estimator.pieces(); }
  };
  void gather(Array& array, std::size_t which, const History& history) const noexcept;

  std::size_t samples_, pieces_ = 0;
  std::uint64_t end_ = 0;
  std::vector<Array> arrays_;
};

}  // namespace myod::dsp
