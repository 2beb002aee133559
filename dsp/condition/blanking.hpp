// Stimulus blanking, before any recursive filter (dsp-spec 2.5, 0b.7): the samples from `before` ahead of a pulse to
// `after` behind it are replaced and marked. Linear: by the straight line between the samples on either side; hold: by
// the last one before. The start lies before the pulse is known, so everything passes through a delay line: linear
// after
// + 2 ms, hold 2 ms. Where blanked stretches join and no end is within the line yet, linear holds too.
// Pulses come from outside at their sample (events), from a channel the trigger is wired to (marker), or are found in
// the lanes together (detect, pulse_train.hpp; until a lane's sigma is known all of it is blanked, and the pulses
// before a train is known pass, for nobody can know them yet: four of strong ones unless the rate is configured; of
// weak ones nine, or those of half a second and 16 where it is not). A pulse from outside that arrives when its start
// has left the line is late: it is counted, blanks what is left, and the caller is told.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "dsp/condition/lane_ring.hpp"
#include "dsp/condition/marker.hpp"
#include "dsp/condition/pulse_train.hpp"
#include "dsp/condition/stage.hpp"
#include "dsp/condition/train.hpp"
#include "dsp/options.hpp"

namespace myod::dsp {

class BlankingStage : public Stage {
 public:
  /// `marker`: for Blanking::marker.
  BlankingStage(const ConditionOptions& options, double rate_hz, std::size_t channels, std::size_t lanes,
                const Marker& marker = {});

  std::size_t line() const noexcept override { return delay_; }
  void run(Samples& samples) noexcept override;
  void restart() noexcept override;

  static std::size_t delay_samples(const ConditionOptions& options, double rate_hz);

  /// So many trains may be to come.
  static constexpr std::size_t most_trains = 32;
  bool full() const noexcept { return trains_ == most_trains; }

  /// Pulses at sample `first` and, `period` samples apart, `count` in all; fractions are kept. Replaces what was still
  /// to come from `first` on of the trains before. Returns how many samples of the first had left the line, 0: in time.
  /// Not when full().
  std::uint64_t schedule(std::uint64_t next_index, double first, double period, std::uint64_t count) noexcept;
  std::uint64_t late() const noexcept { return late_; }
  /// Pulses told and still to come.
  std::uint64_t to_come() const noexcept;

  /// When the next note is due; and that note, taken.
  std::optional<std::uint64_t> next_note() const noexcept;
  TrainNote take_note() noexcept { return notes_[taken_++ % notes_.size()]; }

  /// Where pulse `number` of a lane lies on the axis of the output, counted from 0 since the stage began; nothing while
  /// it is not known. Of the past the newest 64 are kept: an older number gives the oldest of them.
  std::optional<std::uint64_t> pulse(std::size_t lane, std::uint64_t number) const noexcept;

  /// Rate of the stimulation under way at a sample of the output; 0: none.
  double rate_hz(std::uint64_t index) const noexcept { return index < changed_ ? hz_before_ : hz_; }

 private:
  void blank(std::size_t lane, std::uint64_t at, std::uint64_t now) noexcept;
  void detect(const double* y, const std::uint8_t* flags, std::uint64_t now) noexcept;
  void watch(const double* y, const std::uint8_t* flags, std::uint64_t now) noexcept;
  void tell(bool ended, std::uint64_t now) noexcept;
  void note(const TrainNote& what) noexcept { notes_[told_++ % notes_.size()] = what; }
  void set_rate(double hz, std::uint64_t now) noexcept;
  double filled(std::size_t lane, std::uint64_t index, std::uint64_t now) noexcept;

  double rate_hz_;
  bool linear_;
  std::size_t channels_, lanes_;
  std::uint64_t before_, after_, delay_;
  LaneRing ring_;
  struct Pulses {
    std::array<std::uint64_t, 64> at{};
    std::uint64_t count = 0;
  };
  std::vector<Pulses> pulses_;
  std::vector<std::uint64_t> until_;  // per lane: samples before it are blanked as they come
  std::vector<double> last_;          // per lane: last sample that left
  std::optional<PulseTrain> train_;   // detect
  bool running_ = false;              // a train was under way
  std::optional<MarkerDetector> marker_;
  struct Train {
    double next, period;
    std::uint64_t left;
  };
  double rate_of(const Train& train) const noexcept;
  std::array<Train, most_trains> schedule_{};  // in the order of time, none reaches into the next
  std::size_t trains_ = 0;
  std::uint64_t late_ = 0;
  double hz_ = 0.0, hz_before_ = 0.0;
  std::uint64_t changed_ = 0;
  std::array<TrainNote, 256> notes_{};
  std::size_t told_ = 0, taken_ = 0;
};

}  // namespace myod::dsp
