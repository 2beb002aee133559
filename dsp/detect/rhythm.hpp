// Do the muscles of a tile of lanes burst in the rhythm of clonus, 4-8 Hz? Fed with the linear envelopes without
// overshoot (Bessel, 10 Hz) at every 20 ms hop; causal. Pure, no allocation after construction.
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
#include <vector>

#include "dsp/kernels/kernels.hpp"

namespace myod::dsp {

inline constexpr double rhythm_hop_ms = 20.0;

struct Rhythm {
  double hz = 0.0;
  double start_s = 0.0;    ///< the first burst of the first window that agreed, envelope's delay subtracted
  double decided_s = 0.0;  ///< end of the last one
};

class RhythmDetector {
 public:
  using PerLane = std::array<double, lane_tile>;

  /// `turn`: at which of five hops it looks, so that not every tile looks at once.
  explicit RhythmDetector(std::size_t turn);

  /// One hop that ends at t_s; tell(lane, rhythm) for what is news. An unknown envelope (NaN) forgets the lane's
  /// window; while rest is not known (NaN) nothing is told.
  template <typename F>
  void push(double t_s, const PerLane& envelope_uv, const PerLane& rest_uv, F tell) noexcept {
    keep(envelope_uv);
    if (hops_ % hops_per_look != turn_) return;
    compare(rest_uv);
    for (std::size_t lane = 0; lane < lane_tile; ++lane)
      if (const auto found = look(lane, t_s)) tell(lane, *found);
  }

  /// An episode was told and is not over. Another detector goes on from there.
  bool under_way(std::size_t lane) const noexcept { return lanes_[lane].under_way; }
  void plant(std::size_t lane, bool under_way) noexcept { lanes_[lane].under_way = under_way; }

 private:
  static constexpr std::size_t hops_per_look = 5, window = 75, shortest = 3, longest = 25;
  static constexpr std::size_t lags_of_halves = longest / 2 + 2, lags = longest + 2, lags_of_doubles = 2 * longest + 3;

  struct Lane {
    std::size_t filled = 0, looks_with = 0, looks_without = 0;
    double start_s = 0.0;
    bool judged = false, varies = false;  // with this look: anything is known; it may have a rhythm
    bool under_way = false;
  };

  void keep(const PerLane& envelope_uv) noexcept;
  void compare(const PerLane& rest_uv) noexcept;
  std::optional<Rhythm> look(std::size_t lane, double t_s) noexcept;
  double period(std::size_t lane) noexcept;
  double correlation(std::size_t lane, double lag) const noexcept;
  double first_burst(std::size_t lane) const noexcept;
  const double* newest() const noexcept { return kept_.data() + (end_ - window) * lane_tile; }

  const Kernels& kernels_ = kernels();
  std::size_t turn_, hops_ = 0;
  std::vector<double> kept_;  // rows of the tile; those before end_ are the newest
  std::size_t end_ = window;
  std::vector<double> level_, ones_;  // the window without its mean; as many ones
  std::vector<double> squares_;       // of the correlations with their signs, a row per lag
  std::size_t known_lags_ = 0;        // rows of it
  std::array<Lane, lane_tile> lanes_{};
};

}  // namespace myod::dsp
