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

/// One pass of a Stockham transform of `radix` * `length` * `stride` complex values: a radix of 2 to 7 or 10, `length`
/// groups of `stride` butterflies. twiddles: per group, cos and sin of -2 pi p j / (radix * length), j = 1 .. radix
/// - 1.
struct TransformPass {
  std::size_t radix = 2, length = 1, stride = 1;
  const double* twiddles = nullptr;
};

/// What is counted and summed over a window of a tile of lanes, sample by sample (features/activity.hpp says what it
/// means). Zeros at the start of a window.
struct ActivityTile {
  double last[lane_tile] = {}, before[lane_tile] = {}, last_step[lane_tile] = {}, last_valid[lane_tile] = {},
         step_valid[lane_tile] = {};
  double crossings[lane_tile] = {}, turns[lane_tile] = {}, steps[lane_tile] = {}, length[lane_tile] = {};
  double magnitudes[lane_tile] = {}, squares[lane_tile] = {}, energies[lane_tile] = {}, triples[lane_tile] = {};
};

/// A sum of rows of a tile of lanes: of every fourth one each, as a sum alone would wait for itself.
inline constexpr std::size_t sum_parts = 4;
struct TileSum {
  double parts[sum_parts][lane_tile] = {};
  double of(std::size_t lane) const { return (parts[0][lane] + parts[1][lane]) + (parts[2][lane] + parts[3][lane]); }
};

inline constexpr std::size_t moment_count = 5;
inline constexpr std::size_t envelope_count = 2;

/// Where half of the power of a tile of lanes lies: its bin, what is missing there, and the bin's own.
struct HalfPowerTile {
  double bin[lane_tile] = {}, missing[lane_tile] = {}, density[lane_tile] = {};
};

/// Extremes of a moving sum of a tile of lanes, so far. Infinity: none.
struct ExtremesTile {
  double sum[lane_tile] = {};
  double highest[lane_tile] = {}, highest_row[lane_tile] = {};  ///< of what is above 0, the first; its newest row
  double lowest[lane_tile];
};

/// The activation statistics of a tile of lanes (detect/onset.hpp), after a sample. Indices and counts are whole.
struct OnsetTile {
  double s[lane_tile] = {}, q[lane_tile] = {};
  double zero_index[lane_tile] = {};  ///< n0, or m0 while active
  double since_zero[lane_tile] = {};  ///< valid samples since then
  double active[lane_tile] = {};      ///< 0 or 1
  double variance[lane_tile] = {};    ///< sigma0^2
};

struct OnsetLimits {
  double threshold = 0.0, clip = 0.0;
  double least_samples = 0.0, quiet_samples = 0.0;  ///< since zero: before an onset, before an offset
};

/// What the converters of a tile of lanes are, and what they said so far (condition/intake.hpp). Counts are whole.
struct ConverterTile {
  double low[lane_tile] = {}, high[lane_tile] = {};  ///< rails, in raw counts as offset, last and step
  double offset[lane_tile] = {}, scale[lane_tile] = {};
  double last[lane_tile] = {}, step[lane_tile] = {};
  double run[lane_tile] = {};    ///< samples that were the same, `last` with them; 0: none
  double limit[lane_tile] = {};  ///< from so many on they are stuck
  double block_samples[lane_tile] = {}, block_runs[lane_tile] = {};  ///< of runs that ended and were not stuck
};

struct Kernels {
  const char* name;
  /// Raw counts of a tile of lanes, raw_step values from row to row, to uV: y = (raw - offset) * scale, with a flag
  /// each (condition/flags.hpp): good, railed, missing or stuck. True when all are good. raw may be y.
  bool (*intake)(ConverterTile& converters, double* y, unsigned char* flags, std::size_t rows, std::size_t lanes,
                 const double* raw, std::size_t raw_step);
  /// Cascade of sections in place, transposed direct form II, in scipy.signal.sosfilt's order of operations.
  /// state: sections x 2 x lanes.
  void (*cascade)(double* y, std::size_t rows, std::size_t lanes, const Section* sections, std::size_t count,
                  double* state);
  /// Sections side by side over |y|, each as in cascade; `count`, up to envelope_count. state: count x 2 x lanes; out:
  /// their newest values, count x lanes.
  void (*envelopes)(double* out, const double* y, std::size_t rows, std::size_t lanes, const Section* sections,
                    std::size_t count, double* state);
  /// re += y mix[0], im += y mix[1], squares += y^2; sums: re, im and squares of the lanes, mix: two per row.
  void (*mix)(double* sums, const double* y, std::size_t rows, std::size_t lanes, const double* mix);

