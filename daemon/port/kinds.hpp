// The kinds of port, one opener each; open() picks. A null pointer comes with `why` it cannot be opened now.
#pragma once

#include <memory>
#include <string>

#include "daemon/port/port.hpp"

namespace myod::port {

std::unique_ptr<Port> open_serial(boost::asio::io_context&, const Address&, std::uint32_t baud, const Roots&,
                                  std::string& why);
std::unique_ptr<Port> open_tcp(boost::asio::io_context&, const Address&);
std::unique_ptr<Port> open_udp(boost::asio::io_context&, const Address&, std::string& why);
std::unique_ptr<Port> open_unix(boost::asio::io_context&, const Address&, std::string& why);
std::unique_ptr<Port> open_file(boost::asio::io_context&, const Address&, const sensors::SensorRow&,
                                const sensors::Setup&, std::string& why);

}  // namespace myod::port
