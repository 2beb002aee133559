// HTTP in, pages out, and at /ws a WebSocket that becomes a client like any other. One request per connection; each is
// bounded in time, in the size of its header (a body is refused) and in number.
#pragma once

#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/serve/origin.hpp"
#include "daemon/serve/peer.hpp"
#include "daemon/serve/wire.hpp"

namespace myod::serve {

struct Page {
  unsigned status = 200;
  std::string_view type = "text/plain; charset=utf-8";
  std::string body;
};

struct HttpDoor {
  OwnNames names;
  std::string program;                 ///< as Server says
  std::chrono::milliseconds patience;  ///< for a request's header, and for the answer to be read
  std::size_t most;                    ///< connections that have not become clients
  std::function<Page(std::string_view path)> page;
  std::function<void(std::unique_ptr<Wire>, Peer)> client;  ///< at /ws
  std::size_t open = 0;
};

/// Answers one request, or hands the connection on. Ends by itself.
void serve_http(boost::asio::ip::tcp::socket socket, Peer peer, std::shared_ptr<HttpDoor> door);

}  // namespace myod::serve
