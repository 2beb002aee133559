// The mains stage: detector and canceller together (condition.mains = auto, adaptive), and the comb that is offered
// beside them. The notches are a cascade (dsp/math/sections).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dsp/condition/mains_canceller.hpp"
#include "dsp/condition/mains_detector.hpp"
#include "dsp/condition/stage.hpp"
#include "dsp/options.hpp"

namespace myod::dsp {

class BlankingStage;

/// What is known of the hum of one lane.
struct MainsState {
  double found_hz = 0.0;       ///< nominal line seen in two looks running; 0: none
  double cancelling_hz = 0.0;  ///< tracked while it is taken out; 0: it is not
};

/// auto: takes the hum out where two looks running see a line (score above 15) and the muscle stands less than 9 dB
/// above it; leaves it in from 12 dB on, or when two looks running see none (CleanEMG 2011; dsp-spec 2.11, 0b.5).
/// adaptive: takes out mains_hz from the first sample on.
class MainsStage : public Stage {
 public:
  MainsStage(const ConditionOptions& options, double rate_hz, std::size_t channels, std::size_t lanes);

  void run(Samples& samples) noexcept override;
  void restart() noexcept override;

  MainsState state(std::size_t lane) const noexcept;
  /// Continues with what another stage knew; a lane without hum stays as it is.
  void plant(std::size_t lane, MainsState state) noexcept;
  /// What knows the stimulation under way: its harmonics look like a line, so looks at them decide nothing.
  void stimulated_by(const BlankingStage& blanking) noexcept { blanking_ = &blanking; }

 private:
  struct Lane {
    MainsCanceller canceller;
    double found_hz = 0.0, last_hz = 0.0;  // nominal; of this and of the look before
    int without = 0;                       // looks running that saw no line
  };
  void decide(Lane& lane, const MainsLook& look, double stimulation_hz) noexcept;

  bool automatic_;
  MainsDetector detector_;
  std::vector<Lane> muscles_;
  std::size_t running_ = 0;
  const BlankingStage* blanking_ = nullptr;
};

/// (1 - z^-n) / (1 - r z^-n) at every harmonic of rate / n and at 0, as scipy.signal.iircomb(ftype='notch').
class CombStage : public Stage {
 public:
  /// Throws std::invalid_argument when the rate is no whole multiple of line_hz.
  CombStage(double line_hz, double bandwidth_hz, double rate_hz, std::size_t channels, std::size_t lanes);

  void run(Samples& samples) noexcept override;
  void restart() noexcept override;

  static double delay_samples(double line_hz, double bandwidth_hz, double rate_hz);  ///< half way between two teeth

 private:
  std::size_t channels_, lanes_, period_, at_ = 0;
  double gain_, feedback_;
  std::vector<double> x_, y_;  // period x lanes
};

}  // namespace myod::dsp
