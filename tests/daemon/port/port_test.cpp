// Ports on real pseudo-terminals, sockets and files.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <utility>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "daemon/port/port.hpp"

namespace myod::port {
namespace {

using namespace std::chrono_literals;

const sensors::SensorRow& row(std::string_view name) { return *sensors::find_sensor(name); }

sensors::Setup plain(std::string_view name) {
  sensors::Setup s;
  s.channels = 1;
  s.rate_hz = 1000;
  return sensors::complete_setup(row(name), s);
}

class Ports : public testing::Test {
 protected:
  std::unique_ptr<Port> open_port(const std::string& text, std::string_view sensor = "bitalino") {
    return open(io_, parse_address(text), row(sensor), plain(sensor), why_);
  }
  void start(Port& port) {
    port.start(
        [this](std::span<const std::uint8_t> bytes, std::int64_t arrival_ns) {
          got_.append(bytes.begin(), bytes.end());
          arrivals_.push_back(arrival_ns);
        },
        [this](std::string_view why, bool final) {
          closed_ = why;
          final_ = final;
        });
  }
  template <typename Condition>
  bool run_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      io_.restart();
      io_.run_one_for(50ms);
    }
    return condition();
  }

  boost::asio::io_context io_;
  std::string got_, closed_, why_;
  std::vector<std::int64_t> arrivals_;
  bool final_ = false;
};

struct Pty {
  Pty() {
    if (openpty(&master, &slave, nullptr, nullptr, nullptr) != 0) throw std::runtime_error("no pseudo-terminal");
    path = ttyname(slave);
  }
  ~Pty() {
    ::close(slave);
    if (master >= 0) ::close(master);
  }
  void unplug() { ::close(std::exchange(master, -1)); }
  int master = -1, slave = -1;
  std::string path;
};

TEST_F(Ports, SerialPassesEveryByteBothWaysAtAnyBaudRate) {
  Pty pty;
  const auto port = open_port("pty:" + pty.path + "?baud=222222");
  ASSERT_TRUE(port) << why_;
  start(*port);
  std::string all;
  for (int b = 0; b < 256; ++b) all.push_back(static_cast<char>(b));  // XON, CR, ^C ... must not be special
  ASSERT_EQ(::write(pty.master, all.data(), all.size()), 256);
  EXPECT_TRUE(run_until([&] { return got_.size() == all.size(); }));
  EXPECT_EQ(got_, all);
  port->write({reinterpret_cast<const std::uint8_t*>(all.data()), all.size()});
  std::string sent;
  fcntl(pty.master, F_SETFL, O_NONBLOCK);
  EXPECT_TRUE(run_until([&] {
    std::array<char, 512> buffer{};
    const auto n = ::read(pty.master, buffer.data(), buffer.size());
    if (n > 0) sent.append(buffer.data(), static_cast<std::size_t>(n));
    return sent.size() == all.size();
  }));
  EXPECT_EQ(sent, all);
}

TEST_F(Ports, SerialTellsOnceThatItsOtherSideIsGone) {
  Pty pty;
  const auto port = open_port(pty.path);
  ASSERT_TRUE(port) << why_;
  start(*port);
  pty.unplug();
  EXPECT_TRUE(run_until([&] { return !closed_.empty(); }));
  EXPECT_NE(closed_.find(pty.path), std::string::npos);
  EXPECT_FALSE(final_);
}

TEST_F(Ports, SerialIsExclusive) {
  Pty pty;
  const auto first = open_port(pty.path);
  ASSERT_TRUE(first);
  EXPECT_FALSE(open_port(pty.path));
  EXPECT_NE(why_.find("another program"), std::string::npos) << why_;
}

TEST_F(Ports, SerialSaysWhyItCannotBeOpened) {
  EXPECT_FALSE(open_port("/dev/no-such-port"));
  EXPECT_EQ(why_.find("/dev/no-such-port: No such file or directory"), 0U) << why_;
  EXPECT_FALSE(open_port("/dev/null"));
  EXPECT_NE(why_.find("not a serial port"), std::string::npos) << why_;
}

TEST_F(Ports, APortDestroyedInItsOwnCallbackIsSilentAfterwards) {
  Pty pty;
  auto port = open_port(pty.path);
  ASSERT_TRUE(port);
  int calls = 0;
  port->start(
      [&](std::span<const std::uint8_t>, std::int64_t) {
        ++calls;
        port.reset();
      },
      [&](std::string_view, bool) { ++calls; });
  ASSERT_EQ(::write(pty.master, "abc", 3), 3);
  EXPECT_TRUE(run_until([&] { return calls == 1; }));
  pty.unplug();
  io_.restart();
  io_.run();
  EXPECT_EQ(calls, 1);
}

