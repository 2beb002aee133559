// The daemon's side of the wire on a real Unix socket, one client at a time: greets, answers each message as the test
// says, speaks unasked, hangs up. So the client is tested against silence and loss that a daemon would not give.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "myod/v1/myod.pb.h"

namespace myod::test {

class FakeDaemon {
 public:
  using Answers = std::vector<v1::ServerMessage>;
  using Answer = std::function<Answers(const v1::ClientMessage&)>;

  /// `answer` is called on the daemon's thread for all but Hello and Ping. {} as a message hangs up.
  FakeDaemon(std::string path, Answer answer);
  ~FakeDaemon();
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;

  std::string address() const { return "unix:" + path_; }

 private:
  void serve();
  void talk(int fd);
  Answers respond(const v1::ClientMessage& message) const;

  std::string path_;
  Answer answer_;
  int listening_ = -1;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace myod::test
