// One read loop, one write at a time, one timer.
#include "daemon/serve/session.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>

#include "daemon/clock.hpp"
#include "proto/convert.hpp"

namespace myod::serve {
namespace {

using boost::system::error_code;
using std::chrono::milliseconds;
constexpr unsigned protocol_major = 1, protocol_minor = 0;
constexpr std::size_t write_bytes = 16 * 1024;  // gathered into one write: what is in flight can no longer be thinned
constexpr std::size_t longest_program = 128;
constexpr const char* disclaimer = "not a medical device";

/// What a client calls itself goes into logs and onto other people's terminals.
std::string harmless(const std::string& program) {
  std::string text = program.substr(0, longest_program);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

v1::Reply refusal(std::uint64_t id, v1::ErrorCode error, const std::string& text) {
  v1::Reply reply;
  reply.set_id(id);
  reply.set_error(error);
  reply.set_text(text);
  return reply;
}

/// What of from..end-1 is no longer kept.
Bytes history_loss(std::uint32_t stream, v1::Kind kind, std::uint64_t from, std::uint64_t end) {
  v1::ServerMessage message;
  v1::Loss& loss = *message.mutable_loss();
  loss.set_stream(stream);
  loss.set_kind(kind);
  loss.set_from(from);
  loss.set_to(end - 1);
  loss.set_frames(end - from);
  loss.set_reason("history");
  return serialise(message);
}

}  // namespace

Session::Session(std::unique_ptr<Wire> wire, Peer peer, std::shared_ptr<Hub> hub)
    : wire_(std::move(wire)),
      deadline_(wire_->executor()),
      peer_(std::move(peer)),
      hub_(std::move(hub)),
      number_(++hub_->clients),
      outbox_(hub_->options.queue_bytes, hub_->options.event_queue, std::int64_t{1'000'000} * hub_->options.queue_ms),
      heard_(std::chrono::steady_clock::now()) {}

void Session::start() {
  deadline_.expires_after(milliseconds(hub_->options.handshake_ms));
  deadline_.async_wait([self = shared_from_this()](error_code error) {
    if (!error && self->state_ == State::greeting)
      self->end(v1::GOODBYE_CODE_SILENT, "no Hello in time: is this a client of myod?");
  });
  read();
}

void Session::read() {
  wire_->read([self = shared_from_this()](error_code error) {
    if (self->closed()) return;
    if (error) {
      if (self->served()) spdlog::info("client gone: {} ({})", self->program_, self->peer_.name);
      return self->close();
    }
    self->heard_ = std::chrono::steady_clock::now();
    if (self->state_ != State::ending) self->on_bytes();
    if (!self->closed()) self->read();
  });
}

void Session::on_bytes() {
  while (const auto whole = wire_->next()) {
    v1::ClientMessage message;
    if (!message.ParseFromArray(whole->data(), static_cast<int>(whole->size())))
      return end(v1::GOODBYE_CODE_PROTOCOL_ERROR, "what was sent is not a message of myod.v1");
    on_message(message);
    if (state_ == State::ending || closed()) return;
  }
  if (const auto why = wire_->broken(); !why.empty()) end(v1::GOODBYE_CODE_PROTOCOL_ERROR, std::string(why));
}

void Session::on_message(const v1::ClientMessage& message) {
  using Body = v1::ClientMessage::BodyCase;
  using Handler = void (*)(Session&, const v1::ClientMessage&);
  static const std::map<Body, Handler> handlers{
      {Body::kSubscribe, [](Session& s, const v1::ClientMessage& m) { s.on_subscribe(m.subscribe()); }},
      {Body::kCommand, [](Session& s, const v1::ClientMessage& m) { s.on_command(m.command()); }},
      {Body::kPing,
       [](Session& s, const v1::ClientMessage& m) {
         v1::ServerMessage answer;
         answer.mutable_pong()->set_t0_ns(m.ping().t0_ns());
         answer.mutable_pong()->set_t1_ns(monotonic_ns());
         answer.mutable_pong()->set_t2_ns(monotonic_ns());
         s.say(serialise(answer));
       }},
      {Body::kStatusRequest,
       [](Session& s, const v1::ClientMessage&) {
         v1::ServerMessage answer;
         *answer.mutable_status() = s.hub_->status();
         s.say(serialise(answer));
       }},
  };
  if (message.has_hello() != (state_ == State::greeting))
    return end(v1::GOODBYE_CODE_PROTOCOL_ERROR, "the first message is Hello, and no other");
  if (message.has_hello()) return on_hello(message.hello());
  const auto found = handlers.find(message.body_case());
  if (found == handlers.end())
    return reply(refusal(0, v1::ERROR_CODE_UNSUPPORTED, "this version of myod does not know that message"));
  found->second(*this, message);
}

void Session::on_hello(const v1::ClientHello& hello) {
  program_ = harmless(hello.program());
  const bool spoken = hello.protocol_major() == protocol_major;
  v1::ServerMessage answer;
  v1::ServerHello& said = *answer.mutable_hello();
  said.set_protocol_major(protocol_major);
  said.set_protocol_minor(protocol_minor);
  said.set_program(hub_->options.program);
  said.set_boot_id(hub_->options.boot_id);
  for (const char* feature :
       {"features", "spectrum", "control", "events", "status", "commands", "pairs", "stop", "resume"})
    said.add_features(feature);
  said.set_role(std::string(word(peer_.role)));
  said.set_disclaimer(disclaimer);
  if (const std::string why = spoken ? hub_->farewells.take(peer_key()) : std::string(); !why.empty())
    said.set_last_disconnect(why + " (a client named " + program_ + " of " + peer_.key + ", perhaps not this one)");
  state_ = State::served;
  deadline_.cancel();
  say(serialise(answer));
  if (!spoken)
    return end(v1::GOODBYE_CODE_PROTOCOL_VERSION,
               "protocol " + std::to_string(hello.protocol_major()) + " is not spoken here: " + hub_->options.program +
                   " speaks " + std::to_string(protocol_major) + "; use a client of the same release");
  spdlog::info("client: {} ({}), {}", program_, peer_.name, word(peer_.role));
  for (const auto& [index, stream] : hub_->streams) describe(stream);
}

/// Resuming is work, so a connection can ask for it once, and of each stream once.
void Session::on_subscribe(const v1::Subscribe& wish) {
  if (!wish.resume_from().empty() && subscribed_)
    return reply(refusal(0, v1::ERROR_CODE_BAD_VALUE,
                         "subscription refused: resume_from belongs to the first subscription of a connection"));
  if (const auto refused = subscription_.change(wish, hub_->streams)) return reply(*refused);
  subscribed_ = true;
  for (const v1::Resume& from : wish.resume_from()) replay(hub_->streams.at(from.stream()), from);
}

/// The oldest first, as if they came now; what the outbox cannot take of them is lost as always.
void Session::replay(const DescribedStream& stream, const v1::Resume& from) {
  const std::uint32_t index = from.stream();
  if (from.has_frame() && subscription_.wants_frames(index)) {
    std::uint64_t next = std::min(stream.history.first_frame(stream.next_sequence), stream.next_sequence);
    if (from.frame() < next) say(history_loss(index, v1::KIND_UNSPECIFIED, from.frame(), next));
    next = std::max(next, from.frame());
    const std::int64_t now_ns = monotonic_ns();
    stream.history.frames_from(next, [&](const daemon::RecordView& record) {
      if (record.head.sequence > next) lost_upstream(index, next, record.head.sequence - 1);
      next = record.head.sequence + 1;
      const dsp::FrameHead head = record.frame().head;
      const FrameKey key{index, proto::kind(head.kind), record.head.sequence, now_ns};
      if (!wants(index, key.kind)) return;
      if (subscription_.thins(index, key.kind, static_cast<double>(head.end_index) / stream.stream.rate_hz()))
        return outbox_.lose(key, key.sequence, 1, LossReason::rate);
      outbox_.frame(key, stream.frame_message(record), true);
    });
  }
  if (from.has_event() && wants(index, v1::KIND_EVENTS)) {
    const std::uint64_t first = stream.history.first_event();
    if (from.event() < first) say(history_loss(index, v1::KIND_EVENTS, from.event(), first));
    stream.history.events_from(from.event(), [this](const Bytes& message) {
      if (served()) event(message);
    });
  }
  pump();
}

void Session::on_command(const v1::Command& command) {
  if (peer_.role != Role::op && !command.has_stop())
    return reply(refusal(command.id(), v1::ERROR_CODE_NOT_ALLOWED,
                         "commands need the role operator, this connection is viewer: connect over the Unix socket as "
                         "the user who runs myod, or as root"));
  hub_->hooks.command(command, number_, [weak = weak_from_this(), id = command.id()](v1::Reply answer) {
    answer.set_id(id);
    if (const auto self = weak.lock()) self->reply(answer);
  });
}

void Session::reply(const v1::Reply& reply) {
  v1::ServerMessage message;
  *message.mutable_reply() = reply;
  say(serialise(message));
}

void Session::say(Bytes message) {
  if (!served()) return;
  if (!outbox_.control(std::move(message))) return end(v1::GOODBYE_CODE_TOO_SLOW, "the answers were not read");
  pump();
}

void Session::describe(const DescribedStream& stream) {
  if (!served()) return;
  subscription_.described(stream.stream);
  say(stream.message);
}

void Session::frame(const FrameKey& key, double t_s, const Bytes& message) {
  if (subscription_.thins(key.stream, key.kind, t_s)) return outbox_.lose(key, key.sequence, 1, LossReason::rate);
  if (!outbox_.frame(key, message, subscription_.may_drop()))
    return end(v1::GOODBYE_CODE_TOO_SLOW,
               "frames were not read fast enough, and the policy of this client is to be disconnected then");
  pump();
}

void Session::event(const Bytes& message) {
  if (!outbox_.event(message))
    return end(v1::GOODBYE_CODE_TOO_SLOW,
               std::to_string(hub_->options.event_queue) + " events were waiting to be read: events are never thinned");
  pump();
}

void Session::lost_upstream(std::uint32_t stream, std::uint64_t first, std::uint64_t last) {
  if (served() && subscription_.wants_frames(stream))
    outbox_.lose({stream, v1::KIND_UNSPECIFIED, first}, last, last - first + 1, LossReason::upstream);
}

void Session::lost_pairs(const FrameKey& first, std::uint64_t last) {
  outbox_.lose(first, last, last - first.sequence + 1, LossReason::upstream);
}

void Session::beat(const Bytes& heartbeat) {
  if (!served()) return;
  if (std::chrono::steady_clock::now() - heard_ > 3 * milliseconds(hub_->options.heartbeat_ms))
    return end(v1::GOODBYE_CODE_SILENT, "three heartbeats were missed: a client sends a Ping every second");
  say(heartbeat);
}

void Session::pump() {
  if (!in_flight_.empty() || closed()) return;
  outbox_.take(in_flight_, write_bytes);
  if (in_flight_.empty()) {
    if (state_ == State::ending) wire_->finish([self = shared_from_this()](error_code) {});
    return;
  }
  wire_->write(in_flight_, [self = shared_from_this()](error_code error) {
    self->in_flight_.clear();
    if (self->closed()) return;
    if (error) return self->close();
    self->pump();
  });
}

void Session::end(v1::GoodbyeCode code, const std::string& reason) {
  if (state_ == State::ending || closed()) return;
  if (code != v1::GOODBYE_CODE_CLOSING) {
    spdlog::warn("client disconnected: {} ({}): {}", program_.empty() ? "no Hello" : program_, peer_.name, reason);
    if (!program_.empty()) hub_->farewells.remember(peer_key(), reason);
  }
  v1::ServerMessage message;
  message.mutable_goodbye()->set_code(code);
  message.mutable_goodbye()->set_reason(reason);
  outbox_.finish(serialise(message));
  state_ = State::ending;
  deadline_.expires_after(milliseconds(hub_->options.linger_ms));
  deadline_.async_wait([self = shared_from_this()](error_code error) {
    if (!error) self->close();
  });
  pump();
}

void Session::close() {
  if (closed()) return;
  state_ = State::closed;
  hub_->gone += totals();
  deadline_.cancel();
  wire_->close();
  if (hub_->hooks.gone) hub_->hooks.gone(number_);
}

v1::ClientStatus Session::status() const {
  v1::ClientStatus status;
  status.set_peer(peer_.name);
  status.set_program(program_);
  status.set_role(std::string(word(peer_.role)));
  status.set_sent(outbox_.sent());
  status.set_lost(outbox_.lost());
  status.set_queued_bytes(outbox_.queued_bytes());
  status.set_queued_ms(static_cast<double>(outbox_.queued_ns()) / 1e6);
  return status;
}

}  // namespace myod::serve
