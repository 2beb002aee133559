// Which electrodes do not hold, as far as the device helps to tell: by bits it sends with its samples, or by a current
// it sends through them while Setup::lead_off is on. Frames in, a hint out. Pure.
//
// The current (ADS1299) is a square of 6 nA at 31.2 Hz. Of the amplitude a at that frequency, over a second, the
// impedance is a / 6 nA less 2.2 kOhm of the board's resistors: what OpenBCI's own program takes it for (sqrt(2) Vrms /
// 6 nA - 2200 Ohm), unverified. Activity of the muscle adds to it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "daemon/sensors/sensor.hpp"
#include "dsp/stream.hpp"
#include "dsp/text.hpp"

namespace myod::daemon {

class ElectrodeWatch {
 public:
  static constexpr double most_ohm = 750e3;  ///< an own choice: above it an electrode is called loose

  ElectrodeWatch(const sensors::SensorRow& row, const sensors::Setup& setup, std::vector<dsp::Channel> channels);

  /// Counts as the row's channels have them, per instant of the frame the first one.
  void add(const sensors::Frame& frame);
  /// Of an analogue channel, over the newest whole second; NaN: not known.
  double ohm(std::size_t channel) const { return ohm_[channel]; }
  /// Empty: nothing to be said.
  dsp::Text<200> hint() const;

 private:
  struct Sum {
    double cosine = 0.0, sine = 0.0;
  };

  const sensors::SensorRow& row_;
  const sensors::Setup setup_;
  const std::vector<dsp::Channel> channels_;
  const std::uint64_t window_;  // frames
  std::uint64_t in_window_ = 0;
  std::vector<Sum> sums_;
  std::vector<double> ohm_;
  std::uint64_t off_ = 0;  // by channel, as the device says
};

}  // namespace myod::daemon