TEST_F(Ports, TcpConnectsThenCarriesBytesAndTellsTheEnd) {
  using boost::asio::ip::tcp;
  tcp::acceptor acceptor(io_, {boost::asio::ip::address_v4::loopback(), 0});
  const auto port = open_port("tcp:127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()));
  bool ready = false;
  port->when_ready([&] { ready = true; });
  port->write(std::array<std::uint8_t, 2>{'h', 'i'});  // before there is a connection
  tcp::socket device(io_);
  acceptor.async_accept(device, [](const boost::system::error_code&) {});
  start(*port);
  EXPECT_TRUE(run_until([&] { return ready && device.is_open(); }));
  std::array<char, 2> heard{};
  std::size_t n = 0;
  device.async_read_some(boost::asio::buffer(heard),
                         [&](const boost::system::error_code&, std::size_t size) { n = size; });
  EXPECT_TRUE(run_until([&] { return n == 2; }));
  boost::asio::write(device, boost::asio::buffer("123", 3));
  EXPECT_TRUE(run_until([&] { return got_ == "123"; }));
  device.close();
  EXPECT_TRUE(run_until([&] { return !closed_.empty(); }));
}

TEST_F(Ports, TcpSaysWhenNobodyListens) {
  const auto port = open_port("tcp:127.0.0.1:1");
  start(*port);
  EXPECT_TRUE(run_until([&] { return !closed_.empty(); }));
  EXPECT_NE(closed_.find("refused"), std::string::npos) << closed_;
}

TEST_F(Ports, UdpReceivesAndAnswersItsSender) {
  using boost::asio::ip::udp;
  udp::socket device(io_, {boost::asio::ip::address_v4::loopback(), 0});
  udp::socket probe(io_, {boost::asio::ip::address_v4::loopback(), 0});
  const auto number = probe.local_endpoint().port();
  probe.close();
  const auto port = open_port("udp:127.0.0.1:" + std::to_string(number));
  ASSERT_TRUE(port) << why_;
  start(*port);
  device.send_to(boost::asio::buffer("abc", 3), {boost::asio::ip::address_v4::loopback(), number});
  EXPECT_TRUE(run_until([&] { return got_ == "abc"; }));
  port->write(std::array<std::uint8_t, 1>{'v'});
  std::array<char, 8> heard{};
  EXPECT_EQ(device.receive(boost::asio::buffer(heard)), 1U);
}

class FilePorts : public Ports {
 protected:
  std::string file(const std::string& content) {
    path_ = std::filesystem::temp_directory_path() / ("myod_file_port_" + std::to_string(::getpid()));
    std::ofstream(path_, std::ios::binary) << content;
    return "file:" + path_.string();
  }
  ~FilePorts() override { std::filesystem::remove(path_); }
  std::filesystem::path path_;
};

TEST_F(FilePorts, AtSpeedZeroGiveEveryByteWithTimeFromTheBytes) {
  std::string content;
  for (int i = 0; i < 50'000; ++i) content += std::to_string(i) + "\n";
  const auto port = open_port(file(content) + "?rate=1000&speed=0", "ascii");
  ASSERT_TRUE(port) << why_;
  start(*port);
  EXPECT_TRUE(run_until([&] { return !closed_.empty(); }));
  EXPECT_TRUE(final_);
  EXPECT_EQ(got_, content);
  const double seconds = static_cast<double>(arrivals_.back() - arrivals_.front()) * 1e-9;
  EXPECT_NEAR(seconds, 50.0, 0.02);
}

TEST_F(FilePorts, OfFixedFramesTakeTheirTimeFromTheFrameSize) {
  const auto port = open_port(file(std::string(3 * 10'000, 'x')) + "?rate=1000&speed=0");
  start(*port);
  EXPECT_TRUE(run_until([&] { return !closed_.empty(); }));
  EXPECT_EQ(got_.size(), 30'000U);
  EXPECT_NEAR(static_cast<double>(arrivals_.back() - arrivals_.front()) * 1e-9, 10.0, 0.02);
}

TEST_F(FilePorts, GiveNothingWhileHeld) {
  const auto port = open_port(file(std::string(30'000, 'x')) + "?speed=0");
  start(*port);
  EXPECT_TRUE(run_until([&] { return !got_.empty(); }));
  port->hold(true);
  io_.restart();
  io_.run();  // nothing left to do
  const auto held = got_.size();
  EXPECT_LT(held, 30'000U);
  port->hold(false);
  EXPECT_TRUE(run_until([&] { return !closed_.empty(); }));
  EXPECT_EQ(got_.size(), 30'000U);
}

}  // namespace
}  // namespace myod::port
