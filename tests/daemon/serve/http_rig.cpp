#include "tests/daemon/serve/http_rig.hpp"

namespace myod::serve {
namespace {

client::Socket connect(const std::string& url) { return {"tcp:" + host_of(url), client::Clock::now() + patience}; }

}  // namespace

HandMadeWebSocket::HandMadeWebSocket(const std::string& url, const std::string& headers) : socket_(connect(url)) {
  // Key and answer are those of RFC 6455, section 1.3.
  socket_.send("GET /ws HTTP/1.1\r\nHost: " + host_of(url) +
                   "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                   "Sec-WebSocket-Version: 13\r\n" +
                   headers + "\r\n",
               client::Clock::now() + patience);
  std::size_t end = std::string::npos;
  while ((end = input_.find("\r\n\r\n")) == std::string::npos)
    if (!more()) break;
  answer_ = input_.substr(0, end);
  input_.erase(0, end == std::string::npos ? end : end + 4);
}

void HandMadeWebSocket::send(std::string_view payload, unsigned opcode, std::optional<std::uint64_t> announced) {
  const std::uint64_t size = announced.value_or(payload.size());
  std::string bytes{static_cast<char>(0x80 | opcode), static_cast<char>(0x80 | 127)};
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(size >> shift));
  if (size < 126)
    bytes.resize(2), bytes[1] = static_cast<char>(0x80 | size);
  else if (size < 65536)
    bytes.erase(2, 6), bytes[1] = static_cast<char>(0x80 | 126);
  constexpr std::string_view mask = "\x37\xfa\x21\x3d";
  bytes += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) bytes.push_back(static_cast<char>(payload[i] ^ mask[i % 4]));
  socket_.send(bytes, client::Clock::now() + patience);
}

void HandMadeWebSocket::send(const v1::ClientMessage& message) { send(message.SerializeAsString()); }

void HandMadeWebSocket::hello(std::uint32_t major) {
  v1::ClientMessage message;
  message.mutable_hello()->set_protocol_major(major);
  message.mutable_hello()->set_program("page 1");
  send(message);
}

std::optional<HandMadeWebSocket::Frame> HandMadeWebSocket::frame() {
  const auto byte = [this](std::size_t i) { return static_cast<unsigned char>(input_[i]); };
  for (;;) {
    if (input_.size() >= 2) {
      const std::size_t extra = (byte(1) & 127) == 127 ? 8 : (byte(1) & 127) == 126 ? 2 : 0;
      if (input_.size() >= 2 + extra) {
        std::size_t size = extra == 0 ? byte(1) & 127 : 0;
        for (std::size_t i = 0; i < extra; ++i) size = size << 8 | byte(2 + i);
        if (input_.size() >= 2 + extra + size) {
          Frame frame{byte(0) & 15U, input_.substr(2 + extra, size)};
          input_.erase(0, 2 + extra + size);
          return frame;
        }
      }
    }
    if (!more()) return std::nullopt;
  }
}

std::optional<v1::ServerMessage> HandMadeWebSocket::next() {
  while (const auto whole = frame()) {
    if (whole->opcode != 2) continue;
    std::optional<v1::ServerMessage> message(std::in_place);
    if (!message->ParseFromString(whole->payload)) return std::nullopt;
    return message;
  }
  return std::nullopt;
}

std::optional<v1::Goodbye> HandMadeWebSocket::goodbye() {
  std::optional<v1::Goodbye> last;
  while (const auto message = next())
    if (message->has_goodbye()) last = message->goodbye();
  return last;
}

bool HandMadeWebSocket::more() {
  return socket_.receive(input_, client::Clock::now() + patience) == client::Socket::Got::bytes;
}

}  // namespace myod::serve
