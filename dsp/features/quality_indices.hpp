// How clean a second of surface EMG is, of the lanes of a tile at once, read from their power densities before the
// recursive filters, mean removed: a high-pass would make SM trivially perfect. NaN where nothing can be said.
//
// SM, SN, DP and Omega: Sinderby, Lindstrom, Grassino 1995, J Appl Physiol 79:1803-1815 ("Automatic assessment of
// electromyogram quality"), as dsp-spec 2.11 states them. Neither the formulas' details nor the limits of acceptance
// below were read in that paper: unverified.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <vector>

#include "dsp/features/spectrum.hpp"
#include "dsp/kernels/kernels.hpp"

namespace myod::dsp {

/// SM and DP are shown and gate nothing; SN and Omega do, while the muscle works (dsp-spec 2.11). All recalled.
inline constexpr double least_sn_db = 15.0, most_omega = 1.4;
/// Below this rate the upper fifth of the spectrum is the muscle's own, and SN says nothing of noise (own choice).
inline constexpr double least_sn_rate_hz = 1500.0;
/// Hum disturbs where the muscle stands less than 9 dB above it (CleanEMG 2011, abstract; dsp-spec 2.11).
inline constexpr double most_mains_db = -9.0;

struct QualityIndices {
  double sm_db = std::numeric_limits<double>::quiet_NaN();  ///< all power over that of motion below 20 Hz
  double sn_db = std::numeric_limits<double>::quiet_NaN();  ///< all power over noise of the upper fifth's density
  double dp_db = std::numeric_limits<double>::quiet_NaN();  ///< highest over lowest density, 13-point means, 35..600 Hz
  double omega = std::numeric_limits<double>::quiet_NaN();  ///< sqrt(M2 / M0) over M1 / M0
};

/// Power of a mains line and of everything else in a band, uV^2. Both can be summed over several windows.
struct MainsPower {
  double line = 0.0, rest = 0.0;
};

/// Line over rest. -40: none can be seen, or it is smaller.
double mains_ratio_db(const MainsPower& power) noexcept;

class QualityReader {
 public:
  /// Of `raw`: all bins but that of 0 Hz, up to 0.45 of the rate. The lines are looked for at these frequencies, all
  /// else in low_hz .. high_hz.
  QualityReader(const Spectrum& raw, double low_hz, double high_hz, std::array<double, 2> lines_hz);

  /// The tile whose pieces `raw` has done, in so many pieces of about half a microsecond, to be done in order.
  std::size_t pieces() const noexcept { return pieces_.size(); }
  void piece(std::size_t number, const Spectrum& raw) noexcept;

  /// Of a lane of that tile. Motion is what stands below 20 Hz above the straight line from (0 Hz, 0) to the highest
  /// 13-point mean above 35 Hz; without any, sm_db is NaN.
  QualityIndices indices(std::size_t lane) const noexcept;
  /// Of a line: what stands within 2 bins of it above a floor interpolated from 3..6 Hz beside it. NaN where the
  /// spectrum ends before that.
  MainsPower mains(std::size_t lane, std::size_t line) const noexcept;

 private:
  using PerLane = std::array<double, lane_tile>;
  struct Range {
    std::size_t from = 0, to = 0;  // bins
    std::size_t size() const noexcept { return to - from; }
  };
  enum Sum : std::size_t { noise, band, line, floor = line + 2, sum_count = floor + 2 };  // line and floor: two each
  struct Summand {
    Sum into;
    Range bins;
  };
  struct Piece {
    void (QualityReader::*work)(Range bins, const Spectrum& raw) noexcept;
    Range bins;
  };

  Range range(double low_hz, double high_hz) const;
  void cut(void (QualityReader::*work)(Range, const Spectrum&) noexcept, Range bins);
  void sum_up(Range bins, const Spectrum& raw) noexcept;
  void look_for_drop(Range bins, const Spectrum& raw) noexcept;
  void look_for_peak(Range bins, const Spectrum& raw) noexcept;
  void stand_above(Range bins, const Spectrum& raw) noexcept;

  const Kernels& kernels_ = kernels();
  Band axis_;  // its frequencies
  std::size_t bins_;
  std::vector<Piece> pieces_;
  std::vector<Summand> summands_;
  std::array<double, sum_count> in_sum_{};  // bins
  std::array<bool, 2> line_seen_{};
  std::size_t peak_from_, motion_to_;

  std::array<TileSum, sum_count> sums_{};
  ExtremesTile extremes_;            // bins from peak_from_ on
  PerLane drop_from_{}, drop_to_{};  // highest and lowest sums up to 600 Hz
  PerLane motion_{};
  std::array<Band, lane_tile> bands_{};
};

}  // namespace myod::dsp
