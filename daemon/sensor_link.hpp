// One sensor on the acquisition thread, from port to ring: opens its port and keeps it open, talks to the device, has
// the bytes assembled, finds out what the data alone can tell, writes blocks. Lost ports are tried again for ever;
// every change of state is told once.
#pragma once

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/assembler.hpp"
#include "daemon/back_off.hpp"
#include "daemon/block_writer.hpp"
#include "daemon/discovery.hpp"
#include "daemon/electrode_watch.hpp"
#include "daemon/plan.hpp"
#include "daemon/port/port.hpp"
#include "daemon/recognition.hpp"
#include "daemon/scale_watch.hpp"
#include "daemon/sensor_state.hpp"
#include "daemon/session.hpp"
#include "daemon/silence.hpp"

namespace myod::daemon {

class SensorLink {
 public:
  /// `news`: the state or what is known of the layout changed; else only the counts did.
  using Publish = std::function<void(const SensorState&, bool news)>;

  /// Throws std::invalid_argument when the port is none.
  SensorLink(boost::asio::io_context& io, const SensorPlan& plan, Ring& blocks, Wake& dsp, Publish publish);
  SensorLink(const SensorLink&) = delete;
  SensorLink& operator=(const SensorLink&) = delete;

  void start();
  /// Some device was plugged in: a port that is waited for is tried now.
  void plugged();
  /// Stops the device politely, then calls back.
  void shut_down(std::function<void()> done);

 private:
  using Word = SensorState::Word;

  // port and session (sensor_link.cpp)
  void open();
  void begin_session();
  void session_done(const std::string& why, const std::string& rest);
  void port_closed(const std::string& why, bool final);
  void drop_port();
  void failed(const std::string& why);
  void retry();
  void retry_now();
  void set(Word word, const std::string& detail);
  void say_streaming();
  double off_nominal_hz() const;
  void publish(bool news);
  dsp::Text<200> hint_now() const;
  void look_at_skipped(std::int64_t now_ns);
  void look_after();
  bool progressed(std::int64_t arrival_ns);
  void say_silent();

  // bytes (sensor_link_data.cpp)
  void received(std::span<const std::uint8_t> bytes, std::int64_t arrival_ns);
  void feed(std::span<const std::uint8_t> bytes, std::int64_t arrival_ns);
  void vote_on_columns(std::span<const std::uint8_t> bytes, std::int64_t arrival_ns);
  void columns_decided(std::int64_t arrival_ns);
  void measure_rate(std::span<const std::uint8_t> bytes, std::int64_t arrival_ns);
  void find_layout();
  void layout_found();
  void wait_for_room();

  boost::asio::io_context& io_;
  const SensorPlan plan_;
  const port::Address address_;
  Ring& blocks_;
  Wake& dsp_;
  Publish publish_;
  SensorState state_;
  sensors::Setup setup_;  // as far as it is known

  std::unique_ptr<port::Port> port_;
  std::unique_ptr<Session> session_;
  std::uint64_t opening_ = 0;  // which opening of the port a callback belongs to
  bool talking_ = false;       // the start session is over
  bool started_ = false, opened_before_ = false, retrying_ = false, ending_ = false;
  BackOff back_off_;
  boost::asio::steady_timer retry_timer_, look_timer_, room_timer_;
  std::int64_t last_sample_ns_ = 0;
  AssemblerCounts at_sample_;  // as they stood then
  bool told_silent_ = false;
  UnreadBytes unread_;  // to tell what they come from
  std::uint64_t arrived_bytes_ = 0;
  SkippedWatch skipped_;
  dsp::Text<200> mostly_skipped_;  // what was instead; empty: nothing

  std::unique_ptr<Assembler> assembler_;
  std::unique_ptr<BlockWriter> writer_;
  std::optional<ElectrodeWatch> electrodes_;
  std::optional<ScaleWatch> scale_;  // of kinds whose converter the user describes
  std::optional<ColumnVote> vote_;
  std::vector<std::uint8_t> voted_bytes_;  // so that no line is lost by looking at it
  std::optional<RateMeter> meter_;
  std::uint64_t metered_ = 0;
  double device_time_ = 0.0;
  std::int64_t arrival_ns_ = 0;
};

}  // namespace myod::daemon
