// The server runs on its own io_context thread; the tests are its dsp thread and its clients.
#include "tests/daemon/serve/rig.hpp"

#include "dsp/pairs/pairs.hpp"
#include "proto/convert.hpp"

namespace myod::serve {

Rig::Rig(Options options, Hooks hooks) {
  const Options usual;
  options.listen = {"unix:" + (folder_ / "run/myod.sock"), "tcp:127.0.0.1:0", "http://127.0.0.1:0"};
  options.program = "myod test";
  options.boot_id = "boot";
  if (options.heartbeat_ms == usual.heartbeat_ms) options.heartbeat_ms = 3'600'000;
  if (!hooks.command) hooks.command = [](const v1::Command&, std::uint64_t, const auto& reply) { reply({}); };
  if (!hooks.status) hooks.status = [](v1::Status& s) { s.set_version("test"); };
  server_.emplace(io_, std::move(options), std::move(hooks));
  addresses_ = server_->addresses();
  thread_ = std::thread([this] { io_.run(); });
}

Rig::~Rig() {
  on_io([this] { server_.reset(); });
  work_.reset();
  io_.stop();
  thread_.join();
}

void Rig::on_io(const std::function<void()>& f) {
  std::promise<void> done;
  boost::asio::post(io_, [&] {
    f();
    done.set_value();
  });
  done.get_future().get();
}

void Rig::describe(std::uint32_t stream, const std::string& prefix, std::uint32_t epoch) {
  dsp::Stream s;
  s.sensor = prefix;
  s.rate_mhz = 1'000'000;
  for (std::uint32_t c = 1; c <= channels; ++c) {
    s.channels.emplace_back();
    s.channels.back().name = prefix + std::to_string(c);
  }
  on_io([&] { server_->describe(proto::describe(s, {}, stream, epoch)); });
}

void Rig::frame(std::uint32_t stream, dsp::FrameKind kind, std::uint64_t sequence) {
  dsp::FrameHead head;
  head.kind = kind;
  head.stream = stream;
  head.channels = channels;
  head.features = 6;
  head.end_index = 20 * (sequence + 1);
  head.first_index = head.end_index - 20;
  head.host_time_ns = static_cast<std::int64_t>(sequence) * 20'000'000;
  const std::vector<double> values(std::size_t{head.channels} * head.features, static_cast<double>(sequence));
  const std::vector<dsp::ChannelStatus> status(head.channels);
  on_io([&] {
    write_record(ring_, {daemon::RecordKind::frame, stream, sequence, 7}, daemon::one(head), std::span(values),
                 std::span(status));
    server_->publish(daemon::view(ring_.front()));
    ring_.release();
  });
}

void Rig::event(std::uint32_t stream, std::int32_t channel, std::uint64_t sequence,
                const std::optional<dsp::Repetition>& repetition) {
  dsp::Event e;
  e.kind = repetition ? dsp::EventKind::repetition : dsp::EventKind::mark;
  e.stream = stream;
  e.channel = channel;
  e.text << "hello";
  on_io([&] {
    write_record(ring_, {daemon::RecordKind::event, stream, sequence, 7}, daemon::one(e),
                 repetition ? std::span<const dsp::Repetition>(&*repetition, 1) : std::span<const dsp::Repetition>());
    server_->publish(daemon::view(ring_.front()));
    ring_.release();
  });
}

void Rig::pair(std::uint32_t pair, std::uint64_t sequence) {
  dsp::PairFrame p;
  p.pair = pair;
  p.time_ns = dsp::Pairs::grid_ns * static_cast<std::int64_t>(sequence + 1);
  p.first_uv = static_cast<double>(sequence);
  on_io([&] {
    write_record(ring_, {daemon::RecordKind::pair, pair, sequence, 7}, daemon::one(p));
    server_->publish(daemon::view(ring_.front()));
    ring_.release();
  });
}

v1::Status Rig::status() {
  client::Client asker(unix_address(), "asker 1", patience);
  v1::ClientMessage request;
  request.mutable_status_request();
  asker.send(request);
  const auto answer = receive_until(asker, [](const auto& m) { return m.has_status(); });
  return answer ? answer->status() : v1::Status();
}

void RawClient::send(const v1::ClientMessage& message) {
  std::string bytes;
  proto::append_message(bytes, message);
  send(bytes);
}

void RawClient::hello(const std::string& program, std::uint32_t major) {
  v1::ClientMessage message;
  message.mutable_hello()->set_protocol_major(major);
  message.mutable_hello()->set_program(program);
  send(message);
}

std::optional<v1::ServerMessage> RawClient::next() {
  for (;;) {
    if (const auto bytes = reader_.next()) {
      std::optional<v1::ServerMessage> message(std::in_place);
      message->ParseFromArray(bytes->data(), static_cast<int>(bytes->size()));
      return message;
    }
    std::string bytes;
    if (socket_.receive(bytes, client::Clock::now() + patience) != client::Socket::Got::bytes) return std::nullopt;
    reader_.feed(bytes);
  }
}

std::optional<v1::Goodbye> RawClient::goodbye() {
  std::optional<v1::Goodbye> last;
  while (const auto message = next())
    if (message->has_goodbye()) last = message->goodbye();
  return last;
}

v1::Subscribe subscription(const std::vector<v1::Kind>& kinds) {
  v1::Subscribe wish;
  for (const v1::Kind kind : kinds) wish.add_kinds(kind);
  return wish;
}

void subscribe(client::Client& client, const v1::Subscribe& wish) {
  client.subscribe(wish);
  // The server reads in order: when it has replied to this, it has seen the subscription.
  client.command({}, patience);
}

std::optional<v1::ServerMessage> receive_until(client::Client& client,
                                               const std::function<bool(const v1::ServerMessage&)>& wanted) {
  const auto deadline = client::Clock::now() + patience;
  while (auto message = client.receive(deadline))
    if (wanted(*message)) return message;
  return std::nullopt;
}

}  // namespace myod::serve
