// Does the muscle burst in the rhythm of clonus, 4-8 Hz? Fed with the linear envelope without overshoot (Bessel, 10 Hz)
// at every 20 ms hop; causal. One object per channel, pure, no allocation after construction.
//
// Every 100 ms the autocorrelation of the newest 1.5 s is looked at (mean removed, each lag over the energies of its
// two parts). There is a rhythm when some lag of 60..500 ms is a peak of at least 0.6, its half below 0 and its third
// below 0.3 (one burst a period: without these a tremor of 10 Hz would read 5, of 12 Hz 4), its double at least 0.35;
// when the envelope varies by 35 % of its mean or more (a voluntary effort varies by a quarter, by chance); and when
// its mean is at least twice that of rest. It is clonus from 3.75 to 8.5 Hz, as lags are steps of 20 ms. An episode is
// told once, when six looks in a row agree, and is over after 2 s without it. The numbers are ours, chosen on simulated
// muscles. A motor unit that fires alone at 4-8 Hz can look alike: a simulated muscle with five units left raised 6
// episodes in 300 min of efforts, a healthy one none.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

namespace myod::dsp {

inline constexpr double rhythm_hop_ms = 20.0;

struct Rhythm {
  double hz = 0.0;
  double start_s = 0.0;    ///< the first burst of the first window that agreed, envelope's delay subtracted
  double decided_s = 0.0;  ///< end of the last one
};

class RhythmDetector {
 public:
  /// `turn`: at which of five hops it looks, so that not every channel looks at once.
  explicit RhythmDetector(std::size_t turn) : turn_(turn % hops_per_look) {}

  /// One hop that ends at t_s. An unknown envelope (NaN) forgets the window; while rest is not known nothing is told.
  std::optional<Rhythm> push(double t_s, double envelope_uv, double rest_uv) noexcept;

  /// An episode was told and is not over. Another detector goes on from there.
  bool under_way() const noexcept { return under_way_; }
  void plant(bool under_way) noexcept { under_way_ = under_way; }

 private:
  static constexpr std::size_t hops_per_look = 5, window = 75, shortest = 3, longest = 25;

  using Window = std::array<double, window>;
  Window in_order() const noexcept;

  std::size_t turn_, hops_ = 0, filled_ = 0, looks_with_ = 0, looks_without_ = 0;
  Window newest_{};  // a ring
  double start_s_ = 0.0;
  bool under_way_ = false;
};

}  // namespace myod::dsp
