#include "dsp/detect/unexpected.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "dsp/detect/levels.hpp"

namespace myod::dsp {
namespace {

constexpr double relax_s = 0.5, least_s = 0.3, over_s = 0.25, window_delay_s = 0.075, slack_s = 1e-9;

}  // namespace

std::optional<Unexpected> UnexpectedActivity::push(double t_s, double rms_uv, double rest_uv) noexcept {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const bool judged = t_s > state_.until_s + relax_s;  // false when nothing was ever said
  if (!judged) {
    above_since_s_ = none;
    state_.told = false;
    was_expected_ = asked();
    return std::nullopt;
  }
  if (std::isnan(rms_uv) || !(rest_uv > 0.0)) {
    above_since_s_ = none;
    return std::nullopt;
  }
  const bool first = std::exchange(was_expected_, false);
  below_s_ = rms_uv < six_db * rest_uv ? below_s_ + hop_s_ : 0.0;
  if (below_s_ >= over_s - slack_s) state_.told = false;
  if (!(rms_uv > twelve_db * rest_uv)) {
    above_since_s_ = none;
    return std::nullopt;
  }
  if (std::isnan(above_since_s_)) {
    above_since_s_ = t_s;
    peak_uv_ = 0.0;
    from_expected_ = first;
  }
  peak_uv_ = std::max(peak_uv_, rms_uv);
  if (state_.told || t_s - above_since_s_ < least_s - slack_s) return std::nullopt;
  state_.told = true;
  return Unexpected{above_since_s_ - window_delay_s, peak_uv_, from_expected_};
}

}  // namespace myod::dsp
