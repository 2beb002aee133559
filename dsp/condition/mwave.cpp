#include "dsp/condition/mwave.hpp"

#include <algorithm>
#include <cmath>

namespace myod::dsp {
namespace {

constexpr double longest_ms = 250.0, template_share = 0.15, remember = 0.97;
constexpr std::size_t template_frames = 6;  // then 1 - 0.85^6 = 62 % of a change has been learned

std::size_t samples(double ms, double rate_hz) { return static_cast<std::size_t>(std::lround(ms * rate_hz / 1000.0)); }

}  // namespace

MwaveStage::MwaveStage(const ConditionOptions& o, const BlankingStage& blanking, std::size_t delay, double rate_hz,
                       std::size_t channels, std::size_t lanes)
    : method_(o.mwave),
      blanking_(blanking),
      lanes_(lanes),
      longest_(samples(longest_ms, rate_hz)),
      delay_(delay),
      gate_(o.mwave == Mwave::gate || o.mwave == Mwave::pattern ? samples(o.mwave_ms, rate_hz) : 0),
      muscles_(channels) {
  for (Lane& muscle : muscles_) {
    muscle.history.assign(method_ == Mwave::gate ? 0 : slots * longest_, 0.0);
    muscle.pattern.assign(longest_, 0.0);
  }
}

void MwaveStage::restart() noexcept {
  for (Lane& muscle : muscles_) {
    muscle.inside = false;
    muscle.frames = 0;
    muscle.products = {};
    muscle.targets = {};
  }
}

double* MwaveStage::frame(Lane& muscle, std::size_t ago) noexcept {
  return muscle.history.data() + (muscle.newest + slots - ago) % slots * longest_;
}
std::size_t& MwaveStage::length(Lane& muscle, std::size_t ago) noexcept {
  return muscle.length[(muscle.newest + slots - ago) % slots];
}

/// Least squares of the newest whole frame, and with less weight the older ones, on the six before each: normal
/// equations by Cholesky, 1e-9 of the trace added.
void MwaveStage::solve(Lane& muscle) noexcept {
  std::size_t n = length(muscle, 1);  // shortest of the frames
  for (std::size_t j = 2; j < order + 2; ++j) n = std::min(n, length(muscle, j));
  const double* target = frame(muscle, 1);
  double trace = 0.0;
  for (std::size_t i = 0; i < order; ++i) {
    const double* x = frame(muscle, i + 2);
    muscle.targets[i] *= remember;
    for (std::size_t k = 0; k < n; ++k) muscle.targets[i] += x[k] * target[k];
    for (std::size_t j = 0; j <= i; ++j) {
      const double* z = frame(muscle, j + 2);
      muscle.products[i][j] *= remember;
      for (std::size_t k = 0; k < n; ++k) muscle.products[i][j] += x[k] * z[k];
    }
    trace += muscle.products[i][i];
  }
  auto a = muscle.products;
  auto b = muscle.targets;
  muscle.weights.fill(0.0);
  if (!(trace > 0.0)) return;
  for (std::size_t i = 0; i < order; ++i) {
    a[i][i] += 1e-9 * trace;
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = a[i][j];
      for (std::size_t k = 0; k < j; ++k) sum -= a[i][k] * a[j][k];
      a[i][j] = i == j ? std::sqrt(std::max(sum, 1e-300)) : sum / a[j][j];
    }
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  for (std::size_t i = order; i-- > 0;) {
    for (std::size_t k = i + 1; k < order; ++k) b[i] -= a[k][i] * muscle.weights[k];
    muscle.weights[i] = b[i] / a[i][i];
  }
  double squares = 1.0;
  for (const double w : muscle.weights) squares += w * w;
  muscle.gain = 1.0 / std::sqrt(squares);
}

void MwaveStage::begin_frame(Lane& muscle, std::uint64_t at) noexcept {
  const std::uint64_t elapsed = at - muscle.pulse;
  if (muscle.inside && elapsed <= longest_) {
    length(muscle, 0) = elapsed;
    ++muscle.frames;
  } else {
    muscle.frames = 0;
  }
  muscle.newest = (muscle.newest + 1) % slots;
  muscle.pulse = at;
  muscle.inside = true;
  if (method_ == Mwave::prediction && muscle.frames > order) solve(muscle);
}

/// Sample k of the frame; false when there is nothing to compare it with.
bool MwaveStage::clean(Lane& muscle, std::size_t k, double& y) noexcept {
  const double x = y;
  frame(muscle, 0)[k] = x;
  if (method_ == Mwave::pattern) {
    const bool known = muscle.frames >= template_frames;
    if (known) y -= muscle.pattern[k];
    muscle.pattern[k] += (muscle.frames == 0 ? 1.0 : template_share) * (x - muscle.pattern[k]);
    return known;
  }
  const std::size_t needed = method_ == Mwave::comb ? 1 : order + 1;
  if (muscle.frames < needed) return false;
  if (method_ == Mwave::comb) {
    if (k >= length(muscle, 1)) return false;
    y = (x - frame(muscle, 1)[k]) / std::sqrt(2.0);
    return true;
  }
  for (std::size_t j = 1; j <= order; ++j) {
    if (k >= length(muscle, j)) return false;
    y -= muscle.weights[j - 1] * frame(muscle, j)[k];
  }
  y *= muscle.gain;
  return true;
}

void MwaveStage::run(Samples& samples) noexcept {
  double* y = samples.y;
  std::uint8_t* flags = samples.flags;
  for (std::size_t i = 0; i < samples.rows; ++i, y += lanes_, flags += lanes_) {
    const std::uint64_t now = samples.first + i;
    for (std::size_t c = 0; c < muscles_.size(); ++c) {
      if (!has_value(flags[c])) continue;
      Lane& muscle = muscles_[c];
      while (const auto at = blanking_.pulse(c, muscle.next)) {
        if (*at + delay_ > now) break;
        ++muscle.next;
        if (*at + delay_ > muscle.pulse || !muscle.inside) begin_frame(muscle, *at + delay_);
      }
      if (!muscle.inside) continue;
      const std::uint64_t k = now - muscle.pulse;
      if (k >= longest_) {
        muscle.inside = false;
        muscle.frames = 0;
        continue;
      }
      const bool known = method_ == Mwave::gate || clean(muscle, static_cast<std::size_t>(k), y[c]);
      if ((!known || k < gate_) && flags[c] != sample_railed) flags[c] = sample_blanked;
    }
  }
}

}  // namespace myod::dsp
