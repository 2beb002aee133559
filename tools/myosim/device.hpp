// The device side of a sensor: bytes of the host and the time enter, answers and the bytes of all frames due leave,
// through the faults asked for. Knows no pseudo-terminal and reads no clock.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dsp/synth/random.hpp"
#include "tools/myosim/options.hpp"
#include "tools/myosim/source.hpp"
#include "tools/myosim/truth.hpp"

namespace myod::myosim {

class Device {
 public:
  Device(const Options&, std::unique_ptr<Source>, TruthFile&);

  /// Power-up: a device that streams unasked begins; returns what it prints first.
  std::string power_up(std::int64_t now_ns);
  /// Commands; returns the answer.
  std::string receive(std::span<const std::uint8_t> bytes, std::int64_t now_ns);
  /// Appends the frames due by now, at most `most` of them; false when there are more. `heard`: a host has the port
  /// open.
  bool produce(std::int64_t now_ns, bool heard, std::size_t most, std::vector<std::uint8_t>& out);

  bool streaming() const { return state_.streaming; }
  std::uint64_t count(Fate fate) const { return counts_.at(static_cast<std::size_t>(fate)); }
  std::uint64_t late() const { return late_; }  ///< frames produced more than 50 ms after their time

 private:
  void begin_stream(std::int64_t now_ns);
  Fate fate_of_next(double time_s, bool heard);
  void begin_frame(Fate fate, std::vector<std::uint8_t>& out);
  void put_instant(std::uint64_t instant);
  void append_frame(Fate fate, std::vector<std::uint8_t>& out);

  const Options& options_;
  const sensors::SensorRow& row_;
  std::unique_ptr<Source> source_;
  TruthFile& truth_;
  dsp::synth::Random faults_;
  sensors::DeviceState state_;

  // Of the stream since its last start.
  sensors::Setup setup_;
  std::vector<dsp::Channel> channels_;
  std::vector<std::size_t> inputs_of_frame_;  ///< the input each value of the frame carries, if there is one
  std::vector<double> values_;                ///< at these inputs, in the channel's unit
  double true_rate_hz_ = 0.0;
  std::int64_t begin_ns_ = 0;
  std::uint64_t in_stream_ = 0;

  // Over all streams.
  std::vector<Sample> inputs_;
  std::uint64_t index_ = 0;
  double streamed_s_ = 0.0;  ///< before the last start
  bool exhausted_ = false;   ///< the source has no more
  std::array<std::uint64_t, fate_words.size()> counts_{};
  std::uint64_t late_ = 0;
  Fate fate_ = Fate::sent;  ///< of the frame being filled
  sensors::Frame frame_;
};

}  // namespace myod::myosim
