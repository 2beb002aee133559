// Every row of the sensor table on every kind of port: the same device, the same samples.
#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/write.hpp>
#include <fstream>

#include "tests/daemon/link_rig.hpp"
#include "tests/support/process.hpp"

namespace myod::daemon {
namespace {

using boost::asio::ip::tcp;
using boost::asio::ip::udp;
using Bytes = std::span<const std::uint8_t>;

/// The device's end of a port.
class Far {
 public:
  using Heard = std::function<void(Bytes)>;
  virtual ~Far() = default;
  virtual bool connected() const { return true; }
  virtual void say(const std::string& bytes) = 0;
};

template <typename Socket>
void listen(Socket& socket, std::array<std::uint8_t, 512>& buffer, const Far::Heard& heard) {
  const auto more = [&socket, &buffer, heard](const boost::system::error_code& error, std::size_t n) {
    if (error) return;
    heard({buffer.data(), n});
    listen(socket, buffer, heard);
  };
  if constexpr (requires { socket.async_receive(boost::asio::buffer(buffer), more); })
    socket.async_receive(boost::asio::buffer(buffer), more);
  else
    socket.async_read_some(boost::asio::buffer(buffer), more);
}

/// One that is connected to, by TCP or a socket of this machine.
template <typename Protocol>
class Server final : public Far {
 public:
  Server(boost::asio::io_context& io, const typename Protocol::endpoint& here, Heard heard)
      : acceptor_(io, here), socket_(io) {
    acceptor_.async_accept(socket_, [this, heard = std::move(heard)](const boost::system::error_code& error) {
      if (!error) listen(socket_, buffer_, heard);
    });
  }
  auto here() const { return acceptor_.local_endpoint(); }
  bool connected() const override { return socket_.is_open(); }
  void say(const std::string& bytes) override { boost::asio::write(socket_, boost::asio::buffer(bytes)); }

 private:
  typename Protocol::acceptor acceptor_;
  typename Protocol::socket socket_;
  std::array<std::uint8_t, 512> buffer_{};
};

/// One that sends datagrams: who wants to speak to it must have heard it first.
class Sender final : public Far {
 public:
  Sender(boost::asio::io_context& io, std::uint16_t port, const Heard& heard)
      : socket_(io, udp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    listen(socket_, buffer_, heard);
  }
  void say(const std::string& bytes) override {
    constexpr std::size_t datagram = 1024;
    for (std::size_t at = 0; at < bytes.size(); at += datagram)
      socket_.send(boost::asio::buffer(bytes.data() + at, std::min(datagram, bytes.size() - at)));
  }

 private:
  udp::socket socket_;
  std::array<std::uint8_t, 512> buffer_{};
};

class Pty final : public Far {
 public:
  Pty(boost::asio::io_context& io, std::string& port, const Heard& heard) : master_(io) {
    int master = -1;
    EXPECT_EQ(openpty(&master, &slave_, nullptr, nullptr, nullptr), 0);
    port = std::string("pty:") + ttyname(slave_);
    master_.assign(master);
    listen(master_, buffer_, heard);
  }
  ~Pty() override { close(slave_); }
  void say(const std::string& bytes) override {
    queue_ += bytes;
    if (queue_.size() == bytes.size()) send();
  }

 private:
  void send() {
    master_.async_write_some(boost::asio::buffer(queue_), [this](const boost::system::error_code&, std::size_t n) {
      queue_.erase(0, n);
      if (!queue_.empty()) send();
    });
  }

  boost::asio::posix::stream_descriptor master_;
  int slave_ = -1;
  std::string queue_;
  std::array<std::uint8_t, 512> buffer_{};
};

using Case = std::tuple<const sensors::SensorRow*, const char*>;

class RowOnPort : public testing::TestWithParam<Case>, protected test::LinkRig {
 protected:
  RowOnPort() : row_(*std::get<0>(GetParam())), setup_(test::usual_setup(row_)) {}

  /// The port, and the device behind it.
  std::string connect(std::string_view kind) {
    const auto heard = [this](Bytes bytes) {
      for (const std::uint8_t byte : bytes) answer(row_.device(setup_, device_, byte));
    };
    if (kind == "tcp") {
      auto server =
          std::make_unique<Server<tcp>>(io_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0), heard);
      std::string port = "tcp:127.0.0.1:" + std::to_string(server->here().port());
      far_ = std::move(server);
      return port;
    }
    if (kind == "unix") {
      using boost::asio::local::stream_protocol;
      far_ = std::make_unique<Server<stream_protocol>>(io_, stream_protocol::endpoint(folder_ / "socket"), heard);
      return "unix:" + (folder_ / "socket");
    }
    if (kind == "udp") {
      const auto port = udp::socket(io_, {boost::asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
      far_ = std::make_unique<Sender>(io_, port, heard);
      return "udp:127.0.0.1:" + std::to_string(port);
    }
    std::string port;
    far_ = std::make_unique<Pty>(io_, port, heard);
    return port;
  }
  void answer(const std::string& text) {
    if (!text.empty()) far_->say(text);
  }

  const sensors::SensorRow& row_;
  sensors::Setup setup_;
  test::TemporaryFolder folder_;
  sensors::DeviceState device_;
  std::unique_ptr<Far> far_;
};

constexpr std::uint64_t frames = 200;

TEST_P(RowOnPort, GivesEverySampleOfTheSameDevice) {
  const std::string kind = std::get<1>(GetParam());
  const std::string bytes = test::still_wire(row_, setup_, 0, frames);
  if (kind == "file") {
    std::ofstream(folder_ / "bytes", std::ios::binary) << bytes;
    start(row_.name, setup_, "file:" + (folder_ / "bytes") + "?rate=1000&speed=0");
  } else {
    const std::string port = connect(kind);
    start(row_.name, setup_, port);
    if (kind == "udp") far_->say("\n");  // its address
    ASSERT_TRUE(becomes(SensorState::Word::starting, "waiting for the first samples")) << state_.detail.view();
    ASSERT_TRUE(until([&] { return far_->connected() && (device_.streaming || row_.streams_unasked); }));
    if (row_.text_lines) far_->say("\r\n");  // what precedes the first line end is not believed
    far_->say(bytes);
  }
  const std::uint64_t instants = frames * row_.instants;
  ASSERT_TRUE(until([&] { return index_.size() >= instants; })) << index_.size() << ": " << state_.detail.view();
  for (std::uint64_t i = 0; i < instants; ++i) {
    ASSERT_EQ(index_[i], i);
    ASSERT_EQ(first_channel_[i], row_.channels(setup_)[0].offset + static_cast<double>(i % 97));
  }
  EXPECT_EQ(index_.size(), instants);
  EXPECT_EQ(state_.counts.lost, 0U);
}

INSTANTIATE_TEST_SUITE_P(Every, RowOnPort,
                         testing::Combine(testing::ValuesIn(sensors::sensor_table().begin(),
                                                            sensors::sensor_table().end()),
                                          testing::Values("pty", "tcp", "udp", "unix", "file")),
                         [](const auto& p) {
                           std::string name(std::get<0>(p.param)->name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name + "_" + std::get<1>(p.param);
                         });

}  // namespace
}  // namespace myod::daemon
