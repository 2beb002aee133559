// PORT as people write it, parsed. Strict: what is not understood is refused with an example.
#include <boost/asio/ip/address.hpp>
#include <cctype>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "daemon/port/port.hpp"

namespace myod::port {

namespace {

[[noreturn]] void refuse(std::string_view text, const std::string& wrong, std::string_view example) {
  throw std::invalid_argument("port = \"" + std::string(text) + "\": " + wrong + "; for example " +
                              std::string(example));
}

template <typename T>
T number(const Address& a, std::string_view key, std::string_view value, T least, T most, std::string_view example) {
  T n{};
  const auto r = std::from_chars(value.data(), value.data() + value.size(), n);
  if (r.ec != std::errc() || r.ptr != value.data() + value.size() || !(n >= least && n <= most))
    refuse(a.text, std::string(key) + "=" + std::string(value) + " is not a number in range", example);
  return n;
}

constexpr std::string_view serial_example = "serial:/dev/ttyUSB0?baud=115200";
constexpr std::string_view file_example = "file:recording.bin?rate=1000&speed=1";

void set_option(Address& a, std::string_view key, std::string_view value) {
  const bool file = a.kind == Address::Kind::file;
  if (!file && key == "baud") {
    a.baud = number<std::uint32_t>(a, key, value, 50, 12'000'000, serial_example);
  } else if (!file && key == "dtr") {
    if (value != "on" && value != "off") refuse(a.text, "dtr is on or off", "serial:/dev/ttyUSB0?dtr=off");
    a.dtr = value == "on";
  } else if (file && key == "rate") {
    a.rate_hz = number<double>(a, key, value, 1e-3, 1e5, file_example);
  } else if (file && key == "speed") {
    a.speed = number<double>(a, key, value, 0.0, 1e4, file_example);
  } else {
    refuse(a.text, "unknown option \"" + std::string(key) + "\"", file ? file_example : serial_example);
  }
}

// WHAT?key=value&key=value: sets the options, returns WHAT.
std::string_view take_options(Address& a, std::string_view rest) {
  const bool file = a.kind == Address::Kind::file;
  const auto question = rest.rfind('?');
  if (question == std::string_view::npos) return rest;
  std::string_view options = rest.substr(question + 1);
  while (true) {
    const auto end = options.find('&');
    const std::string_view option = options.substr(0, end);
    const auto equals = option.find('=');
    if (equals == std::string_view::npos)
      refuse(a.text, "option \"" + std::string(option) + "\" has no value", file ? file_example : serial_example);
    set_option(a, option.substr(0, equals), option.substr(equals + 1));
    if (end == std::string_view::npos) return rest.substr(0, question);
    options.remove_prefix(end + 1);
  }
}

void parse_path(Address& a, std::string_view rest) {
  a.path = take_options(a, rest);
  if (a.path.empty()) refuse(a.text, "no path", a.kind == Address::Kind::file ? file_example : serial_example);
}

// VID:PID, VID:PID:SERIAL
void parse_usb(Address& a, std::string_view rest) {
  constexpr std::string_view example = "usb:0403:6015, or usb:0403:6015:DQ0084L5 with its serial number";
  constexpr std::size_t id = 9, colon = 4;
  rest = take_options(a, rest);
  for (std::size_t i = 0; i < id; ++i) {
    const bool fits =
        i < rest.size() && (i == colon ? rest[i] == ':' : std::isxdigit(static_cast<unsigned char>(rest[i])));
    if (!fits) refuse(a.text, "four hexadecimal digits of the vendor and four of the product are needed", example);
    a.usb_id += static_cast<char>(std::toupper(static_cast<unsigned char>(rest[i])));
  }
  rest.remove_prefix(id);
  if (rest.empty()) return;
  if (rest.front() != ':' || rest.size() == 1) refuse(a.text, "a serial number follows a colon", example);
  a.usb_serial = rest.substr(1);
}

// HOST:PORT, [IPV6]:PORT
void parse_host(Address& a, std::string_view rest) {
  const std::string_view example = a.kind == Address::Kind::tcp ? "tcp:192.168.4.1:8001" : "udp:0.0.0.0:9000";
  const auto colon = rest.rfind(':');
  if (colon == std::string_view::npos) refuse(a.text, "no port number", example);
  std::string_view host = rest.substr(0, colon);
  const std::string_view service = rest.substr(colon + 1);
  number<std::uint32_t>(a, "port", service, 1, 65535, example);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty()) refuse(a.text, "no host", example);
  if (!bracketed && host.find(':') != std::string_view::npos)
    refuse(a.text, "an IPv6 address stands in brackets",
           a.kind == Address::Kind::tcp ? "tcp:[::1]:8001" : "udp:[::]:9000");
  boost::system::error_code error;
  boost::asio::ip::make_address(host, error);
  if (error && a.kind == Address::Kind::udp) refuse(a.text, "the address to receive on must be numeric", example);
  a.path = host;
  a.service = service;
}

// Any path short enough for a socket's address.
void parse_socket(Address& a, std::string_view rest) {
  constexpr std::size_t most = 107;
  if (rest.empty() || rest.size() > most) refuse(a.text, "a path of 1 to 107 bytes is needed", "unix:/run/sensor.sock");
  a.path = rest;
}

struct Scheme {
  std::string_view prefix;
  Address::Kind kind;
  void (*parse)(Address&, std::string_view rest);
};

void parse_nothing(Address& a, std::string_view rest) {
  if (!rest.empty()) refuse(a.text, "the embedded simulator takes nothing here", "sim:");
  a.text = "the embedded simulator";
}

constexpr Scheme schemes[] = {
    {"serial:", Address::Kind::serial, parse_path}, {"usb:", Address::Kind::serial, parse_usb},
    {"pty:", Address::Kind::serial, parse_path},    {"tcp:", Address::Kind::tcp, parse_host},
    {"udp:", Address::Kind::udp, parse_host},       {"unix:", Address::Kind::unix_socket, parse_socket},
    {"file:", Address::Kind::file, parse_path},     {"sim:", Address::Kind::sim, parse_nothing},
};

}  // namespace

Address parse_address(std::string_view text) {
  Address a;
  a.text = text;
  for (const Scheme& scheme : schemes) {
    if (text.substr(0, scheme.prefix.size()) != scheme.prefix) continue;
    a.kind = scheme.kind;
    scheme.parse(a, text.substr(scheme.prefix.size()));
    return a;
  }
  if (text.empty() || text.front() != '/')
    refuse(text,
           "must be a device path or begin with serial:, usb:, pty:, tcp:, udp:, unix:, file: or sim:", "/dev/ttyUSB0");
  parse_path(a, text);
  return a;
}

}  // namespace myod::port
