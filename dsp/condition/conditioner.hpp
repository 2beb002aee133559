// Raw counts of the EMG channels in, microvolt after the stages of the table out, each sample with its flag.
// Lanes are the EMG channels in stream order, padded. A sample that is not finite is flagged, never enters a filter,
// and its channel starts anew with the next good one, as every channel does after a gap. A railed sample is flagged and
// filtered: the converter did say something.
// Channels with the same options are one chain; as a rule all are, and their rows are worked on in place. Otherwise
// each chain has rows of its own, and the lanes with shorter delay lines wait for the longest: a row leaves with one
// instant of all channels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "dsp/condition/chain.hpp"
#include "dsp/condition/intake.hpp"
#include "dsp/condition/train.hpp"
#include "dsp/options.hpp"
#include "dsp/seed.hpp"
#include "dsp/stream.hpp"

namespace myod::dsp {

class Conditioner {
 public:
  /// `options`: of the channels that have none of their own.
  Conditioner(const Stream& stream, const ConditionOptions& options);

  std::size_t lanes() const noexcept { return lanes_; }
  /// Stream channel of each EMG lane. An ECG reference that is no EMG has a lane behind them, which is nobody's.
  const std::vector<std::size_t>& channels() const noexcept { return channels_; }

  /// Rows of one take() at most.
  static constexpr std::size_t most_rows = 64;
  /// `raw`: rows x stream channels, the first of them sample `first`. `y`, `flags`: rows x lanes, written as what comes
  /// before the recursive filters.
  Samples take(const double* raw, std::size_t rows, std::uint64_t first, double* y, std::uint8_t* flags) noexcept;
  /// What was taken, by the filters, in place; a delay line makes it that of an earlier sample.
  void filter(Samples& samples) noexcept;

  /// Hum is taken out of this lane.
  bool cancels_mains(std::size_t lane) const noexcept;

  /// What leaves is so many samples older than what enters, in every lane.
  std::size_t line() const noexcept { return parts_.front().chain.line(); }
  const Intake& intake() const noexcept { return *intake_; }

  /// Every stage starts anew with its next good sample.
  void restart() noexcept;

  /// Stimulus pulses from outside, as BlankingStage::schedule, for all lanes that take them; only when any does.
  bool takes_stimuli() const noexcept;
  std::uint64_t schedule(std::uint64_t next_index, double first, double period, std::uint64_t count) noexcept;
  std::uint64_t late_stimuli() const noexcept;
  /// Samples between where pulses are blanked and where rows leave: what was late may still lie there.
  std::size_t line_behind_blanking() const noexcept;
  /// Of those that were told: still to come; and whether no more can be told now.
  std::uint64_t stimuli_to_come() const noexcept;
  bool stimuli_full() const noexcept;
  /// The next news of a train that was found, due at or before that sample.
  std::optional<TrainNote> train(std::uint64_t index) noexcept;

  /// What outlives a hand-over: the lock on the mains.
  void take_seed(std::size_t lane, ChannelSeed& seed) const noexcept;
  void plant_seed(std::size_t lane, const ChannelSeed& seed) noexcept;

 private:
  static constexpr std::int32_t told_by_another = -2;  // two parts with one marker
  /// Lanes with the same options.
  struct Part {
    Chain chain;
    std::vector<std::size_t> from;  // lane of the conditioner for each lane of the chain: its own, then a reference
    std::size_t own, lanes;
    std::int32_t channel;   // what its trains are told of: the marker's, its only one, or all
    std::vector<double> y;  // rows of its own where it is not alone
    std::vector<std::uint8_t> flags;
    Samples samples;  // these, of the run under way
  };
  struct Seat {  // of an EMG lane
    std::size_t part = 0, lane = 0;
  };
  void add_part(const Stream& stream, const ConditionOptions& options, const std::vector<std::size_t>& lanes,
                std::size_t longest);
  void gather(Part& part, std::size_t rows, const double* y, const std::uint8_t* flags) const noexcept;
  void scatter(const Part& part, double* y, std::uint8_t* flags) const noexcept;

  std::vector<std::size_t> channels_;  // EMG
  std::vector<std::size_t> used_;      // these, then the references
  std::size_t lanes_ = 0;
  std::optional<Intake> intake_;  // always
  std::vector<Part> parts_;       // at least one
  std::vector<Seat> seats_;
};

}  // namespace myod::dsp
