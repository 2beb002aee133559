// Ports: where bytes come from. serial and pty (termios), tcp, udp, file, and the embedded simulator; all alike to the
// acquisition thread: non-blocking, driven by its io_context.
#pragma once

#include <utility>

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "daemon/sensors/sensor.hpp"

namespace myod::port {

/// A parsed PORT: /dev/ttyUSB0, serial:/dev/ttyUSB0?baud=115200&dtr=off, usb:VID:PID, usb:VID:PID:SERIAL, pty:PATH,
/// tcp:HOST:PORT, udp:HOST:PORT (listens there), unix:PATH, file:PATH?rate=1000&speed=1, sim:
struct Address {
  enum class Kind : std::uint8_t { serial, tcp, udp, unix_socket, file, sim } kind = Kind::serial;
  std::string path;        ///< serial, unix, file; host for tcp and udp
  std::string service;     ///< tcp, udp
  std::string usb_id;      ///< serial by usb: VID:PID in capitals, looked up each time it is opened; path is empty
  std::string usb_serial;  ///< serial by usb: the device's own serial number; empty: any
  std::uint32_t baud = 0;  ///< 0: the row's
  bool dtr = true;         ///< serial: as opening leaves it, asserted; false: DTR and RTS are taken back
  double rate_hz = 0.0;    ///< file
  double speed = 1.0;      ///< file: 0 = as fast as it goes, time from the bytes
  std::string text;        ///< for people: as given, or what sim: means
};
/// Throws std::invalid_argument with what is wrong and an example.
Address parse_address(std::string_view text);

/// Where the machine's devices are looked up.
struct Roots {
  std::filesystem::path sys = "/sys", dev = "/dev";
};

class Port {
 public:
  /// Bytes that arrived, with CLOCK_MONOTONIC of the read. For speed=0 files: arrival time made from the bytes.
  using OnBytes = std::function<void(std::span<const std::uint8_t>, std::int64_t arrival_ns)>;
  /// The port is gone (unplugged, closed by the peer, end of file), with why. Called once; the port is then dead.
  using OnClosed = std::function<void(std::string_view why, bool final)>;  ///< final: end of file, do not reopen

  virtual ~Port() = default;
  /// Either callback may destroy the port.
  virtual void start(OnBytes, OnClosed) = 0;
  /// Queued and sent as the port takes it.
  virtual void write(std::span<const std::uint8_t>) = 0;
  /// Calls back once when bytes can go both ways: at once, unless a connection has to be made first. Before start().
  virtual void when_ready(std::function<void()> ready) {
    const auto now = std::move(ready);
    now();
  }
  /// Deliver nothing until released. Only for what can wait (files); anything else goes on.
  virtual void hold(bool) {}
  /// hold() is obeyed: whoever cannot take more may say so instead of losing it.
  virtual bool can_wait() const { return false; }
};

/// Opens; returns nullptr and fills `why` with the cause and remedy when it cannot be opened now.
std::unique_ptr<Port> open(boost::asio::io_context&, const Address&, const sensors::SensorRow&, const sensors::Setup&,
                           std::string& why, const Roots& roots = {});

}  // namespace myod::port
