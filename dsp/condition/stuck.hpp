// Does the converter still say something new? A sample is stuck when its code repeats for longer than the channel's own
// noise would ever do: P(run) < 1e-9, at least 10 ms and 16 samples (dsp-spec 2.1, 0b.4). How often a code repeats by
// itself is measured: the largest share of repeats over blocks of at least 1 s, made of runs that have ended and were
// not stuck. Until there is a block nothing is called stuck. A coarse converter on a quiet muscle repeats one code for
// long: that is learned, and no defect; whether it is a signal is another question (the step).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "dsp/stream.hpp"

namespace myod::dsp {

class Stuck {
 public:
  /// `channels`: the stream channel of each lane.
  Stuck(const Stream& stream, const std::vector<std::size_t>& channels, std::size_t lanes);

  /// `raw`: rows x stream channels. `flags`: rows x lanes; good ones become sample_stuck.
  void mark(const double* raw, std::size_t rows, std::uint8_t* flags) noexcept;

  /// Samples are missing here: a run ends, nobody knows when.
  void restart() noexcept;

  /// The converter's step in uV: the smallest difference between neighbours seen, whatever the scale says of a count.
  /// Infinite while every sample was the same.
  double step_uv(std::size_t lane) const noexcept { return lane_[lane].step * lane_[lane].uv_per_count; }

 private:
  struct Lane {
    std::size_t channel = 0;
    double uv_per_count = 1.0;
    double last = std::numeric_limits<double>::quiet_NaN();
    double step = std::numeric_limits<double>::infinity();  // counts
    std::uint64_t run = 0;                                  // samples that were the same, `last` with them
    std::uint64_t limit = never;                            // a longer run is stuck
    std::uint64_t block_samples = 0, block_runs = 0;
    double repeats = 0.0;  // the largest share
  };
  static constexpr std::uint64_t never = ~std::uint64_t{0};
  void close_run(Lane& lane) const noexcept;

  std::size_t width_, lanes_;
  std::uint64_t block_, least_;
  std::vector<Lane> lane_;
};

}  // namespace myod::dsp
