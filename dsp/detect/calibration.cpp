#include "dsp/detect/calibration.hpp"

#include <algorithm>
#include <cmath>

#include "dsp/detect/levels.hpp"

namespace myod::dsp {
namespace {

constexpr double window_s = 0.5, least_valid = 0.8, not_valid = -1.0;
// A channel that mostly repeats one code has windows without any signal beside which everything would look like a
// contraction: what stands below half of the trial's mean square does not.
constexpr double least_share = 0.5;

TrialResult rejected(const Text<120>& why) { return {false, std::numeric_limits<double>::quiet_NaN(), why}; }

}  // namespace

Trial::Trial(double rate_hz)
    : rate_hz_(rate_hz), window_(std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(window_s * rate_hz)))) {
  sorted_.reserve(window_.size());
}

void Trial::begin(What what, double seconds, double other_uv) noexcept {
  what_ = what;
  other_uv_ = other_uv;
  contracted_ = false;
  wanted_ = static_cast<std::uint64_t>(std::ceil(std::max(0.0, seconds) * rate_hz_));
  at_ = filled_ = window_valid_ = 0;
  window_sum_ = largest_ = typical_ = sum_ = 0.0;
  smallest_ = std::numeric_limits<double>::infinity();
  seen_ = valid_ = railed_ = 0;
  running_ = true;
}

std::optional<TrialResult> Trial::push(double y_uv, bool valid, bool railed) noexcept {
  if (!running_) return std::nullopt;
  if (seen_ < wanted_) {
    ++seen_;
    if (railed) ++railed_;
    const bool good = valid && !railed && std::isfinite(y_uv);
    const double square = good ? y_uv * y_uv : not_valid;
    if (good) {
      ++valid_;
      sum_ += square;
    }
    slide(square);
  }
  if (seen_ < wanted_) return std::nullopt;
  running_ = false;
  return judge();
}

void Trial::slide(double square) noexcept {
  if (filled_ == window_.size()) {
    const double oldest = window_[at_];
    if (oldest >= 0.0) {
      window_sum_ -= oldest;
      --window_valid_;
    }
  } else {
    ++filled_;
  }
  window_[at_] = square;
  if (square >= 0.0) {
    window_sum_ += square;
    ++window_valid_;
  }
  if (++at_ == window_.size()) {  // once a window the sum is made anew, so that rounding cannot pile up
    at_ = 0;
    window_sum_ = 0.0;
    for (const double s : window_) window_sum_ += std::max(s, 0.0);
  }
  const auto valid = static_cast<double>(window_valid_);
  if (filled_ < window_.size() || valid < least_valid * static_cast<double>(window_.size())) return;
  largest_ = std::max(largest_, window_sum_ / valid);
  smallest_ = std::min(smallest_, window_sum_ / valid);
  if (what_ == What::rest && (at_ == 0 || at_ == window_.size() / 2)) look_for_contraction();
}

void Trial::look_for_contraction() noexcept {
  sorted_.clear();
  for (const double s : window_)
    if (s >= 0.0) sorted_.push_back(s);
  const auto middle = sorted_.begin() + static_cast<std::ptrdiff_t>(sorted_.size() / 2);
  std::nth_element(sorted_.begin(), middle, sorted_.end());
  typical_ = std::max(typical_, *middle / median_square_of_gaussian);
}

void Trial::gap(std::uint64_t missing) noexcept {
  if (!running_) return;
  seen_ += missing;
  at_ = filled_ = window_valid_ = 0;
  window_sum_ = 0.0;
}

double Trial::level() const noexcept {
  if (what_ == What::reference) return std::sqrt(largest_);
  return valid_ > 0 ? std::sqrt(sum_ / static_cast<double>(valid_)) : 0.0;
}

TrialResult Trial::judge() const noexcept {
  const auto valid = static_cast<double>(valid_);
  if (railed_ > 0)
    return rejected(Text<120>{}.number(static_cast<double>(railed_), 0)
                    << " samples hit the amplifier's limit: lower the gain or fix the electrode, then repeat");
  if (static_cast<double>(wanted_) < window_s * rate_hz_)
    return rejected(Text<120>{"too short: a trial needs at least 0.5 s, repeat with more seconds"});
  if (valid < least_valid * static_cast<double>(seen_))
    return rejected(Text<120>{"only "}.number(100.0 * valid / static_cast<double>(seen_), 0)
                    << " % of the signal was good (80 % needed): check electrode and link, then repeat");
  if (valid < window_s * rate_hz_)
    return rejected(Text<120>{"too short: less than 0.5 s of good signal, repeat with more seconds"});

  const double uv = level();
  if (what_ == What::reference && largest_ == 0.0 && sum_ > 0.0)
    return rejected(Text<120>{"interrupted: no 0.5 s of it was 80 % good. Check electrode and link, then repeat"});
  if (uv == 0.0) return rejected(Text<120>{"there is no signal: check the electrode lead, then repeat"});
  if (what_ == What::rest && typical_ > six_db * six_db * smallest_ && typical_ > least_share * uv * uv)
    return rejected(Text<120>{"a contraction lies in it: the loudest half second is "}.number(
                        std::sqrt(typical_ / std::max(smallest_, std::numeric_limits<double>::min())), 1)
                    << " times the quietest. Relax, then repeat");
  if (what_ == What::rest && contracted_) return rejected(Text<120>{"a contraction lies in it. Relax, then repeat"});
  if (what_ == What::rest && other_uv_ < six_db * uv)
    return rejected((Text<120>{"rest "}.number(uv, 1) << " uV is not half of the reference of ").number(other_uv_, 1)
                    << " uV: relax, or calibrate reference first");
  if (what_ == What::reference)
    if (const auto why = refusal_of_reference(uv, other_uv_); !why.view().empty()) return rejected(why);

  Text<120> text{what_ == What::rest ? "rest " : "reference "};
  text.number(uv, 1) << " uV";
  if (what_ == What::reference && other_uv_ > 0.0) (text << ", ").number(uv / other_uv_, 1) << " times rest";
  return {true, uv, text};
}

Text<120> refusal_of_reference(double reference_uv, double rest_uv) {
  if (!(reference_uv < six_db * rest_uv)) return {};
  return (Text<120>{"reference "}.number(reference_uv, 1) << " uV is not twice the rest level of ").number(rest_uv, 1)
         << " uV: contract harder, or repeat calibrate rest";
}

double percent_of_reference(double amplitude_uv, double rest_uv, double reference_uv, double reference_percent) {
  if (!(rest_uv >= 0.0) || !(reference_uv > 0.0) || reference_uv < six_db * rest_uv)
    return std::numeric_limits<double>::quiet_NaN();
  return without_noise(amplitude_uv, rest_uv) / without_noise(reference_uv, rest_uv) * reference_percent;
}

}  // namespace myod::dsp
