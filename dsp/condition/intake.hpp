// The converter's end of the line: raw counts in, microvolt and a flag per sample out. A sample that is no number is
// missing; one within 2 % of half the range from a rail is railed. Does the converter still say something new? A sample
// is stuck when its code repeats for longer than the channel's own noise would ever do: P(run) < 1e-9, at least 10 ms
// and 16 samples (dsp-spec 2.1, 0b.4). How often a code repeats by itself is measured: the largest share of repeats
// over blocks of at least 1 s, made of runs that have ended and were not stuck. Until there is a block nothing is
// called stuck. A coarse converter on a quiet muscle repeats one code for long: that is learned, and no defect; whether
// it is a signal is another question (the step).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dsp/kernels/kernels.hpp"
#include "dsp/stream.hpp"

namespace myod::dsp {

class Intake {
 public:
  /// `channels`: the stream channel of each lane.
  Intake(const Stream& stream, std::vector<std::size_t> channels, std::size_t lanes);

  /// `raw`: rows x stream channels. `y`, `flags`: rows x lanes, written; a missing sample is 0. True when all are good.
  bool run(const double* raw, std::size_t rows, double* y, std::uint8_t* flags) noexcept;

  /// Samples are missing here: a run of repeats ends, nobody knows when.
  void restart() noexcept;

  /// The converter's step in uV: the smallest difference between neighbours seen, whatever the scale says of a count.
  /// Infinite while every sample was the same.
  double step_uv(std::size_t lane) const noexcept {
    return tiles_[lane / lane_tile].converter.step[lane % lane_tile] * uv_per_count_[lane];
  }

 private:
  struct Tile {
    ConverterTile converter;
    double repeats[lane_tile] = {};  // the largest share
    std::size_t room = 0;            // so many rows at least fill no block
  };
  struct Source {
    const double* raw;
    std::size_t step;  // values from row to row
  };
  Source source(std::size_t tile, const double* raw, std::size_t rows, double* y) const noexcept;
  std::size_t room(const ConverterTile& converter) const noexcept;
  void close_blocks(Tile& tile) const noexcept;

  const Kernels& kernels_ = kernels();
  std::size_t width_, lanes_;
  double block_, least_;               // samples
  std::vector<std::size_t> channels_;  // of the stream, per lane in use
  bool adjoining_;                     // they are neighbours in the stream
  std::vector<double> uv_per_count_;
  std::vector<Tile> tiles_;
};

}  // namespace myod::dsp
