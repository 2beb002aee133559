// Is the muscle active while no contraction is expected? Fed with the 150 ms RMS at every 20 ms hop; causal. One object
// per channel, pure, no allocation after construction.
//
// Nothing is judged before somebody said when contractions are expected (CommandKind::expect). After that every moment
// outside the last told span, with half a second to relax after it, is one of rest. Activity then is an amplitude 12 dB
// above rest for 300 ms (a heart beat, through the window of 150 ms, is one for 250); it is told once, and over when
// the amplitude was below 6 dB for 250 ms or a contraction is expected. The limits in dB are those by which efforts are
// counted (repetition.hpp).
#pragma once

#include <cmath>
#include <limits>
#include <optional>

#include "dsp/seed.hpp"

namespace myod::dsp {

struct Unexpected {
  double start_s = 0.0;  ///< window's delay subtracted
  double peak_uv = 0.0;  ///< largest 150 ms RMS so far
  bool late = false;     ///< it goes on from before
};

class UnexpectedActivity {
 public:
  explicit UnexpectedActivity(double hop_s) : hop_s_(hop_s) {}

  /// A contraction is expected from now on until then; not at all when that is not later.
  void expect(double until_s) noexcept { state_.until_s = until_s; }

  bool asked() const noexcept { return !std::isnan(state_.until_s); }  ///< somebody ever said
  /// One hop that ends at t_s. An amplitude or a rest that is not known (NaN) decides nothing.
  std::optional<Unexpected> push(double t_s, double rms_uv, double rest_uv) noexcept;

  const Expectation& state() const noexcept { return state_; }
  void plant(const Expectation& state) noexcept { state_ = state; }

 private:
  double hop_s_;
  Expectation state_;
  double above_since_s_ = std::numeric_limits<double>::quiet_NaN();
  double below_s_ = 0.0;  // so long below the lower limit
  double peak_uv_ = 0.0;
  bool was_expected_ = false;  // at the hop before
  bool from_expected_ = false;
};

}  // namespace myod::dsp
