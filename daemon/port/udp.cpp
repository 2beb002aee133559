// Datagrams as a byte stream, in the order they come. Answers go to whoever sent last.
#include <utility>

#include <array>
#include <boost/asio/ip/udp.hpp>
#include <memory>

#include "daemon/clock.hpp"
#include "daemon/port/kinds.hpp"

namespace myod::port {

namespace {

using boost::asio::ip::udp;

class UdpPort final : public Port {
 public:
  UdpPort(udp::socket socket, std::string name) : socket_(std::move(socket)), name_(std::move(name)) {}

  void start(OnBytes on_bytes, OnClosed on_closed) override {
    on_bytes_ = std::move(on_bytes);
    on_closed_ = std::move(on_closed);
    receive();
  }

  void write(std::span<const std::uint8_t> bytes) override {
    if (sender_.port() == 0) return;  // nobody yet
    boost::system::error_code ignored;
    socket_.send_to(boost::asio::buffer(bytes.data(), bytes.size()), sender_, 0, ignored);
  }

 private:
  void receive() {
    socket_.async_receive_from(
        boost::asio::buffer(buffer_), sender_,
        [this, alive = std::weak_ptr<void>(alive_)](const boost::system::error_code& error, std::size_t n) {
          if (alive.expired()) return;
          if (error == boost::asio::error::connection_refused) return receive();  // of an answer
          if (error) return closed(error.message());
          on_bytes_({buffer_.data(), n}, monotonic_ns());
          if (!alive.expired()) receive();
        });
  }

  void closed(const std::string& why) {
    const OnClosed tell = std::exchange(on_closed_, nullptr);
    tell(name_ + ": " + why, false);
  }

  udp::socket socket_;
  std::string name_;
  udp::endpoint sender_;
  OnBytes on_bytes_;
  OnClosed on_closed_;
  std::array<std::uint8_t, 65536> buffer_{};
  std::shared_ptr<void> alive_ = std::make_shared<int>();
};

}  // namespace

std::unique_ptr<Port> open_udp(boost::asio::io_context& io, const Address& address, std::string& why) {
  boost::system::error_code error;
  const auto host = boost::asio::ip::make_address(address.path);  // parse_address took it
  const udp::endpoint here(host, static_cast<std::uint16_t>(std::stoul(address.service)));
  udp::socket socket(io);
  socket.open(here.protocol(), error);
  if (!error) socket.bind(here, error);
  if (!error) socket.non_blocking(true, error);
  if (error) {
    why = address.text + ": " + error.message();
    return nullptr;
  }
  return std::make_unique<UdpPort>(std::move(socket), address.text);
}

}  // namespace myod::port