  /// sqrt(sum / count) each, 0 for a sum below 0.
  void (*root_means)(double* out, const double* sums, const int* counts, std::size_t lanes);

  // Of a tile: rows of lane_tile doubles. A complex value is a row of real and a row of imaginary parts.
  /// Moving sum of squares. Per row: sum += now^2 - old^2, fresh += now^2, of what is valid: a byte per value each,
  /// null when all are.
  void (*sum_squares)(double* sum, double* fresh, std::size_t rows, const double* now, const double* old,
                      const unsigned char* now_valid, const unsigned char* old_valid);
  /// Moving sum of magnitudes, alike.
  void (*sum_magnitudes)(double* sum, double* fresh, std::size_t rows, const double* now, const double* old,
                         const unsigned char* now_valid, const unsigned char* old_valid);
  /// total += |y| and counted += 1 of what is valid: a byte per value.
  void (*integrate)(double* total, double* counted, const double* y, const unsigned char* valid, std::size_t rows);
  /// Adds the rows first, first + 1, ... of what is summed; in pieces of any length the same.
  void (*sum)(TileSum& total, const double* y, std::size_t rows, std::size_t first);
  /// out[i * out_step] = (y[i] - mean) * window[i].
  void (*taper)(double* out, std::size_t out_step, const double* y, std::size_t rows, const double* mean,
                const double* window);
  /// out = z w of `rows` complex values; w: real and imaginary part, the same for all lanes.
  void (*turn)(double* out, const double* z, std::size_t rows, const double* w);
  /// The butterflies from .. to of radix 1 .. length * stride.
  void (*transform_pass)(double* out, const double* in, const TransformPass& pass, std::size_t from, std::size_t to);
  /// The same of a first pass, whose values are (y - mean) * window of samples where they are kept: `paired`, the even
  /// rows are real and the odd ones imaginary parts, else there are none. in: where the rows of butterfly `from` are,
  /// real and imaginary by turns, for each of its values; those of the next one follow two rows on (one without pairs).
  void (*tapered_pass)(double* out, const double* const* in, bool paired, const TransformPass& pass, std::size_t from,
                       std::size_t to, const double* mean, const double* window);
  /// |X|^2 * factor of `bins` values from `first` on, of a real signal of 2 * length samples whose even samples were
  /// the real and whose odd ones the imaginary parts of z. twiddles: cos and sin of -2 pi k / (2 * length) per bin.
  void (*density_of_pairs)(double* out, const double* z, std::size_t length, std::size_t first, std::size_t bins,
                           const double* twiddles, const double* factor);
  /// The same of a plain transform.
  void (*density)(double* out, const double* z, std::size_t first, std::size_t bins, const double* factor);
  /// out[k] = sum over the bins of density * weights[bin * moment_count + k].
  void (*moments)(double* out, const double* density, std::size_t bins, const double* weights);
  /// Of `rows` rows, more than `lags`. out[0]: sum of squares; out[lag], up to lags - 1: the correlation of the rows
  /// with those `lag` before, squared, with its sign. Each over the energies of its two parts; 0 without.
  void (*autocorrelation)(double* out, const double* y, std::size_t rows, std::size_t lags);
  /// The first bin up to which the densities make half of `total`.
  void (*half_power)(HalfPowerTile& out, const double* density, std::size_t bins, const double* total);
  /// Goes on with the sums of `points` neighbouring rows that end with the rows from .. to of y.
  void (*moving_extremes)(ExtremesTile& so_far, const double* y, std::size_t points, std::size_t from, std::size_t to);
  /// Goes on with the rows of a window; valid: a byte per value, null when all are.
  void (*activity)(ActivityTile& sums, const double* y, const unsigned char* valid, std::size_t rows,
                   const double* threshold);
  /// Goes on with valid samples of lanes whose variance is known. False when nobody's activation changed; else the tile
  /// says nothing: the caller, who kept what it was, goes through these rows one by one. Rows of `lanes`, y at the
  /// tile's first.
  bool (*onset)(OnsetTile& lanes_of_tile, const OnsetLimits& limits, const double* y, double first_index,
                std::size_t rows, std::size_t lanes);
};

/// The table for this CPU, or the one MYOD_ISA names (baseline, sse2, avx2, avx512). The choice is made when first
/// asked and stays. Throws std::invalid_argument, naming what there is, for a name unknown or not supported here.
const Kernels& kernels();

/// The table of one instruction set by name; throws likewise.
const Kernels& kernels(std::string_view isa);

/// What this CPU can run, e.g. "baseline, avx2".
std::string_view kernel_names();

}  // namespace myod::dsp
