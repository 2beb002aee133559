// Assembler: bytes in, frames with their place on the sample axis out. What all sensors share lives here once: resync,
// lock, corrupted frames, counting; SampleAxis does counters and gaps. Pure: no clock, no port; the caller gives the
// arrival time. Memory is bounded and time is linear in the bytes, whatever they are.
//
// In lock, a frame that passes its check and counts up by one is delivered at once. Anything else raises a doubt: is
// the boundary still right? It is when, at the boundaries that follow,
//   the very next frame has the right counter (the one between was corrupted and kept its length), or
//   two frames agree with each other (their counters differ by their distance): then all good ones since are real,
// and it is not when elsewhere `lock_frames` frames in a row count up. Whoever comes first is believed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "daemon/sample_axis.hpp"
#include "daemon/sensors/sensor.hpp"

namespace myod::daemon {

class Assembler {
 public:
  using OnFrame = SampleAxis::OnFrame;
  Assembler(const sensors::SensorRow&, const sensors::Setup&, OnFrame);
  Assembler(const Assembler&) = delete;
  Assembler& operator=(const Assembler&) = delete;

  /// Any piece of the byte stream. Frames come out as soon as they are whole and believed.
  void feed(std::span<const std::uint8_t> bytes, std::int64_t arrival_ns);
  /// Time went by without bytes: frames that wait for a burst to end are decided.
  void tick(std::int64_t now_ns) { axis_.settle(now_ns); }

  /// The port was reopened: what was half read is dropped, the sample axis goes on, and the gap is measured by the host
  /// clock from the last frame's arrival to the next one's.
  void reopened();
  /// No sample came for long on a port that stays open.
  void fell_silent() { axis_.fell_silent(); }
  /// The bytes that follow begin with a whole frame or line (a file from its start).
  void begins_whole() { line_started_ = true; }
  /// ... and are the device's answer to our own start: its counter begins as the row says.
  void started();

  const AssemblerCounts& counts() const { return counts_; }
  const Timebase& timebase() const { return axis_.timebase(); }
  double measured_rate_hz() const { return axis_.measured_rate_hz(); }
  double off_nominal_hz() const { return axis_.off_nominal_hz(); }
  bool locked() const { return locked_; }

 private:
  enum class Chain : std::uint8_t { good, bad, need_more };
  sensors::ParseResult parse_at(std::size_t at, sensors::Frame& frame);
  Chain chain_at(std::size_t at);
  void believe(const sensors::Frame& frame, std::uint64_t windows);
  void skip(sensors::SkipReason reason) { ++counts_.skips[static_cast<std::size_t>(reason)]; }
  void compact();

  // frames of one size
  bool step_fixed() { return locked_ ? step_locked() : search(buffer_.size()); }
  bool step_locked();
  bool search(std::size_t end);
  bool confirmed(std::size_t window) const;
  void accept(std::size_t window);
  void lock_at(std::size_t at);
  std::size_t extend_back(std::size_t at);

  // frames of any size, lines
  bool step_variable();
  bool find_line_start();
  void refuse(const sensors::ParseResult& result);

  struct Window {
    bool good = false;
    sensors::Frame frame;
  };

  const sensors::SensorRow& row_;
  const sensors::Setup setup_;
  const std::uint64_t modulus_;
  const std::size_t size_;  // of a frame; 0: they vary
  AssemblerCounts counts_;
  SampleAxis axis_;
  std::vector<std::uint8_t> buffer_;
  std::size_t at_ = 0;         // everything before is decided
  std::size_t scan_ = 0;       // searching for lock: everything before was tried
  std::vector<Window> doubt_;  // in lock: the frames from at_ on that have been looked at
  std::size_t doubts_ = 0;
  sensors::Frame scratch_;
  std::uint64_t counter_ = 0;    // of the last believed frame
  std::uint64_t destroyed_ = 0;  // samples seen destroyed since then, where no counter tells
  std::int64_t arrival_ns_ = 0;
  std::optional<std::uint32_t> unit_;  // of several on one receiver
  bool locked_ = false;
  bool line_started_ = false;
  bool fresh_ = false;  // nothing was given up since our own start
};

}  // namespace myod::daemon
