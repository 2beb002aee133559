// A sensor that listens on a Unix socket: we connect. For sensors that are programs on this machine.
#include <utility>

#include <boost/asio/local/stream_protocol.hpp>

#include "daemon/port/kinds.hpp"
#include "daemon/port/stream_port.hpp"

namespace myod::port {

std::unique_ptr<Port> open_unix(boost::asio::io_context& io, const Address& address, std::string& why) {
  using boost::asio::local::stream_protocol;
  stream_protocol::socket socket(io);
  boost::system::error_code error;
  socket.connect(stream_protocol::endpoint(address.path), error);  // answers at once: no network is asked
  if (error) {
    why = address.text + ": " + error.message() + " (is the program that serves it running?)";
    return nullptr;
  }
  return std::make_unique<StreamPort<stream_protocol::socket>>(std::move(socket), address.text);
}

}  // namespace myod::port
