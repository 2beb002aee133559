// One client: handshake, what it says, what it is told, and its end. A session that ends says why (Goodbye), reads on
// until the other side has closed too, and is closed for good after linger_ms whatever the other side does.
#pragma once

#include <utility>

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "daemon/serve/hub.hpp"
#include "daemon/serve/outbox.hpp"
#include "daemon/serve/peer.hpp"
#include "daemon/serve/subscription.hpp"
#include "daemon/serve/wire.hpp"

namespace myod::serve {

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::unique_ptr<Wire> wire, Peer peer, std::shared_ptr<Hub> hub);

  /// Waits for Hello.
  void start();

  void describe(const DescribedStream& stream);
  bool wants(std::uint32_t stream, v1::Kind kind) const { return served() && subscription_.wants(stream, kind); }
  bool wants_pair(const dsp::PairNames& pair) const { return served() && subscription_.wants_pair(pair); }
  void frame(const FrameKey& key, double t_s, const Bytes& message);
  void event(const Bytes& message);
  /// Frames first..last of a stream never reached the server.
  void lost_upstream(std::uint32_t stream, std::uint64_t first, std::uint64_t last);
  /// The same of a pair's.
  void lost_pairs(const FrameKey& first, std::uint64_t last);
  void say(Bytes message);
  bool listens() const { return served() && subscription_.wants_anything(); }
  bool wants_status() const { return served() && subscription_.wants_status(); }

  /// Heartbeat and its absence; every heartbeat_ms.
  void beat(const Bytes& heartbeat);

  /// Goodbye, and the end. Reasons other than the daemon's own end are told again at the peer's next Hello.
  void end(v1::GoodbyeCode code, const std::string& reason);
  /// At once, without a word.
  void close();
  bool closed() const { return state_ == State::closed; }

  /// Said Hello and not ended.
  bool served() const { return state_ == State::served; }
  v1::ClientStatus status() const;
  Totals totals() const { return {program_.empty() ? 0U : 1U, outbox_.sent(), outbox_.lost()}; }

 private:
  enum class State : unsigned char { greeting, served, ending, closed };

  void read();
  void on_bytes();
  void on_message(const v1::ClientMessage& message);
  void on_hello(const v1::ClientHello& hello);
  void on_command(const v1::Command& command);
  void on_subscribe(const v1::Subscribe& wish);
  void replay(const DescribedStream& stream, const v1::Resume& from);
  void reply(const v1::Reply& reply);
  void pump();
  std::string peer_key() const { return peer_.key + " " + program_; }

  std::unique_ptr<Wire> wire_;
  boost::asio::steady_timer deadline_;  // of the handshake, later of the Goodbye
  Peer peer_;
  std::shared_ptr<Hub> hub_;
  const std::uint64_t number_;
  std::string program_;
  State state_ = State::greeting;
  Subscription subscription_;
  bool subscribed_ = false;  // at least once
  Outbox outbox_;
  std::vector<Bytes> in_flight_;
  std::chrono::steady_clock::time_point heard_;
};

}  // namespace myod::serve
