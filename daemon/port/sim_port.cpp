#include "daemon/port/sim_port.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include "daemon/sensors/counts.hpp"
#include "dsp/synth/signal.hpp"

namespace myod::port {

namespace {

using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC
constexpr std::chrono::milliseconds batch{4};
constexpr std::uint64_t seed = 1;
/// After a suspend the samples due could fill memory: the device loses what is older than this, as a real one would.
constexpr double most_behind_s = 2.0;

std::int64_t nanoseconds(Clock::time_point t) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(t.time_since_epoch()).count();
}

/// Shared with the handlers under way, so the port may be destroyed at any moment.
struct Device : std::enable_shared_from_this<Device> {
  Device(boost::asio::io_context& io_context, const sensors::SensorRow& sensor_row, const sensors::Setup& sensor_setup)
      : io(io_context),
        row(sensor_row),
        setup(sensor_setup),
        channels(sensor_row.channels(sensor_setup)),
        signal(dsp::synth::scenario_table().front(), sensor_setup.rate_hz, sensor_setup.channels, seed),
        timer(io_context),
        values_(channels.size(), std::numeric_limits<double>::quiet_NaN()) {
    state.streaming = row.streams_unasked;
  }

  void start() {
    begin_ = next_ = Clock::now();
    arm();
  }

  void write(std::span<const std::uint8_t> commands) {
    const bool streamed = state.streaming;
    std::string answer;
    for (const std::uint8_t b : commands) answer += row.device(setup, state, b);
    if (state.streaming && !streamed) {
      begin_ = Clock::now();
      sent_ = 0;
    }
    if (!answer.empty())
      boost::asio::post(io, [self = shared_from_this(), answer = std::move(answer)] {
        self->deliver({reinterpret_cast<const std::uint8_t*>(answer.data()), answer.size()});
      });
  }

  /// May be called from inside on_bytes, which therefore stays as it is.
  void close() {
    closed_ = true;
    timer.cancel();
  }

  boost::asio::io_context& io;
  const sensors::SensorRow& row;
  sensors::Setup setup;
  std::vector<dsp::Channel> channels;
  dsp::synth::Signal signal;
  sensors::DeviceState state;
  boost::asio::steady_timer timer;
  Port::OnBytes on_bytes;

 private:
  void arm() {
    next_ += batch;
    timer.expires_at(next_);
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (error || self->closed_) return;
      if (self->state.streaming) self->send_due();
      if (!self->closed_) self->arm();
    });
  }

  void send_due() {
    const Clock::time_point now = Clock::now();
    const double elapsed_s = std::chrono::duration<double>(now - begin_).count();
    const auto due = static_cast<std::uint64_t>(elapsed_s * setup.rate_hz);
    if (const auto most = static_cast<std::uint64_t>(most_behind_s * setup.rate_hz) + 1; due > sent_ + most) {
      sent_ = due - most;
      next_ = now;
    }
    batch_bytes_.clear();
    for (; sent_ < due; ++sent_) append_instant();
    if (!batch_bytes_.empty()) deliver(batch_bytes_);
  }

  void append_instant() {
    signal.generate(std::span(values_).first(signal.channels()), {});
    const std::uint64_t instant = sent_ % row.instants;
    sensors::put_instant(row, setup, channels, sent_, values_,
                         std::span(frame_.counts).subspan(instant * channels.size(), channels.size()));
    if (instant + 1 < row.instants) return;
    frame_.values = row.instants * static_cast<std::uint32_t>(channels.size());
    frame_.counter = modulus_ != 0 ? (sent_ - instant) % modulus_ : 0;
    const std::size_t at = batch_bytes_.size();
    batch_bytes_.resize(at + row.max_frame_bytes);
    batch_bytes_.resize(at + row.format(setup, frame_, std::span(batch_bytes_).subspan(at)));
  }

  void deliver(std::span<const std::uint8_t> data) {
    if (!closed_) on_bytes(data, nanoseconds(Clock::now()));
  }

  std::vector<double> values_;  // of the muscles; nothing is at the other inputs
  std::vector<std::uint8_t> batch_bytes_;
  sensors::Frame frame_;
  Clock::time_point begin_, next_;
  const std::uint64_t modulus_ = sensors::counter_modulus(row, setup);
  std::uint64_t sent_ = 0;
  bool closed_ = false;
};

class SimPort final : public Port {
 public:
  SimPort(boost::asio::io_context& io, const sensors::SensorRow& row, const sensors::Setup& setup)
      : device_(std::make_shared<Device>(io, row, setup)) {}
  ~SimPort() override { device_->close(); }
  SimPort(const SimPort&) = delete;
  SimPort& operator=(const SimPort&) = delete;

  void start(OnBytes on_bytes, OnClosed) override {  // it never closes by itself
    device_->on_bytes = std::move(on_bytes);
    device_->start();
  }
  void write(std::span<const std::uint8_t> bytes) override { device_->write(bytes); }

 private:
  std::shared_ptr<Device> device_;
};

}  // namespace

std::unique_ptr<Port> open_sim(boost::asio::io_context& io, const sensors::SensorRow& row,
                               const sensors::Setup& setup) {
  return std::make_unique<SimPort>(io, row, setup);
}

}  // namespace myod::port
