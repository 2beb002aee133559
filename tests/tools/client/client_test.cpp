// What a person reads when there is no daemon, another program, or a wrong address.
#include "tools/client/client.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "daemon/serve/address.hpp"

namespace myod::client {
namespace {

using namespace std::chrono_literals;

template <typename Error>
std::string refusal(const std::string& address, std::chrono::milliseconds patience = 20s) {
  try {
    Client client(address, "test 1", patience);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

TEST(Client, TriesTheUnixSocketsOfTheUserThenOfTheSystem) {
  setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
  EXPECT_EQ(default_addresses(), (std::vector<std::string>{"unix:/run/user/1/myod.sock", "unix:/run/myod/myod.sock"}));
  unsetenv("XDG_RUNTIME_DIR");
  EXPECT_EQ(default_addresses(), std::vector<std::string>{"unix:/run/myod/myod.sock"});
}

TEST(Client, SaysWhatToDoWhenNobodyAnswers) {
  for (const char* address : {"unix:/nonexistent/myod.sock", "tcp:127.0.0.1:1"}) {
    const std::string why = refusal<std::runtime_error>(address);
    EXPECT_NE(why.find(address), std::string::npos) << why;
    EXPECT_NE(why.find("is myod running"), std::string::npos) << why;
  }
}

TEST(Client, RefusesWhatIsNoAddress) {
  for (const std::string address : {"nonsense", "tcp:", "tcp:127.0.0.1", "tcp:127.0.0.1:", "unix:", "udp:127.0.0.1:1"})
    EXPECT_NE(refusal<std::invalid_argument>(address), "") << address;
}

/// Accepts one connection, says `answer` and hangs up.
class Stranger {
 public:
  explicit Stranger(const std::string& answer)
      : thread_([this, answer] {
          pollfd caller{listening_.fd(), POLLIN, 0};
          poll(&caller, 1, 20'000);
          const int fd = accept(listening_.fd(), nullptr, nullptr);
          send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
          shutdown(fd, SHUT_WR);
          char rest[1000];
          while (recv(fd, rest, sizeof rest, 0) > 0) {
          }
          close(fd);
        }) {}
  ~Stranger() { thread_.join(); }
  const std::string& address() const { return listening_.address(); }

 private:
  serve::ListeningSocket listening_{"tcp:127.0.0.1:0"};
  std::thread thread_;
};

std::string framed(const v1::ServerMessage& message) {
  std::string bytes;
  proto::append_message(bytes, message);
  return bytes;
}

TEST(Client, NamesTheReasonOfAGoodbyeAndOfWhatIsNoDaemon) {
  v1::ServerMessage goodbye, future, heartbeat;
  goodbye.mutable_goodbye()->set_reason("there are 256 clients already");
  future.mutable_hello()->set_protocol_major(2);
  heartbeat.mutable_heartbeat();
  const std::vector<std::pair<std::string, std::string>> cases{
      {framed(goodbye), "there are 256 clients already"},
      {framed(future), "speaks protocol 2"},
      {framed(heartbeat), "is it a myod?"},
      {"HTTP/1.1 400 Bad Request\r\n\r\n" + std::string(100, '-'), "not a message"},
      {std::string(10, '\xff'), "too long"},
      {"", "closed the connection"}};
  for (const auto& [said, told] : cases) {
    const Stranger stranger(said);
    EXPECT_NE(refusal<Disconnected>(stranger.address()).find(told), std::string::npos) << told;
  }
}

TEST(Client, GivesUpOnOneWhoSaysNothing) {
  const serve::ListeningSocket mute("tcp:127.0.0.1:0");
  EXPECT_NE(refusal<Disconnected>(mute.address(), 20ms).find("does not answer"), std::string::npos);
}

}  // namespace
}  // namespace myod::client
