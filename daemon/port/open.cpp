#include "daemon/port/kinds.hpp"
#include "daemon/port/sim_port.hpp"

namespace myod::port {

std::unique_ptr<Port> open(boost::asio::io_context& io, const Address& address, const sensors::SensorRow& row,
                           const sensors::Setup& setup, std::string& why, const Roots& roots) {
  switch (address.kind) {
    case Address::Kind::serial:
      return open_serial(io, address, address.baud != 0 ? address.baud : row.baud, roots, why);
    case Address::Kind::tcp:
      return open_tcp(io, address);
    case Address::Kind::udp:
      return open_udp(io, address, why);
    case Address::Kind::unix_socket:
      return open_unix(io, address, why);
    case Address::Kind::file:
      return open_file(io, address, row, setup, why);
    case Address::Kind::sim:
      return open_sim(io, row, setup);
  }
  return nullptr;
}

}  // namespace myod::port
