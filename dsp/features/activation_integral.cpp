#include "dsp/features/activation_integral.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace myod::dsp {

void ActivationIntegrals::onset(const History& history, std::size_t lane, std::uint64_t index,
                                std::uint64_t now) noexcept {
  open_[lane] = false;
  if (now - index > history.rows()) return;
  if (std::ranges::none_of(open_, [](bool open) { return open; })) next_ = index;
  open_[lane] = true;
  first_[lane] = index;
  const Sum sum = added({}, history, lane, index, next_);
  uv_[lane] = sum.uv;
  samples_[lane] = sum.samples;
}

void ActivationIntegrals::follow(const History& history, const OnsetTile& statistics, std::uint64_t now) noexcept {
  if (now - next_ > history.rows()) open_.fill(false);  // what lies between is no longer there
  std::uint64_t certain = now;
  bool any = false;
  for (std::size_t lane = 0; lane < lane_tile; ++lane) {
    if (!open_[lane]) continue;
    certain = std::min(certain, static_cast<std::uint64_t>(statistics.zero_index[lane]));
    any = true;
  }
  const std::size_t kept = history.rows() - history.rows() / 16;  // the rest will soon be overwritten
  if (any) advance(history, std::max(certain, now > kept ? now - kept : 0));
}

double ActivationIntegrals::offset(const History& history, std::size_t lane, std::uint64_t end, double rate_hz,
                                   double least_valid) noexcept {
  const std::uint64_t from = std::max(next_, first_[lane]);
  const bool known = open_[lane] && end >= from;
  open_[lane] = false;
  if (!known) return std::numeric_limits<double>::quiet_NaN();
  const Sum so_far = first_[lane] > next_ ? Sum{} : Sum{uv_[lane], samples_[lane]};
  const Sum sum = added(so_far, history, lane, from, end);
  const auto length = static_cast<double>(end - first_[lane]);
  return length > 0.0 && sum.samples >= least_valid * length ? sum.uv / rate_hz
                                                             : std::numeric_limits<double>::quiet_NaN();
}

void ActivationIntegrals::advance(const History& history, std::uint64_t to) noexcept {
  while (next_ < to) {
    std::uint64_t until = to;  // or to where the next lane begins
    for (std::size_t lane = 0; lane < lane_tile; ++lane)
      if (open_[lane] && first_[lane] > next_) until = std::min(until, first_[lane]);
    history.runs(next_, static_cast<std::size_t>(until - next_), [&](std::uint64_t index, std::size_t rows) {
      kernels_.integrate(uv_.data(), samples_.data(), history.y(tile_, index), history.valid(tile_, index), rows);
    });
    next_ = until;
    for (std::size_t lane = 0; lane < lane_tile; ++lane)
      if (first_[lane] == next_) uv_[lane] = samples_[lane] = 0.0;
  }
}

/// With the samples from .. to of one lane.
ActivationIntegrals::Sum ActivationIntegrals::added(Sum sum, const History& history, std::size_t lane,
                                                    std::uint64_t from, std::uint64_t to) const noexcept {
  if (to <= from) return sum;
  history.runs(from, static_cast<std::size_t>(to - from), [&](std::uint64_t index, std::size_t rows) {
    const double* y = history.y(tile_, index) + lane;
    const std::uint8_t* valid = history.valid(tile_, index) + lane;
    for (std::size_t i = 0; i < rows; ++i) {
      if (valid[i * lane_tile] == 0) continue;
      sum.uv += std::abs(y[i * lane_tile]);
      sum.samples += 1.0;
    }
  });
  return sum;
}

}  // namespace myod::dsp
