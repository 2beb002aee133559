// Where a device's samples come from: simulated muscles, or a file that is played once.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "dsp/synth/signal.hpp"
#include "tools/myosim/options.hpp"

namespace myod::myosim {

/// One input of the device at one instant.
struct Sample {
  double value = 0.0;  ///< in the unit of its channel: microvolt of the analogue ones
  dsp::synth::Truth truth;
};

class Source {
 public:
  virtual ~Source() = default;
  /// The next instant, one value per input; false when there is no more.
  virtual bool next(std::span<Sample> inputs) = 0;
  /// The device samples at this rate from now on.
  virtual void set_rate(double rate_hz) = 0;
  /// Truth beyond the values themselves.
  virtual bool knows_truth() const = 0;
  virtual std::uint32_t inputs() const = 0;
};

/// Muscles of the scenario, or the columns of the file: those beyond the analogue channels feed what other channels the
/// device has, in their own unit. Columns beyond all of them are not played; says so on stderr.
std::unique_ptr<Source> open_source(const Options&);

}  // namespace myod::myosim
