// The serve thread's face to clients: Unix sockets, TCP and WebSockets, one Session each. Everything here runs on the
// io_context's thread. What the dsp thread says comes in as records and leaves serialised once, however many clients
// want it; a client that stops reading is thinned or disconnected by its own policy and delays nobody.
#pragma once

#include <utility>

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/records.hpp"
#include "dsp/pairs/names.hpp"
#include "myod/v1/myod.pb.h"

namespace myod::serve {

struct Options {
  std::vector<std::string> listen;  ///< unix:PATH, tcp:HOST:PORT, http://HOST:PORT (port 0 picks one)
  std::string boot_id;
  std::string program;                  ///< "myod 0.1.0"
  std::vector<dsp::PairNames> pairs;    ///< as the dsp thread counts them
  std::size_t queue_bytes = 1 << 20;    ///< per client, frames
  int queue_ms = 1000;                  ///< per client, age of frames: older ones make room for the present
  std::size_t event_queue = 1024;       ///< per client, events; more: disconnected
  std::size_t history_bytes = 2 << 20;  ///< per stream, frames kept for clients that resume; of events event_queue
  std::size_t max_clients = 256;
  int handshake_ms = 3000;
  int heartbeat_ms = 1000;  ///< each way; three misses end a connection
  int linger_ms = 1000;     ///< how long a Goodbye may take to be read
};

struct Hooks {
  /// A command from a client allowed to give it; `reply` may be called later, on the io thread, at most once. `client`:
  /// a number no other client has or had.
  std::function<void(const v1::Command&, std::uint64_t client, std::function<void(v1::Reply)> reply)> command;
  /// That client's connection has ended: nobody hears its replies any more. May be empty.
  std::function<void(std::uint64_t client)> gone;
  /// Fills sensors, losses, recording; the server adds its clients.
  std::function<void(v1::Status&)> status;
  /// Why the daemon does not do its work, for /healthz; empty when it does. May be empty itself.
  std::function<std::string()> trouble = {};
};

class Server {
 public:
  /// Binds every address; throws std::runtime_error with the address, the cause and the remedy.
  Server(boost::asio::io_context&, Options, Hooks);
  ~Server();

  /// As bound, ports filled in: unix:/run/..., tcp:127.0.0.1:7600, http://127.0.0.1:7680.
  std::vector<std::string> addresses() const;

  /// A stream begins, or begins again with a new epoch.
  void describe(const v1::Stream&);
  /// A record of kind frame, event or pair, from the ring.
  void publish(const daemon::RecordView&);
  /// A sensor or a recording failed or returned: everybody who subscribed to anything is told the status now.
  void status_changed();
  /// The dsp thread had to drop: said to everybody.
  void events_lost(std::uint64_t count);

  /// Goodbye to all, with the reason; flushes what it can at once and closes.
  void close(const std::string& reason);

 private:
  class State;
  std::shared_ptr<State> state_;  // shared with its own pending operations only
};

}  // namespace myod::serve
