// Sample block: n instants x C channels on the stream's sample axis. Enters the pipeline and, unchanged, the journal.
// A view: the values live in a ring slot or in the caller's buffer. A `first_index` beyond the expected one is a gap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace myod::dsp {

enum BlockFlags : std::uint32_t {
  block_restarted = 1U << 0,      ///< first block after the port was reopened or the device restarted
  block_gap_uncertain = 1U << 1,  ///< how long the gap before this block is: a guess from the host's clock
  block_rate_off = 1U << 2,       ///< by the host's clock the device sends at another rate than the nominal one
  block_gap_by_clock = 1U << 3,   ///< how long that gap is: more than the counter can tell; the host's clock could
};

/// Trivially copyable, so it travels through rings and files as it is.
struct BlockHead {
  std::uint32_t stream = 0;  ///< index of the sensor
  std::uint32_t instants = 0;
  std::uint32_t channels = 0;
  std::uint32_t flags = 0;           ///< BlockFlags
  std::uint64_t first_index = 0;     ///< sample index of the first instant, unwrapped, since the stream began
  std::uint64_t device_counter = 0;  ///< the device's own counter at the first instant, as sent (0 where it has none)
  std::int64_t host_time_ns = 0;     ///< CLOCK_MONOTONIC at the first instant, by the timebase
  std::int64_t uncertainty_ns = 0;   ///< of host_time_ns
  std::int64_t arrival_ns = 0;       ///< when the block's last byte was read
};

struct SampleBlock {
  BlockHead head;
  std::span<const double> raw;  ///< instants x channels raw counts, channel the fastest index: raw[i * channels + c]
};

}  // namespace myod::dsp
