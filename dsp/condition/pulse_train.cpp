#include "dsp/condition/pulse_train.hpp"

#include <algorithm>

#include "dsp/condition/stage.hpp"

namespace myod::dsp {
namespace {

constexpr double longest_s = 0.25, most_sigmas = 20.0, due_sigmas = 5.0, due_jitter = 0.015, refractory = 0.7;
constexpr double trial_s = 1.0, reach_s = 0.005, quarter = 0.25;
constexpr std::uint32_t silent_periods = 3;
constexpr double first_missed = 0.1, missed_gain = 1.0 / 16.0, unlikely = 2e-3;

}  // namespace

PulseTrain::PulseTrain(double rate_hz, double known_hz, std::size_t lanes)
    : known_(known_hz > 0.0 ? rate_hz / known_hz : 0.0),
      lanes_(lanes, PulseDetector(rate_hz, known_hz)),
      fold_(rate_hz, static_cast<std::size_t>(longest_s * rate_hz)),
      search_(rate_hz, static_cast<std::size_t>(longest_s * rate_hz)),
      trial_(static_cast<std::uint64_t>(trial_s * rate_hz)),
      reach_(reach_s * rate_hz) {}

void PulseTrain::restart() noexcept {
  for (PulseDetector& lane : lanes_) lane.restart();
  fold_.begin(0.0);
  search_.restart();
  count_ = first_ = last_ = pulses_ = folded_from_ = 0;
  leader_ = 0;
  running_ = following_ = false;
}

double PulseTrain::period() const noexcept { return following_ ? fold_.period() : lanes_[leader_].period(); }

/// Of the sample so many samples ago.
double PulseTrain::evidence(std::uint64_t ago) const noexcept {
  double sum = 0.0;
  for (const PulseDetector& lane : lanes_) sum += std::min(lane.step_sigmas(ago), most_sigmas);
  return sum;
}

/// Folds over that period, what the lanes still know of the past first.
void PulseTrain::fold(double period, bool sure) noexcept {
  fold_.begin(period, sure);
  std::uint64_t known = 0;
  for (const PulseDetector& lane : lanes_) known = std::max(known, std::min(lane.steps(), count_ - folded_from_));
  for (std::uint64_t ago = known; ago-- > 1;) fold_.push(evidence(ago));
}

/// The first lane whose steps are regular leads; true when it leads to a train.
bool PulseTrain::lead() noexcept {
  if (lanes_[leader_].running()) return true;
  const auto other = std::ranges::find_if(lanes_, [](const PulseDetector& lane) { return lane.running(); });
  if (other == lanes_.end()) return false;
  leader_ = static_cast<std::size_t>(other - lanes_.begin());
  return true;
}

std::optional<std::uint64_t> PulseTrain::push(const double* y, const std::uint8_t* flags) noexcept {
  ++count_;
  double sum = 0.0, strongest = 0.0;
  bool leader_pulsed = false, ready = false;
  for (std::size_t c = 0; c < lanes_.size(); ++c) {
    if (!has_value(flags[c])) continue;
    const bool pulse = lanes_[c].push(y[c]);
    leader_pulsed = leader_pulsed || (pulse && (c == leader_ || !lanes_[leader_].running()));
    ready = ready || lanes_[c].ready();
    const double step = lanes_[c].step_sigmas(0);
    strongest = std::max(strongest, step);
    sum += std::min(step, most_sigmas);
  }
  const bool led = lead();
  const double proposed = known_ > 0.0 || led || following_ ? 0.0 : search_.push(sum);
  if (!fold_.at_work() && ready) {
    const double period = known_ > 0.0 ? known_ : led ? lanes_[leader_].period() : proposed;
    if (period > 0.0) fold(period, proposed == 0.0);
    tried_until_ = count_ + trial_;
  }
  fold_.push(sum);
  if (fold_.known() && !following_) begin_following();
  if (following_) {
    const auto at = follow(strongest);
    if (following_) return at;
  }
  if (!led) {
    if (fold_.at_work() && known_ == 0.0 && count_ > tried_until_) fold_.begin(0.0);
    if (running_) folded_from_ = count_;
    running_ = false;
    return std::nullopt;
  }
  if (!leader_pulsed) return std::nullopt;
  if (!running_) {
    running_ = true;
    first_ = count_ - std::min(count_, lanes_[leader_].since_first());
    pulses_ = lanes_[leader_].pulses() - 1;
  }
  ++pulses_;
  last_ = counted_ = count_;
  return 0;
}

void PulseTrain::begin_following() noexcept {
  following_ = true;
  told_ = seen_ = judged_ = false;
  silent_ = 0;
  missed_ = first_missed;
  by_chance_ = 1.0;
  const std::uint64_t back = fold_.periods_back();
  const auto span = static_cast<std::uint64_t>(static_cast<double>(back) * fold_.period() + fold_.since_due());
  const std::uint64_t first = count_ - std::min(count_, span);
  first_ = running_ ? std::min(first_, first) : first;
  pulses_ = running_ ? std::max(pulses_, back) : back;
  counted_ = count_ - std::min(count_, static_cast<std::uint64_t>(std::max(0.0, fold_.since_due())));
  running_ = true;
}

std::optional<std::uint64_t> PulseTrain::follow(double strongest) noexcept {
  const double tolerance = due_jitter * fold_.period() + 1.0, since = fold_.since_due();
  if (since < -tolerance) told_ = seen_ = judged_ = false;
  judge(since);
  if ((silent_ >= silent_periods && by_chance_ < unlikely) || !fold_.known()) {
    following_ = false;
    fold_.begin(0.0);
    folded_from_ = count_;
    return std::nullopt;
  }
  if (told_ || since < -tolerance) return std::nullopt;
  const bool here = strongest > due_sigmas && since <= tolerance;
  if (!here && since <= tolerance) return std::nullopt;
  const auto ago = here ? std::uint64_t{0} : static_cast<std::uint64_t>(std::max(0.0, since));
  told_ = true;
  if (static_cast<double>(count_ - ago - last_) < refractory * fold_.period()) return std::nullopt;
  last_ = count_ - ago;
  return ago;
}

/// Was there evidence where one was due? What was missed before one that was seen tells how many are.
void PulseTrain::judge(double since) noexcept {
  const double until = std::min(reach_, quarter * fold_.period());
  const double tolerance = due_jitter * fold_.period() + 1.0;
  if (since >= -tolerance && since <= until) seen_ = seen_ || fold_.stands_out();
  if (since <= until || judged_) return;
  judged_ = true;
  if (seen_) {
    const std::uint64_t at = count_ - std::min(count_, static_cast<std::uint64_t>(since));
    const bool counted = static_cast<double>(at) - static_cast<double>(counted_) < refractory * fold_.period();
    pulses_ += (counted ? 0 : 1) + silent_;
    counted_ = at;
    for (; silent_ > 0; --silent_) missed_ += missed_gain * (1.0 - missed_);
    missed_ -= missed_gain * missed_;
    by_chance_ = 1.0;
  } else {
    ++silent_;
    by_chance_ *= missed_;
  }
}

}  // namespace myod::dsp
