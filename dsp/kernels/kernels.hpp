// The inner loops of the pipeline, once per instruction set, as a table of function pointers; every set gives the same
// bits (no contraction, no reassociation). Layout: rows of `lanes` doubles, lane the fastest index; lanes is a multiple
// of lane_tile, the lanes beyond the last channel are padding. Only plain types here: the kernels include no library.
#pragma once

#include <cstddef>
#include <string_view>

namespace myod::dsp {

inline constexpr std::size_t lane_tile = 8;
constexpr std::size_t padded_lanes(std::size_t channels) { return (channels + lane_tile - 1) / lane_tile * lane_tile; }

/// One second-order section with a0 = 1: H(z) = (b0 + b1 z^-1 + b2 z^-2) / (1 + a1 z^-1 + a2 z^-2).
struct Section {
  double b0 = 1.0, b1 = 0.0, b2 = 0.0, a1 = 0.0, a2 = 0.0;
};

struct Kernels {
  const char* name;
  /// y = (y - offset) * scale, per lane, in place: raw counts to the channel's unit.
  void (*scale)(double* y, std::size_t rows, std::size_t lanes, const double* offset, const double* factor);
  /// y = |x|.
  void (*rectify)(double* y, const double* x, std::size_t rows, std::size_t lanes);
  /// Cascade of sections in place, transposed direct form II, in scipy.signal.sosfilt's order of operations.
  /// state: sections x 2 x lanes.
  void (*cascade)(double* y, std::size_t rows, std::size_t lanes, const Section* sections, std::size_t count,
                  double* state);
  /// Moving sum of squares. Per row: sum += now^2 - old^2, fresh += now^2, out = sum.
  void (*sum_squares)(double* out, const double* now, const double* old, std::size_t rows, std::size_t lanes,
                      double* sum, double* fresh);
  /// Moving sum of magnitudes, alike.
  void (*sum_magnitudes)(double* out, const double* now, const double* old, std::size_t rows, std::size_t lanes,
                         double* sum, double* fresh);
};

/// The table for this CPU, or the one MYOD_ISA names (baseline, sse2, avx2, avx512). The choice is made when first
/// asked and stays. Throws std::invalid_argument, naming what there is, for a name unknown or not supported here.
const Kernels& kernels();

/// The table of one instruction set by name; throws likewise.
const Kernels& kernels(std::string_view isa);

/// What this CPU can run, e.g. "baseline, avx2".
std::string_view kernel_names();

}  // namespace myod::dsp
