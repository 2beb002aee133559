// Rest and reference trials of a pipeline: which command runs on which lanes, and the one result it gets when the last
// of them has ended. A lane takes part in one trial at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "dsp/command.hpp"
#include "dsp/detect/calibration.hpp"
#include "dsp/results.hpp"

namespace myod::dsp {

class Calibrations {
 public:
  Calibrations(double rate_hz, std::size_t lanes);

  bool idle() const noexcept { return running_ == 0; }
  bool running(std::size_t lane) const noexcept { return lanes_[lane].trial.running(); }

  /// A command's trial on one lane; `job` is its first lane, the same for all of its lanes. other_uv as Trial::begin.
  void begin(const Command& command, std::size_t job, std::size_t lane, double other_uv) noexcept;

  /// One sample; the result when the lane's trial ends with it. Then `close` tells whether the command has ended.
  std::optional<TrialResult> push(std::size_t lane, double y_uv, bool valid, bool railed) noexcept;
  const Command& command(std::size_t lane) const noexcept { return lanes_[lanes_[lane].job].command; }
  std::optional<CommandResult> close(std::size_t lane, const TrialResult& result, std::string_view name) noexcept;

  void gap(std::uint64_t missing) noexcept;

  /// The muscle of the lane contracts now: no trial of rest that runs there is accepted.
  void contraction(std::size_t lane) noexcept { lanes_[lane].trial.contraction(); }

  /// A trial running on the lane ends not done, with `why`. The command's result when that was its last.
  std::optional<CommandResult> stop(std::size_t lane, std::string_view name, std::string_view why) noexcept;

 private:
  struct Lane {
    Trial trial;
    std::size_t job = 0;
    // Of the job that has this lane as its first:
    Command command;
    std::size_t asked = 0, ended = 0, accepted = 0;
    Text<120> why_not;
  };
  std::vector<Lane> lanes_;
  std::size_t running_ = 0;
};

}  // namespace myod::dsp
