#include "daemon/back_off.hpp"

#include <algorithm>
#include <cmath>

namespace myod::daemon {

namespace {

constexpr double first_ms = 100.0, longest_ms = 5000.0, least_share = 0.75;
constexpr int doublings = 10;  // beyond the longest

}  // namespace

std::chrono::milliseconds BackOff::next() {
  const double whole_ms = std::min(longest_ms, std::ldexp(first_ms, failures_));
  failures_ = std::min(failures_ + 1, doublings);
  const double share = std::uniform_real_distribution<double>(least_share, 1.0)(chance_);
  return std::chrono::milliseconds(static_cast<int>(whole_ms * share));
}

}  // namespace myod::daemon
