// The train of a stimulator, found in the raw signal of all lanes of a sensor (dsp-spec 0b.7): one stimulator drives
// them all, so a pulse is told to all. Strong pulses are those that the first lane finds whose steps come regularly
// (pulses.hpp). Once the period is known, by configuration or by these, or guessed (pulse_period.hpp), the evidence of
// all lanes is folded over it (pulse_fold.hpp): a step in units of its lane's sigma, at most 20 so that no lane decides
// alone, summed. The train that the fold knows is followed by it: a pulse is where one is due, at the first step of 5
// sigma in some lane within 1.5 % of the period and one sample of that, else right there. Where none was seen for three
// periods running, and the share of pulses that is missed makes that one in 500, the train has ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "dsp/condition/pulse_fold.hpp"
#include "dsp/condition/pulse_period.hpp"
#include "dsp/condition/pulses.hpp"

namespace myod::dsp {

class PulseTrain {
 public:
  /// `known_hz` above 0: the rate is configured, and the first pulse counts.
  PulseTrain(double rate_hz, double known_hz, std::size_t lanes);

  /// One sample of every lane with its flag (flags.hpp): how many samples ago a pulse of the train was, if one is told.
  std::optional<std::uint64_t> push(const double* y, const std::uint8_t* flags) noexcept;
  void restart() noexcept;

  bool ready(std::size_t lane) const noexcept { return lanes_[lane].ready(); }  ///< its sigma is known
  bool running() const noexcept { return running_; }                            ///< a train is under way
  double period() const noexcept;                                               ///< samples; 0: not known
  std::uint64_t pulses() const noexcept { return pulses_; }  ///< of the train, those that made it known included
  std::uint64_t since_first() const noexcept { return count_ - first_; }  ///< samples since the train's first pulse

 private:
  void fold(double period, bool sure) noexcept;
  double evidence(std::uint64_t ago) const noexcept;
  bool lead() noexcept;
  std::optional<std::uint64_t> follow(double strongest) noexcept;
  void judge(double since_due) noexcept;
  void begin_following() noexcept;

  double known_;
  std::vector<PulseDetector> lanes_;
  PulseFold fold_;
  PulsePeriod search_;             // while no period is known
  std::uint64_t tried_until_ = 0;  // a period that was proposed is folded up to there
  std::size_t leader_ = 0;
  std::uint64_t count_ = 0, first_ = 0, last_ = 0, pulses_ = 0;
  std::uint64_t counted_ = 0;              // the newest pulse among pulses_
  std::uint64_t folded_from_ = 0;          // what lies before belongs to a train that ended
  std::uint32_t silent_ = 0;               // periods since one was seen
  double missed_ = 0.0, by_chance_ = 1.0;  // share of the pulses that are not seen; so many would be missed in a row
  std::uint64_t trial_;                    // so long a proposed period is folded
  double reach_;
  bool running_ = false, following_ = false, told_ = false, seen_ = false, judged_ = false;
};

}  // namespace myod::dsp
