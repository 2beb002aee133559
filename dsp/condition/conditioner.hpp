// Raw counts of the EMG channels in, microvolt after the stages of the table out, each sample with its flag.
// Lanes are the EMG channels in stream order, padded. A sample that is not finite is flagged, never enters a filter,
// and its channel starts anew with the next good one, as every channel does after a gap. A railed sample is flagged and
// filtered: the converter did say something.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "dsp/condition/intake.hpp"
#include "dsp/condition/stage.hpp"
#include "dsp/condition/train.hpp"
#include "dsp/options.hpp"
#include "dsp/seed.hpp"
#include "dsp/stream.hpp"

namespace myod::dsp {

class BlankingStage;
class MainsStage;

class Conditioner {
 public:
  Conditioner(const Stream& stream, const ConditionOptions& options);

  std::size_t lanes() const noexcept { return lanes_; }
  /// Stream channel of each EMG lane. An ECG reference that is no EMG has a lane behind them, which is nobody's.
  const std::vector<std::size_t>& channels() const noexcept { return channels_; }

  /// `raw`: rows x stream channels, the first of them sample `first`. `y`, `flags`: rows x lanes, written as what comes
  /// before the recursive filters.
  Samples take(const double* raw, std::size_t rows, std::uint64_t first, double* y, std::uint8_t* flags) noexcept;
  /// What was taken, by the filters, in place; a delay line makes it that of an earlier sample.
  void filter(Samples& samples) noexcept;

  /// Hum is taken out of this lane.
  bool cancels_mains(std::size_t lane) const noexcept;

  /// What leaves is so many samples older than what enters.
  std::size_t line() const noexcept;
  const Intake& intake() const noexcept { return *intake_; }

  /// Every stage starts anew with its next good sample.
  void restart() noexcept;

  /// Stimulus pulses from outside, as BlankingStage::schedule; only when takes_stimuli().
  bool takes_stimuli() const noexcept;
  std::uint64_t schedule(std::uint64_t next_index, double first, double period, std::uint64_t count) noexcept;
  std::uint64_t late_stimuli() const noexcept;
  /// Of those that were told: still to come; and whether no more can be told now.
  std::uint64_t stimuli_to_come() const noexcept;
  bool stimuli_full() const noexcept;
  /// The next news of a train that was found, due at or before that sample.
  std::optional<TrainNote> train(std::uint64_t index) noexcept;

  /// What outlives a hand-over: the lock on the mains.
  void take_seed(std::size_t lane, ChannelSeed& seed) const noexcept;
  void plant_seed(std::size_t lane, const ChannelSeed& seed) noexcept;

 private:
  std::vector<std::size_t> channels_;  // EMG
  std::size_t lanes_ = 0;
  std::optional<Intake> intake_;  // always
  std::vector<std::unique_ptr<Stage>> stages_;
  BlankingStage* blanking_ = nullptr;  // one of them, the first
  MainsStage* mains_ = nullptr;        // one of them
  bool takes_events_ = false, mains_filter_ = false;
};

}  // namespace myod::dsp
