// Messages over a WebSocket: one per binary frame, without the length a stream needs.
#pragma once

#include <utility>

#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <memory>

#include "daemon/serve/wire.hpp"

namespace myod::serve {

using WebSocket = boost::beast::websocket::stream<boost::beast::tcp_stream>;

/// Accepted already.
std::unique_ptr<Wire> websocket_wire(std::unique_ptr<WebSocket> socket);

}  // namespace myod::serve
