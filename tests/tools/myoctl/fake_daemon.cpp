#include "tests/tools/myoctl/fake_daemon.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "proto/framing.hpp"
#include "tests/tools/myoctl/messages.hpp"

namespace myod::test {
namespace {

constexpr int look_for_stop_ms = 20;

bool readable(int fd) {
  pollfd p{fd, POLLIN, 0};
  return poll(&p, 1, look_for_stop_ms) > 0;
}

}  // namespace

FakeDaemon::FakeDaemon(std::string path, Answer answer) : path_(std::move(path)), answer_(std::move(answer)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path_.copy(address.sun_path, sizeof address.sun_path - 1);
  listening_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(listening_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(listening_, 4) != 0)
    throw std::runtime_error("cannot listen at " + path_);
  thread_ = std::thread([this] { serve(); });
}

FakeDaemon::~FakeDaemon() {
  stop_ = true;
  thread_.join();
  close(listening_);
  unlink(path_.c_str());
}

void FakeDaemon::serve() {
  while (!stop_) {
    if (!readable(listening_)) continue;
    const int fd = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    talk(fd);
    close(fd);
  }
}

void FakeDaemon::talk(int fd) {
  proto::FrameReader reader(proto::max_to_server);
  std::array<char, 4096> buffer{};
  while (!stop_) {
    if (!readable(fd)) continue;
    const auto n = recv(fd, buffer.data(), buffer.size(), 0);
    if (n <= 0) return;
    reader.feed({buffer.data(), static_cast<std::size_t>(n)});
    while (const auto bytes = reader.next()) {
      v1::ClientMessage message;
      message.ParseFromArray(bytes->data(), static_cast<int>(bytes->size()));
      for (const auto& answer : respond(message)) {
        if (answer.body_case() == v1::ServerMessage::BODY_NOT_SET) return;
        std::string out;
        proto::append_message(out, answer);
        if (send(fd, out.data(), out.size(), MSG_NOSIGNAL) < 0) return;
      }
    }
  }
}

FakeDaemon::Answers FakeDaemon::respond(const v1::ClientMessage& message) const {
  v1::ServerMessage answer;
  if (message.has_hello()) {
    *answer.mutable_hello() = hello();
    return {answer, stream_message()};
  }
  if (message.has_ping()) {
    answer.mutable_pong()->set_t0_ns(message.ping().t0_ns());
    return {answer};
  }
  if (message.has_status_request()) return {status_message()};
  return answer_(message);
}

}  // namespace myod::test
