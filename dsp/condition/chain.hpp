// The stages of the table at work, one after the other, for lanes that have the same options.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "dsp/condition/blanking.hpp"
#include "dsp/condition/mains.hpp"
#include "dsp/condition/stages.hpp"

namespace myod::dsp {

class Chain {
 public:
  /// `wait`: samples that other lanes of the sensor take longer. Throws std::invalid_argument as the rows do.
  Chain(StageSite at, std::size_t wait);

  /// Rows in, the same rows out, in place: up to the recursive filters, and through them.
  void take(Samples& samples) noexcept;
  void filter(Samples& samples) noexcept;
  /// Every stage starts anew with its next good sample.
  void restart() noexcept;

  std::size_t line() const noexcept;
  /// Hum is taken out of this lane.
  bool cancels_mains(std::size_t lane) const noexcept;

  BlankingStage* blanking() const noexcept { return blanking_; }  ///< nothing when it is off
  MainsStage* mains() const noexcept { return mains_; }           ///< nothing when there is no detector
  bool takes_events() const noexcept { return takes_events_; }

 private:
  std::vector<std::unique_ptr<Stage>> stages_;
  BlankingStage* blanking_ = nullptr;  // one of them, the first
  MainsStage* mains_ = nullptr;        // one of them
  bool takes_events_, mains_filter_;
};

}  // namespace myod::dsp
