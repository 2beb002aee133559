// A command to a pipeline. Anything that is not a sample and changes a result takes effect at a sample index and stands
// in the journal; so commands are plain structs that travel through rings and files as they are.
#pragma once

#include <cstdint>

#include "dsp/results.hpp"

namespace myod::dsp {

enum class ReferenceKind : std::uint8_t { none, mvc, submax, task_peak, mmax };

enum class CommandKind : std::uint8_t {
  calibrate_rest,       ///< measure the rest level over the next `seconds`
  calibrate_reference,  ///< a trial over the next `seconds`: its largest 500 ms RMS; the largest trial holds
  set_rest,             ///< `value` is the rest level in uV (from a calibration file)
  set_reference,        ///< `value` is the reference in uV, of an earlier application of the electrodes
  mark,                 ///< `text` becomes a mark event
  stimulus,             ///< `pulses` of them, the first at `value` s of the stream, `seconds` apart; may lie ahead
  stop_trial,           ///< the trial of that `id`, if it runs, ends not done and changes nothing; `text` says why
  expect,               ///< a contraction is expected for the next `seconds`, and none after them until told anew
};

struct Command {
  CommandKind kind = CommandKind::mark;
  std::uint64_t id = 0;  ///< the caller's, returned in the CommandResult
  std::uint32_t stream = 0;
  std::int32_t channel = all_channels;
  std::uint64_t at_index = 0;  ///< filled by the dsp thread: the index of the next sample
  double seconds = 0.0;
  double value = 0.0;
  std::uint64_t pulses = 1;
  double percent = 100.0;  ///< calibrate_reference: the effort asked for, % of the maximum
  ReferenceKind reference = ReferenceKind::none;
  bool anew = false;  ///< calibrate_reference: forget the trials before
  Text<120> text;
};

}  // namespace myod::dsp
