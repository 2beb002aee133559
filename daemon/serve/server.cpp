// Accepts, and tells every session what the dsp thread said. Sessions that have closed are swept at the next occasion,
// so that telling may end one while walking over them.
#include "daemon/serve/server.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <list>
#include <utility>

#include "daemon/clock.hpp"
#include "daemon/serve/address.hpp"
#include "daemon/serve/http.hpp"
#include "daemon/serve/pages.hpp"
#include "daemon/serve/session.hpp"
#include "proto/convert.hpp"

namespace myod::serve {

using boost::system::error_code;

namespace {
constexpr int kernel_bytes = 64 * 1024;
}

class Server::State : public std::enable_shared_from_this<Server::State> {
 public:
  State(boost::asio::io_context& io, Options options, Hooks hooks) : io_(io), timer_(io) {
    for (const std::string& address : options.listen) listeners_.emplace_back(io, ListeningSocket(address));
    hub_->options = std::move(options);
    next_of_pair_.resize(hub_->options.pairs.size());
    hub_->hooks = std::move(hooks);
    hub_->status = [this] { return status(); };
  }

  void start() {
    for (Listener& listener : listeners_) {
      if (listener.socket.address().starts_with("http")) listener.door = door(listener.socket.address());
      accept(listener);
    }
    tick();
  }

  std::vector<std::string> addresses() const {
    std::vector<std::string> out;
    for (const Listener& listener : listeners_) out.push_back(listener.socket.address());
    return out;
  }

  void describe(const v1::Stream& stream) {
    DescribedStream& described = hub_->streams.try_emplace(stream.stream(), hub_->options).first->second;
    v1::ServerMessage message;
    *message.mutable_stream() = stream;
    described.stream = stream;
    described.message = serialise(message);
    for (const auto& session : sessions_) session->describe(described);
  }

  void frame(const daemon::RecordView& record) {
    const auto found = hub_->streams.find(record.head.stream);
    if (found == hub_->streams.end()) return;  // said as lost once the stream is described
    DescribedStream& stream = found->second;
    const std::uint64_t sequence = record.head.sequence;
    if (sequence > stream.next_sequence)
      for (const auto& session : sessions_)
        session->lost_upstream(record.head.stream, stream.next_sequence, sequence - 1);
    stream.next_sequence = sequence + 1;
    stream.history.frame(record);

    const dsp::FeatureFrame frame = record.frame();
    const FrameKey key{record.head.stream, proto::kind(frame.head.kind), sequence, record.head.written_ns};
    const double rate_hz = stream.stream.rate_hz();
    Bytes bytes;
    for (const auto& session : sessions_) {
      if (!session->wants(key.stream, key.kind)) continue;
      if (!bytes) bytes = stream.frame_message(record);
      session->frame(key, static_cast<double>(frame.head.end_index) / rate_hz, bytes);
    }
  }

  void event(const daemon::RecordView& record) {
    const auto event = record.as<dsp::Event>();
    const Bytes bytes = event_message(record, event);
    for (const auto& session : sessions_)
      if (session->wants(event.stream, v1::KIND_EVENTS)) session->event(bytes);
    if (const auto found = hub_->streams.find(event.stream); found != hub_->streams.end())
      found->second.history.event(record.head.sequence, bytes);
  }

  void pair(const daemon::RecordView& record) {
    const auto frame = record.as<dsp::PairFrame>();
    const dsp::PairNames& names = hub_->options.pairs.at(frame.pair);
    const FrameKey key{record.head.stream, v1::KIND_PAIRS, record.head.sequence, record.head.written_ns};
    const std::uint64_t lost_from = std::exchange(next_of_pair_.at(frame.pair), key.sequence + 1);
    Bytes bytes;
    for (const auto& session : sessions_) {
      if (!session->wants_pair(names)) continue;
      if (key.sequence > lost_from) session->lost_pairs({key.stream, key.kind, lost_from}, key.sequence - 1);
      if (!bytes) {
        v1::ServerMessage message;
        *message.mutable_pair() = proto::convert(frame, names, key.sequence, key.written_ns);
        bytes = serialise(message);
      }
      session->frame(key, static_cast<double>(frame.time_ns) * 1e-9, bytes);
    }
  }

  void say_to_all(const v1::ServerMessage& message) {
    const Bytes bytes = serialise(message);
    for (const auto& session : sessions_) session->say(bytes);
  }

  void status_changed() {
    Bytes said;
    for (const auto& session : sessions_) {
      if (!session->listens()) continue;
      if (!said) said = status_message();
      session->say(said);
    }
  }

  void close(const std::string& reason) {
    stop();
    for (const auto& session : sessions_) session->end(v1::GOODBYE_CODE_CLOSING, reason);
  }

  void close_now() {
    stop();
    for (const auto& session : sessions_) session->close();
    hub_->hooks = {};
    hub_->status = {};
  }

 private:
  struct Listener {
    Listener(boost::asio::io_context& io, ListeningSocket s) : socket(std::move(s)), waiter(io, dup(socket.fd())) {}
    ListeningSocket socket;
    boost::asio::posix::stream_descriptor waiter;  // owns a duplicate
    std::shared_ptr<HttpDoor> door;                // of HTTP
    bool paused = false;
  };

  std::shared_ptr<HttpDoor> door(const std::string& url) {
    const Options& o = hub_->options;
    return std::make_shared<HttpDoor>(
        HttpDoor{.names = OwnNames(url),
                 .program = o.program,
                 .patience = std::chrono::milliseconds(o.handshake_ms),
                 .most = o.max_clients,
                 .page =
                     [self = weak_from_this()](std::string_view path) {
                       const auto state = self.lock();
                       return state ? page(path, *state->hub_) : Page{503, Page().type, "myod is ending\n"};
                     },
                 .client =
                     [self = weak_from_this()](std::unique_ptr<Wire> wire, Peer peer) {
                       if (const auto state = self.lock()) state->join(std::move(wire), std::move(peer));
                     }});
  }

