// A server on real sockets with a thread of its own, what feeds it, and a client that says exactly the bytes it is
// given.
#pragma once

#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "daemon/serve/server.hpp"
#include "proto/framing.hpp"
#include "tests/support/process.hpp"
#include "tools/client/client.hpp"

namespace myod::serve {

using namespace std::chrono_literals;
inline constexpr auto patience = 20s;

class Rig {
 public:
  static constexpr std::uint32_t channels = 64;

  /// Listens on a Unix socket, TCP and HTTP; options.listen is filled in. No heartbeats unless asked for.
  explicit Rig(Options options = {}, Hooks hooks = {});
  ~Rig();

  /// Runs on the server's thread and waits for it.
  void on_io(const std::function<void()>& f);
  Server& server() { return *server_; }

  /// A stream of `channels` channels named PREFIX1, PREFIX2..., 1000 Hz.
  void describe(std::uint32_t stream, const std::string& prefix, std::uint32_t epoch = 0);
  /// One frame; its end index is 20 (sequence + 1), its values are its sequence.
  void frame(std::uint32_t stream, dsp::FrameKind kind, std::uint64_t sequence);
  void event(std::uint32_t stream, std::int32_t channel, std::uint64_t sequence,
             const std::optional<dsp::Repetition>& repetition = {});
  /// One frame of options.pairs[pair], 100 ms (sequence + 1).
  void pair(std::uint32_t pair, std::uint64_t sequence);

  const std::string& unix_address() const { return addresses_[0]; }
  const std::string& tcp_address() const { return addresses_[1]; }
  const std::string& http_address() const { return addresses_[2]; }
  v1::Status status();

 private:
  test::TemporaryFolder folder_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::optional<Server> server_;
  std::vector<std::string> addresses_;
  daemon::Ring ring_{1 << 20};
  std::thread thread_;
};

/// Bytes in, messages out.
class RawClient {
 public:
  explicit RawClient(const std::string& address) : socket_(address, client::Clock::now() + patience) {}

  /// What the server no longer takes is lost, as on any connection.
  void send(std::string_view bytes) { socket_.send(bytes, client::Clock::now() + patience); }
  void send(const v1::ClientMessage& message);
  void hello(const std::string& program = "raw 1", std::uint32_t major = 1);

  /// Nothing: the connection has ended (or, after a long time, nothing came).
  std::optional<v1::ServerMessage> next();
  /// Reads until the end of the connection; the Goodbye, when there was one.
  std::optional<v1::Goodbye> goodbye();

 private:
  client::Socket socket_;
  proto::FrameReader reader_{proto::max_to_client};
};

v1::Subscribe subscription(const std::vector<v1::Kind>& kinds);

/// Subscribes and waits until the server has taken it (a refusal is kept for receive()).
void subscribe(client::Client& client, const v1::Subscribe& wish);

/// Receives until a message is wanted or patience ends.
std::optional<v1::ServerMessage> receive_until(client::Client& client,
                                               const std::function<bool(const v1::ServerMessage&)>& wanted);

}  // namespace myod::serve
