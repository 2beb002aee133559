// What the acquisition thread tells of a sensor. Trivially copyable, so it crosses threads in a Mailbox.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>

#include "daemon/sample_axis.hpp"
#include "daemon/sensors/sensor.hpp"
#include "dsp/text.hpp"

namespace myod::daemon {

/// How well the samples are dated; NaN: not known yet.
struct TimeState {
  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  double drift_ppm = unknown;  ///< by which the sensor's clock is fast, by the host's
  double drift_error_ppm = unknown;
  double error_ms = unknown;                            ///< of host times, as Timebase::uncertainty_ns
  double late_p50_ms = unknown, late_p99_ms = unknown;  ///< of recent reads, against the line
};

struct SensorState {
  enum class Word : std::uint8_t { waiting, starting, streaming, lost } state = Word::waiting;
  dsp::Text<240> detail;      ///< why, and what to do
  dsp::Text<200> hint;        ///< what looks wrongly set up although samples come; empty: nothing
  bool layout_known = false;  ///< true before the first block is written, and for good
  bool finished = false;      ///< end of file: nothing more will come
  sensors::Setup layout;      ///< with channels and rate as they are now known
  double rate_hz = 0.0;       ///< nominal, or measured once and frozen
  double measured_rate_hz = std::numeric_limits<double>::quiet_NaN();  ///< by the host's clock; NaN: not known yet
  TimeState time;
  AssemblerCounts counts;
  std::uint64_t dropped_blocks = 0;  ///< the dsp thread did not keep up
};
static_assert(std::is_trivially_copyable_v<SensorState>);

inline std::string_view word(SensorState::Word w) {
  static constexpr std::array<std::string_view, 4> words{"waiting", "starting", "streaming", "lost"};
  return words[static_cast<std::size_t>(w)];
}

}  // namespace myod::daemon
