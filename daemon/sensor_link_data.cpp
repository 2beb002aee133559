// The half of a sensor's link that handles bytes: what is not known of the layout is found out, then blocks flow.
#include <boost/asio/post.hpp>

#include "daemon/sensor_link.hpp"

namespace myod::daemon {

namespace {
constexpr std::size_t most_voted_bytes = 16384;
constexpr auto room_period = std::chrono::milliseconds(1);
}  // namespace

void SensorLink::received(std::span<const std::uint8_t> bytes, std::int64_t arrival_ns) {
  arrival_ns_ = arrival_ns;
  arrived_bytes_ += bytes.size();
  unread_.add(bytes);
  if (session_) return session_->input(bytes);
  if (!talking_) return;
  if (vote_) return vote_on_columns(bytes, arrival_ns);
  if (meter_) return measure_rate(bytes, arrival_ns);
  feed(bytes, arrival_ns);
}

void SensorLink::feed(std::span<const std::uint8_t> bytes, std::int64_t arrival_ns) {
  assembler_->feed(bytes, arrival_ns);
  writer_->flush(assembler_->timebase(), arrival_ns);
  if (progressed(arrival_ns)) say_streaming();
  if (writer_->full()) wait_for_room();
}

// Sets up the next thing to find out: columns, then rate, then nothing is missing and samples flow.
void SensorLink::find_layout() {
  if (state_.layout_known) return;
  vote_.reset();
  meter_.reset();
  voted_bytes_.clear();
  at_sample_ = {};
  if (setup_.channels == 0) {
    vote_.emplace();
    assembler_ =
        std::make_unique<Assembler>(*plan_.row, setup_, [this](const PlacedFrame& p) { vote_->add(*p.frame); });
  } else if (setup_.rate_hz <= 0.0) {
    meter_.emplace();
    metered_ = 0;
    assembler_ = std::make_unique<Assembler>(*plan_.row, setup_, [this](const PlacedFrame& p) {
      metered_ += p.instants;
      device_time_ = p.frame->device_time;
    });
  } else {
    layout_found();
  }
}

void SensorLink::layout_found() {
  const std::vector<dsp::Channel> channels = plan_.row->channels(setup_);
  const auto values = static_cast<std::uint32_t>(channels.size());
  electrodes_.emplace(*plan_.row, setup_, channels);
  if (plan_.row->default_bits != 0) scale_.emplace(channels, setup_);
  const bool waits = address_.kind == port::Address::Kind::file && address_.speed == 0.0;
  assembler_ = std::make_unique<Assembler>(*plan_.row, setup_, [this](const PlacedFrame& p) {
    writer_->add(p, assembler_->timebase(), arrival_ns_, off_nominal_hz() != 0.0);
    electrodes_->add(*p.frame);
    if (scale_) scale_->add(*p.frame);
  });
  writer_ = std::make_unique<BlockWriter>(blocks_, dsp_, plan_.stream, values, waits);
  at_sample_ = {};
  state_.layout = setup_;
  state_.rate_hz = setup_.rate_hz;
  state_.layout_known = true;
  publish(true);
}

void SensorLink::vote_on_columns(std::span<const std::uint8_t> bytes, std::int64_t arrival_ns) {
  voted_bytes_.insert(voted_bytes_.end(), bytes.begin(), bytes.end());
  assembler_->feed(bytes, arrival_ns);
  progressed(arrival_ns);
  if (vote_->decided()) return columns_decided(arrival_ns);
  if (voted_bytes_.size() > most_voted_bytes) find_layout();  // hardly a line in all that: begin anew
}

void SensorLink::columns_decided(std::int64_t arrival_ns) {
  setup_.channels = vote_->winner();
  const std::vector<std::uint8_t> bytes = std::move(voted_bytes_);
  find_layout();
  if (address_.kind == port::Address::Kind::file) assembler_->begins_whole();
  if (meter_)
    set(Word::starting, "measuring the rate (5 s; give rate_hz to skip this)");
  else
    feed(bytes, arrival_ns);
}

void SensorLink::measure_rate(std::span<const std::uint8_t> bytes, std::int64_t arrival_ns) {
  const std::uint64_t before = metered_;
  assembler_->feed(bytes, arrival_ns);
  if (metered_ == before) return;
  progressed(arrival_ns);
  meter_->add(metered_, arrival_ns, device_time_);
  const double rate = meter_->rate_hz();
  if (rate <= 0.0) return;
  setup_.rate_hz = rate;
  find_layout();
}

// The dsp thread has more than it can take and the source can wait.
void SensorLink::wait_for_room() {
  if (port_) port_->hold(true);
  room_timer_.expires_after(room_period);
  room_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    writer_->retry();
    if (writer_->full()) return wait_for_room();
    if (port_) port_->hold(false);
  });
}

}  // namespace myod::daemon
