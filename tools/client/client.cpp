// The conversation as a client leads it.
#include "tools/client/client.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "daemon/clock.hpp"

namespace myod::client {
namespace {

using namespace std::chrono_literals;
constexpr auto heartbeat = 1000ms;
constexpr auto silence = 3 * heartbeat;

/// The first address that answers; with one address, its own error.
Socket connect_any(const std::vector<std::string>& addresses, Clock::time_point deadline, std::string& answered) {
  std::string tried;
  for (const auto& address : addresses) {
    try {
      Socket socket(address, deadline);
      answered = address;
      return socket;
    } catch (const std::runtime_error& e) {
      if (addresses.size() == 1) throw;
      tried += (tried.empty() ? "" : "\n") + std::string(e.what());
    }
  }
  throw std::runtime_error(tried + "\nor say with --connect where it listens");
}

}  // namespace

std::vector<std::string> default_addresses() {
  std::vector<std::string> addresses;
  if (const char* dir = std::getenv("XDG_RUNTIME_DIR"); dir != nullptr && *dir != '\0')
    addresses.push_back("unix:" + std::string(dir) + "/myod.sock");
  addresses.push_back("unix:/run/myod/myod.sock");
  return addresses;
}

Client::Client(const std::string& address, const std::string& program, std::chrono::milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  socket_ = connect_any(address.empty() ? default_addresses() : std::vector{address}, deadline, address_);
  heard_ = beat_ = Clock::now();
  exchange_hello(program, deadline);
}

void Client::exchange_hello(const std::string& program, Clock::time_point deadline) {
  v1::ClientMessage message;
  message.mutable_hello()->set_protocol_major(1);
  message.mutable_hello()->set_program(program);
  send(message);
  auto answer = next_from_wire(deadline);
  if (!answer) throw Disconnected(address_ + " does not answer as myod does");
  if (!answer->has_hello()) throw Disconnected(address_ + " did not begin with Hello: is it a myod?");
  hello_ = std::move(*answer->mutable_hello());
  if (hello_.protocol_major() != 1)
    throw Disconnected(address_ + " speaks protocol " + std::to_string(hello_.protocol_major()) +
                       ", this program speaks 1: use programs of the same release");
}

void Client::subscribe(const v1::Subscribe& subscription) {
  v1::ClientMessage message;
  *message.mutable_subscribe() = subscription;
  send(message);
}

void Client::send(const v1::ClientMessage& message) {
  std::string bytes;
  proto::append_message(bytes, message);
  if (socket_->send(bytes, Clock::now() + silence)) return;
  // What the daemon said last explains it better than the broken pipe does: next_from_wire throws with its Goodbye.
  while (auto left = next_from_wire(Clock::now()))
    if (!absorb(*left)) kept_.push_back(std::move(*left));
  throw Disconnected("the daemon at " + address_ + " does not take what is sent to it");
}

v1::Reply Client::command(v1::Command command, std::chrono::milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  const std::uint64_t id = next_command_++;
  v1::ClientMessage message;
  *message.mutable_command() = std::move(command);
  message.mutable_command()->set_id(id);
  send(message);
  while (auto answer = next_from_wire(deadline)) {
    if (answer->has_reply() && answer->reply().id() == id) return std::move(*answer->mutable_reply());
    if (!absorb(*answer)) kept_.push_back(std::move(*answer));
  }
  v1::Reply late;
  late.set_id(id);
  late.set_error(v1::ERROR_CODE_FAILED);
  late.set_text("the daemon did not reply in time");
  return late;
}

std::optional<v1::ServerMessage> Client::receive(Clock::time_point deadline) {
  if (!kept_.empty()) {
    std::optional<v1::ServerMessage> message(std::move(kept_.front()));
    kept_.pop_front();
    return message;
  }
  for (;;) {
    auto message = next_from_wire(deadline);
    if (!message || !absorb(*message)) return message;
  }
}

void Client::ping() {
  v1::ClientMessage message;
  message.mutable_ping()->set_t0_ns(monotonic_ns());
  std::string bytes;
  proto::append_message(bytes, message);
  beat_ = Clock::now();
  // Failing is not told here: what the daemon said last is still to be read, and after it the end.
  socket_->send(bytes, beat_ + silence);
}

std::optional<v1::ServerMessage> Client::next_from_wire(Clock::time_point deadline) {
  const bool greeted = hello_.protocol_major() != 0;
  for (;;) {
    if (greeted && Clock::now() - beat_ >= heartbeat) ping();
    if (const auto bytes = reader_.next()) {
      v1::ServerMessage message;
      if (!message.ParseFromArray(bytes->data(), static_cast<int>(bytes->size())))
        throw Disconnected(address_ + " sent what is not a message of this protocol");
      if (message.has_goodbye()) throw Disconnected(message.goodbye().reason());
      return message;
    }
    if (reader_.broken()) throw Disconnected(address_ + " sent a message that is too long");

    const auto wake = greeted ? std::min(deadline, beat_ + heartbeat) : deadline;
    std::string bytes;
    switch (socket_->receive(bytes, wake)) {
      case Socket::Got::bytes:
        heard_ = Clock::now();
        reader_.feed(bytes);
        continue;
      case Socket::Got::end:
        throw Disconnected("the daemon at " + address_ + " closed the connection");
      case Socket::Got::nothing:
        if (greeted && Clock::now() - heard_ > silence)
          throw Disconnected("the daemon at " + address_ + " has fallen silent");
        if (Clock::now() >= deadline) return std::nullopt;
    }
  }
}

bool Client::absorb(const v1::ServerMessage& message) {
  if (message.has_pong()) {
    const auto& pong = message.pong();
    round_trip_ = RoundTrip{pong.t0_ns(), pong.t1_ns(), pong.t2_ns(), monotonic_ns()};
  }
  return message.has_pong() || message.has_heartbeat();
}

}  // namespace myod::client
