// A sensor that listens on TCP: we connect. Resolving and connecting never block the thread.
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "daemon/port/kinds.hpp"
#include "daemon/port/stream_port.hpp"

namespace myod::port {

namespace {

using boost::asio::ip::tcp;

class TcpPort final : public StreamPort<tcp::socket> {
 public:
  TcpPort(boost::asio::io_context& io, const Address& address)
      : StreamPort(tcp::socket(io), address.text), resolver_(io), host_(address.path), service_(address.service) {}

  void when_ready(std::function<void()> ready) override { ready_ = std::move(ready); }

 private:
  void begin() override {
    resolver_.async_resolve(
        host_, service_,
        guarded([this](const boost::system::error_code& error, const tcp::resolver::results_type& found) {
          if (error) return closed(error.message() + " (is the host name right?)");
          connect(found);
        }));
  }

  void connect(const tcp::resolver::results_type& found) {
    boost::asio::async_connect(stream_, found,
                               guarded([this](const boost::system::error_code& error, const tcp::endpoint&) {
                                 if (error)
                                   return closed(error.message() + " (is the sensor on, and in this network?)");
                                 boost::system::error_code ignored;
                                 stream_.set_option(tcp::no_delay(true), ignored);
                                 opened();
                                 if (ready_) ready_();
                               }));
  }

  tcp::resolver resolver_;
  std::string host_, service_;
  std::function<void()> ready_;
};

}  // namespace

std::unique_ptr<Port> open_tcp(boost::asio::io_context& io, const Address& address) {
  return std::make_unique<TcpPort>(io, address);
}

}  // namespace myod::port
