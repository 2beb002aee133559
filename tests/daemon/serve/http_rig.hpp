// A WebSocket by hand after RFC 6455: what a browser sends, and what an attacker does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/daemon/serve/rig.hpp"
#include "tests/support/http.hpp"

namespace myod::serve {

using test::ask;
using test::get;
using test::host_of;

class HandMadeWebSocket {
 public:
  /// Asks for the upgrade; `answer()` is the response's header.
  explicit HandMadeWebSocket(const std::string& url,
                             const std::string& headers = "Sec-WebSocket-Protocol: myod.v1\r\n");
  const std::string& answer() const { return answer_; }

  /// A masked frame, as a client sends it. opcode: 2 binary, 1 text, 8 close, 9 ping. `announced`: a length that is a
  /// lie.
  void send(std::string_view payload, unsigned opcode = 2, std::optional<std::uint64_t> announced = {});
  void send(const v1::ClientMessage& message);
  void hello(std::uint32_t major = 1);

  struct Frame {
    unsigned opcode = 0;
    std::string payload;
  };
  /// The next frame; nothing when the connection has ended.
  std::optional<Frame> frame();
  /// The next binary frame as a message.
  std::optional<v1::ServerMessage> next();
  /// Reads until the connection ends; the Goodbye, when there was one.
  std::optional<v1::Goodbye> goodbye();

 private:
  bool more();
  client::Socket socket_;
  std::string answer_, input_;
};

}  // namespace myod::serve
