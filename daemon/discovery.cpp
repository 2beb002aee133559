#include "daemon/discovery.hpp"

#include <algorithm>
#include <cmath>

namespace myod::daemon {

namespace {

constexpr std::int64_t piece_ns = 250'000'000;
constexpr std::int64_t enough_ns = 5'000'000'000;
constexpr std::size_t most_points = 64;
constexpr double near_median = 0.2, clocks_agree = 0.05;

}  // namespace

std::uint32_t ColumnVote::winner() const {
  return static_cast<std::uint32_t>(std::max_element(votes_.begin(), votes_.end()) - votes_.begin());
}

void RateMeter::add(std::uint64_t frames, std::int64_t arrival_ns, double device_time) {
  if (!points_.empty() && arrival_ns - points_.back().arrival_ns < piece_ns) return;
  if (points_.size() == most_points) points_.erase(points_.begin());
  points_.push_back({frames, arrival_ns, device_time});
}

double RateMeter::rate_hz() const {
  if (points_.size() < 3 || points_.back().arrival_ns - points_.front().arrival_ns < enough_ns) return 0.0;
  struct Piece {
    double frames, seconds, device;
    double rate() const { return frames / seconds; }
  };
  std::vector<Piece> pieces;
  for (std::size_t i = 1; i < points_.size(); ++i)
    pieces.push_back({static_cast<double>(points_[i].frames - points_[i - 1].frames),
                      static_cast<double>(points_[i].arrival_ns - points_[i - 1].arrival_ns) * 1e-9,
                      points_[i].device_time - points_[i - 1].device_time});
  std::vector<Piece> sorted = pieces;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end(),
                   [](const Piece& a, const Piece& b) { return a.rate() < b.rate(); });
  const double median = middle->rate();
  Piece sum{0.0, 0.0, 0.0};
  for (const Piece& p : pieces)
    if (std::abs(p.rate() - median) <= near_median * median)
      sum = {sum.frames + p.frames, sum.seconds + p.seconds, sum.device + p.device};
  for (const double unit : {1.0, 1e3, 1e6})
    if (std::abs(sum.device / unit / sum.seconds - 1.0) < clocks_agree) return sum.frames / (sum.device / unit);
  return sum.rate();
}

}  // namespace myod::daemon
