// How well the samples of a recording are dated: the heads of its blocks in; what stands in the footer out. Of the
// blocks themselves, so that any reader of the file can find the same numbers. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/residuals.hpp"
#include "dsp/block.hpp"

namespace myod::record {

class Timing {
 public:
  void add(const dsp::BlockHead& block, double rate_hz);
  /// <timebase>: drift_ppm, by which the sensor's clock is fast, and drift_error_ppm, since the last index that was a
  /// guess and once ten seconds of it are there; error_ms, the host times' largest uncertainty since then; late_p50_ms
  /// and late_p99_ms, how long after its last sample a block was read. What is not known is not there.
  std::string xml() const;

 private:
  void begin(const dsp::BlockHead& block);

  bool begun_ = false;
  std::uint64_t first_index_ = 0;
  std::int64_t first_ns_ = 0, first_error_ns_ = 0, newest_error_ns_ = 0, largest_error_ns_ = 0;
  double samples_s_ = 0.0, passed_s_ = 0.0;
  daemon::Residuals late_{0};
};

}  // namespace myod::record
