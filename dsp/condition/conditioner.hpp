// Raw counts of the EMG channels in, microvolt after integrity, high-pass and low-pass out, each sample with its flag.
// Lanes are the EMG channels in stream order, padded. A sample that is not finite is flagged, never enters a filter,
// and its channel starts anew with the next good one, as every channel does after a gap. A railed sample is flagged and
// filtered: the converter did say something.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dsp/kernels/kernels.hpp"
#include "dsp/options.hpp"
#include "dsp/stream.hpp"

namespace myod::dsp {

enum SampleFlag : std::uint8_t { sample_good = 0, sample_railed = 1, sample_missing = 2, sample_stuck = 3 };

class Conditioner {
 public:
  Conditioner(const Stream& stream, const ConditionOptions& options);

  std::size_t lanes() const noexcept { return lanes_; }
  /// Stream channel of each EMG lane.
  const std::vector<std::size_t>& channels() const noexcept { return channels_; }

  /// `raw`: rows x stream channels. `y`, `flags`: rows x lanes, written.
  void run(const double* raw, std::size_t rows, double* y, std::uint8_t* flags) noexcept;

  /// Every filter starts anew with its next good sample.
  void restart() noexcept;

 private:
  struct Stage {
    std::vector<Section> sections;
    std::vector<double> state;  // sections x 2 x lanes
    std::vector<double> start;  // sections x 2: state per unit of the first sample; zeros for a cold start
  };
  bool gather(const double* raw, std::size_t rows, double* y, std::uint8_t* flags) noexcept;
  void begin(std::size_t lane, double first_uv) noexcept;
  void filter(double* y, std::size_t rows) noexcept;

  const Kernels& kernels_;
  std::size_t width_;  // channels of the stream
  std::vector<std::size_t> channels_;
  std::size_t lanes_;
  std::vector<double> offset_, scale_, low_, high_;  // per lane
  std::vector<Stage> stages_;
  std::vector<std::uint8_t> cold_;  // per lane: the next good sample starts the filters
  std::size_t cold_lanes_ = 0;
};

}  // namespace myod::dsp
