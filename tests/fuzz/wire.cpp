// A client that says anything: framing alone, in pieces and whole, then a real session over a real socket, with and
// without a decent Hello before it.
#include <sys/socket.h>
#include <unistd.h>

#include <spdlog/spdlog.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "daemon/serve/session.hpp"
#include "proto/framing.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace myod::fuzz {
namespace {

using Messages = std::vector<std::string>;

Messages read_all(std::string_view bytes, std::size_t piece) {
  proto::FrameReader reader(proto::max_to_server);
  Messages messages;
  while (!bytes.empty()) {
    const std::string some(bytes.substr(0, piece));
    bytes.remove_prefix(some.size());
    reader.feed(some);
    while (const auto message = reader.next()) messages.emplace_back(*message);
  }
  return messages;
}

std::shared_ptr<serve::Hub> a_hub() {
  auto hub = std::make_shared<serve::Hub>();
  hub->options.program = "fuzz";
  hub->hooks.command = [](const v1::Command&, std::uint64_t, const std::function<void(v1::Reply)>& reply) {
    reply({});
  };
  hub->status = [] { return v1::Status(); };
  v1::ServerMessage described;
  v1::Stream& stream = *described.mutable_stream();
  stream.set_rate_hz(1000.0);
  for (const char* name : {"biceps", "triceps"}) stream.add_channels()->set_name(name);
  serve::DescribedStream& one = hub->streams.try_emplace(0, hub->options).first->second;
  one.stream = stream;
  one.message = serve::serialise(described);
  return hub;
}

std::string hello() {
  v1::ClientMessage message;
  message.mutable_hello()->set_protocol_major(1);
  std::string bytes;
  proto::append_message(bytes, message);
  return bytes;
}

void converse(const std::string& said, serve::Role role) {
  std::array<int, 2> ends{};
  require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0, "a socket");
  boost::asio::io_context io;
  const auto session = std::make_shared<serve::Session>(serve::stream_wire(io.get_executor(), AF_UNIX, ends[0]),
                                                        serve::Peer{role, "fuzz", "fuzz"}, a_hub());
  session->start();
  (void)!::write(ends[1], said.data(), said.size());
  std::array<char, 65536> answers{};
  do {
    io.poll();
  } while (::read(ends[1], answers.data(), answers.size()) > 0);
  session->frame({0, v1::KIND_FEATURES, 1}, 1.0, std::make_shared<const std::string>("frame"));
  session->close();
  ::close(ends[1]);
  io.poll();
}

void run(Input in) {
  static const auto silent = [] {
    spdlog::set_level(spdlog::level::off);
    return true;
  }();
  (void)silent;
  const std::uint8_t choice = in.byte();
  const std::size_t piece = 1 + in.below(64);
  const std::string bytes(in.text());
  require(read_all(bytes, piece) == read_all(bytes, bytes.size()), "the same messages however the bytes are cut");
  std::string said = (choice & 1U) != 0 ? hello() : "";
  if ((choice & 2U) != 0) proto::append_length(said, bytes.size());  // one message
  converse(said + bytes, (choice & 4U) != 0 ? serve::Role::op : serve::Role::viewer);
}

}  // namespace
}  // namespace myod::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  myod::fuzz::run({data, size});
  return 0;
}
