// Median frequency of a repetition: the average of the spectra of 0.5 s Hann windows, half overlapping, at absolute hop
// positions, that lie inside the repetition and are valid. When a repetition ended is known only later, so the newest
// spectra are held apart until they are known to lie inside.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dsp/features/spectrum.hpp"

namespace myod::dsp {

inline constexpr double repetition_spectrum_ms = 500.0;
inline constexpr double repetition_spectrum_hop_ms = 250.0;

/// One per lane.
class RepetitionSpectrum {
 public:
  explicit RepetitionSpectrum(std::size_t bins);

  /// The spectrum of a window that ends at `end`, inside the candidate that began at start_s.
  void add(double start_s, std::uint64_t end, std::span<const double> density) noexcept;

  /// The repetition start_s .. end_index is over: its average density; empty when no window lay inside.
  std::span<const double> finish(double start_s, double end_index) noexcept;

 private:
  static constexpr std::size_t held = 8;  // 2 s: longer than any decision takes
  double* slot(std::size_t i) noexcept { return held_.data() + ((first_ + i) % held) * sum_.size(); }
  void release_oldest() noexcept;

  double start_s_ = 0.0;
  std::vector<double> sum_, held_;
  std::array<std::uint64_t, held> ends_{};
  std::size_t first_ = 0, waiting_ = 0, summed_ = 0;
};

}  // namespace myod::dsp
