#include "dsp/features/array_velocities.hpp"

#include <algorithm>
#include <stdexcept>

namespace myod::dsp {
namespace {

std::vector<std::size_t> lanes_of(const ElectrodeArray& array, const Stream& stream,
                                  std::span<const std::size_t> channel_of_lane) {
  std::vector<std::size_t> lanes;
  for (const std::string& name : array.channels) {
    const auto lane = std::ranges::find(
        channel_of_lane, name, [&](std::size_t channel) -> auto& { return stream.channels[channel].name; });
    if (lane == channel_of_lane.end())
      throw std::invalid_argument("array " + array.name + ": " + name + " is no EMG channel of " + stream.sensor);
    lanes.push_back(static_cast<std::size_t>(lane - channel_of_lane.begin()));
  }
  return lanes;
}

}  // namespace

ArrayVelocities::ArrayVelocities(const Stream& stream, std::span<const std::size_t> channel_of_lane, std::size_t window,
                                 double least_rate_hz)
    : samples_(window) {
  if (stream.rate_hz() < least_rate_hz) return;
  for (const ElectrodeArray& array : stream.arrays) {
    const std::size_t differences = differences_to_take(array.montage);
    const std::size_t kept = array.channels.size() - std::min(differences, array.channels.size());
    arrays_.push_back({lanes_of(array, stream, channel_of_lane), differences,
                       std::vector<double>(array.channels.size() * window),
                       VelocityEstimator(kept, window, stream.rate_hz(), array.distance_mm)});
    pieces_ += arrays_.back().pieces();
  }
}

void ArrayVelocities::begin(std::uint64_t end, const MovingCount& valid) noexcept {
  end_ = end;
  for (Array& array : arrays_) {
    array.velocity = {};
    array.whole = std::ranges::all_of(
        array.lanes, [&](std::size_t lane) { return valid.at(lane) == static_cast<double>(samples_); });
  }
}

void ArrayVelocities::gather(Array& array, std::size_t which, const History& history) const noexcept {
  const std::size_t lane = array.lanes[which];
  double* out = array.gathered.data() + which * samples_;
  history.runs(end_ - samples_, samples_, [&](std::uint64_t index, std::size_t rows) {
    const double* y = history.y(lane / lane_tile, index) + lane % lane_tile;
    for (std::size_t row = 0; row < rows; ++row) *out++ = y[row * lane_tile];
  });
}

void ArrayVelocities::piece(std::size_t number, const History& history) noexcept {
  const auto at = std::ranges::find_if(arrays_, [&number](const Array& array) {
    if (number < array.pieces()) return true;
    number -= array.pieces();
    return false;
  });
  if (at == arrays_.end() || !at->whole) return;
  if (number < at->lanes.size()) return gather(*at, number, history);
  number -= at->lanes.size();
  if (number > 0) {
    at->estimator.piece(number - 1);
    if (number == at->estimator.pieces()) at->velocity = at->estimator.result();
    return;
  }
  subtract_neighbours(at->gathered, samples_, at->differences);
  const std::span<double> x = at->estimator.x();
  std::copy_n(at->gathered.begin(), x.size(), x.begin());
}

}  // namespace myod::dsp