  void accept(Listener& listener) {
    listener.paused = false;
    listener.waiter.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                               [self = shared_from_this(), &listener](error_code error) {
                                 if (error || self->stopped_) return;
                                 self->accept_all(listener);
                               });
  }

  void accept_all(Listener& listener) {
    for (;;) {
      const int fd = accept4(listener.socket.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        welcome(fd, listener);
      } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        spdlog::error("no more clients can connect to {}: {}", listener.socket.address(), std::strerror(errno));
        listener.paused = true;  // the next tick tries again: asking at once would spin
        return;
      } else if (errno != EINTR && errno != ECONNABORTED) {
        return accept(listener);
      }
    }
  }

  void welcome(int fd, const Listener& listener) {
    const int family = listener.socket.family(), yes = 1;
    if (family != AF_UNIX) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    // What the kernel holds can no longer be thinned, and the kernel would take megabytes.
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kernel_bytes, sizeof kernel_bytes);
    if (listener.door == nullptr) return join(stream_wire(io_.get_executor(), family, fd), identify(fd));
    const auto tcp = family == AF_INET ? boost::asio::ip::tcp::v4() : boost::asio::ip::tcp::v6();
    serve_http({io_, tcp, fd}, identify(fd), listener.door);
  }

  void join(std::unique_ptr<Wire> wire, Peer peer) {
    if (stopped_) return wire->close();
    sweep();
    const auto session = std::make_shared<Session>(std::move(wire), std::move(peer), hub_);
    const bool full = sessions_.size() >= hub_->options.max_clients;
    sessions_.push_back(session);
    session->start();
    if (full)
      session->end(v1::GOODBYE_CODE_TOO_MANY_CLIENTS,
                   "there are " + std::to_string(hub_->options.max_clients) + " clients already: close one");
  }

  void tick() {
    timer_.expires_after(std::chrono::milliseconds(hub_->options.heartbeat_ms));
    timer_.async_wait([self = shared_from_this()](error_code error) {
      if (error || self->stopped_) return;
      self->sweep();
      self->beat();
      for (Listener& listener : self->listeners_)
        if (listener.paused) self->accept(listener);
      self->tick();
    });
  }

  void beat() {
    v1::ServerMessage message;
    message.mutable_heartbeat()->set_time_ns(monotonic_ns());
    const Bytes heartbeat = serialise(message);
    for (const auto& session : sessions_) session->beat(heartbeat);
    Bytes said;
    for (const auto& session : sessions_) {
      if (!session->wants_status()) continue;
      if (!said) said = status_message();
      session->say(said);
    }
  }

  v1::Status status() const {
    v1::Status status;
    hub_->hooks.status(status);
    Totals totals = hub_->gone;
    for (const auto& session : sessions_) {
      if (session->served()) *status.add_clients() = session->status();
      if (!session->closed()) totals += session->totals();
    }
    status.set_clients_served(totals.served);
    status.set_messages_sent(totals.sent);
    status.set_frames_lost(totals.lost);
    return status;
  }

  Bytes status_message() const {
    v1::ServerMessage message;
    *message.mutable_status() = status();
    return serialise(message);
  }

  Bytes event_message(const daemon::RecordView& record, const dsp::Event& event) const {
    const auto found = hub_->streams.find(event.stream);
    std::string channel;
    if (found != hub_->streams.end() && event.channel >= 0 && event.channel < found->second.stream.channels_size())
      channel = found->second.stream.channels(event.channel).name();
    const bool repeated = record.payload.size() >= sizeof(dsp::Event) + sizeof(dsp::Repetition);
    const dsp::Repetition* repetition =
        repeated ? record.array<dsp::Repetition>(sizeof(dsp::Event), 1).data() : nullptr;
    v1::ServerMessage message;
    *message.mutable_event() = proto::convert(event, repetition, channel, record.head.sequence);
    return serialise(message);
  }

  void sweep() {
    sessions_.erase(std::remove_if(sessions_.begin(), sessions_.end(), [](const auto& s) { return s->closed(); }),
                    sessions_.end());
  }

  void stop() {
    stopped_ = true;
    timer_.cancel();
    listeners_.clear();
  }

  boost::asio::io_context& io_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<Hub> hub_ = std::make_shared<Hub>();
  std::list<Listener> listeners_;
  std::vector<std::shared_ptr<Session>> sessions_;
  std::vector<std::uint64_t> next_of_pair_;  // sequences
  bool stopped_ = false;
};

Server::Server(boost::asio::io_context& io, Options options, Hooks hooks)
    : state_(std::make_shared<State>(io, std::move(options), std::move(hooks))) {
  state_->start();
}

Server::~Server() { state_->close_now(); }

std::vector<std::string> Server::addresses() const { return state_->addresses(); }
void Server::describe(const v1::Stream& stream) { state_->describe(stream); }

void Server::publish(const daemon::RecordView& record) {
  if (record.head.kind == daemon::RecordKind::frame) state_->frame(record);
  if (record.head.kind == daemon::RecordKind::event) state_->event(record);
  if (record.head.kind == daemon::RecordKind::pair) state_->pair(record);
}

void Server::status_changed() { state_->status_changed(); }

void Server::events_lost(std::uint64_t count) {
  v1::ServerMessage message;
  message.mutable_events_lost()->set_count(count);
  state_->say_to_all(message);
}

void Server::close(const std::string& reason) { state_->close(reason); }

}  // namespace myod::serve
