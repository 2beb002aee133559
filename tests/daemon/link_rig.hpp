// A sensor's link driven by hand, without a thread: time passes only where a test waits for something. And frames and
// setups of any row of the sensor table to feed it with.
#pragma once

#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/records.hpp"
#include "daemon/sensor_link.hpp"

namespace myod::test {

/// The row's defaults; where it has none, what a user would give.
inline sensors::Setup usual_setup(const sensors::SensorRow& row) {
  sensors::Setup wished;
  if (row.default_channels == 0) wished.channels = 2;
  if (row.default_rate_hz == 0.0) wished.rate_hz = 1000.0;
  return sensors::complete_setup(row, wished);
}

/// Frame `k` of a device that lies still, its first analogue channel counting.
inline sensors::Frame still_frame(const sensors::SensorRow& row, const sensors::Setup& setup, std::uint64_t k) {
  const auto channels = row.channels(setup);
  sensors::Frame frame;
  frame.values = row.instants * static_cast<std::uint32_t>(channels.size());
  for (std::uint32_t i = 0; i < row.instants; ++i) {
    const std::uint64_t index = k * row.instants + i;
    const auto counts = std::span(frame.counts).subspan(i * channels.size(), channels.size());
    for (std::size_t c = 0; c < channels.size(); ++c) counts[c] = channels[c].offset;
    if (row.at_rest != nullptr) row.at_rest(setup, index, counts.subspan(setup.channels));
    counts[0] = channels[0].offset + static_cast<double>(index % 97);
  }
  const std::uint64_t modulus = sensors::counter_modulus(row, setup);
  frame.counter = modulus == 0 ? 0 : k * row.instants % modulus;
  return frame;
}

inline std::string wire_of(const sensors::SensorRow& row, const sensors::Setup& setup, const sensors::Frame& frame) {
  std::vector<std::uint8_t> bytes(row.max_frame_bytes);
  bytes.resize(row.format(setup, frame, bytes));
  return {bytes.begin(), bytes.end()};
}

/// `n` frames from frame `first` on.
inline std::string still_wire(const sensors::SensorRow& row, const sensors::Setup& setup, std::uint64_t first,
                              std::uint64_t n) {
  std::string all;
  for (std::uint64_t k = first; k < first + n; ++k) all += wire_of(row, setup, still_frame(row, setup, k));
  return all;
}

class LinkRig {
 public:
  LinkRig() = default;
  ~LinkRig() = default;
  LinkRig(const LinkRig&) = delete;
  LinkRig& operator=(const LinkRig&) = delete;

  void start(std::string_view kind, const sensors::Setup& wished, const std::string& port) {
    const sensors::SensorRow* row = sensors::find_sensor(kind);
    link_ = std::make_unique<daemon::SensorLink>(
        io_, daemon::SensorPlan{"test", row, sensors::complete_setup(*row, wished), port, 0}, ring_, wake_,
        [this](const daemon::SensorState& state, bool) { state_ = state; });
    link_->start();
  }
  /// Runs the link until `condition` holds; false after 20 s.
  template <typename Condition>
  bool until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      io_.run_one_for(std::chrono::milliseconds(20));
      take();
    }
    return condition();
  }
  bool says(std::string_view detail) const { return state_.detail.view().find(detail) != std::string_view::npos; }
  bool becomes(daemon::SensorState::Word word, std::string_view detail) {
    return until([&] { return state_.state == word && says(detail); });
  }

 protected:
  void take() {
    for (auto record = ring_.front(); !record.empty(); record = ring_.front()) {
      const dsp::SampleBlock block = daemon::view(record).block();
      for (std::uint32_t i = 0; i < block.head.instants; ++i) {
        index_.push_back(block.head.first_index + i);
        first_channel_.push_back(block.raw[std::size_t{i} * block.head.channels]);
      }
      ring_.release();
    }
  }

  boost::asio::io_context io_;
  daemon::Ring ring_{1 << 16};
  daemon::Wake wake_;
  daemon::SensorState state_;
  std::vector<std::uint64_t> index_;   // of every instant that came
  std::vector<double> first_channel_;  // its counts
  std::unique_ptr<daemon::SensorLink> link_;
};

}  // namespace myod::test
