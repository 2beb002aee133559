// `watch` on a real terminal (a pseudo-terminal): draws, survives the daemon, puts the terminal back.
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <optional>

#include "tests/support/process.hpp"
#include "tests/tools/myoctl/fake_daemon.hpp"
#include "tests/tools/myoctl/messages.hpp"

namespace myod::test {
namespace {

class Screen {
 public:
  explicit Screen(const std::string& address) {
    const winsize size{24, 80, 0, 0};
    const std::string path = program("myoctl");
    pid_ = forkpty(&fd_, nullptr, nullptr, &size);
    if (pid_ == 0) {
      setenv("NO_COLOR", "1", 1);
      execl(path.c_str(), path.c_str(), "--connect", address.c_str(), "watch", nullptr);
      _exit(127);
    }
  }
  ~Screen() {
    if (!ended_) kill(pid_, SIGKILL);
    if (!ended_) waitpid(pid_, nullptr, 0);
    close(fd_);
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// Reads until `text` appears in what is new since the last call.
  bool shows(const std::string& text) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < until) {
      const auto at = all_.find(text, seen_);
      if (at != std::string::npos) {
        seen_ = at + text.size();
        return true;
      }
      pollfd p{fd_, POLLIN, 0};
      std::array<char, 4096> buffer{};
      if (poll(&p, 1, 100) <= 0) continue;
      const auto n = read(fd_, buffer.data(), buffer.size());
      closed_ = n <= 0;
      if (closed_) break;
      all_.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return all_.find(text, seen_) != std::string::npos;
  }
  void type(char key) const { EXPECT_EQ(write(fd_, &key, 1), 1); }
  void resize(unsigned short columns) const {
    const winsize size{24, columns, 0, 0};
    EXPECT_EQ(ioctl(fd_, TIOCSWINSZ, &size), 0);
  }
  /// The exit code; -1 when it had to be killed.
  int end() {
    const bool closed = !shows("what is never shown") && closed_;
    if (!closed) kill(pid_, SIGKILL);
    int status = 0;
    waitpid(pid_, &status, 0);
    ended_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  bool echoes() const {
    termios now{};
    return tcgetattr(fd_, &now) == 0 && (now.c_lflag & ECHO) != 0 && (now.c_lflag & ICANON) != 0;
  }
  pid_t pid() const { return pid_; }

 private:
  int fd_ = -1;
  pid_t pid_ = -1;
  bool ended_ = false;
  bool closed_ = false;  // nobody holds the terminal any more
  std::string all_;
  std::size_t seen_ = 0;
};

const std::string restored = "\x1b[?7h\x1b[?25h\x1b[?1049l";

FakeDaemon::Answers one_frame(const v1::ClientMessage& message) {
  if (!message.has_subscribe()) return {};
  return {frame_message(v1::KIND_FEATURES, {124.3F, 41, 1, nan_f, nan_f, nan_f, 12.5F, nan_f, 0})};
}

TEST(WatchTerminal, DrawsAndLeavesTheTerminalAsItWasOnQ) {
  const TemporaryFolder folder;
  const FakeDaemon daemon(folder / "s", one_frame);
  Screen screen(daemon.address());
  EXPECT_TRUE(screen.shows("\x1b[?1049h"));
  EXPECT_TRUE(screen.shows("ACTIVE"));
  EXPECT_FALSE(screen.echoes());
  EXPECT_TRUE(screen.shows("NO DATA since")) << "one frame and no more";
  screen.type('q');
  EXPECT_TRUE(screen.shows(restored));
  EXPECT_EQ(screen.end(), 0);
  EXPECT_TRUE(screen.echoes());
}

TEST(WatchTerminal, ASignalLeavesTheTerminalAsItWas) {
  const TemporaryFolder folder;
  const FakeDaemon daemon(folder / "s", one_frame);
  for (const int number : {SIGTERM, SIGINT}) {
    Screen screen(daemon.address());
    EXPECT_TRUE(screen.shows("ACTIVE"));
    kill(screen.pid(), number);
    EXPECT_TRUE(screen.shows(restored));
    EXPECT_EQ(screen.end(), 0);
    EXPECT_TRUE(screen.echoes());
  }
}

TEST(WatchTerminal, SaysThatTheConnectionIsLostAndComesBackByItself) {
  const TemporaryFolder folder;
  std::optional<FakeDaemon> daemon(std::in_place, folder / "s", one_frame);
  Screen screen(daemon->address());
  EXPECT_TRUE(screen.shows("ACTIVE"));
  daemon.reset();
  EXPECT_TRUE(screen.shows("NOT CONNECTED since"));
  daemon.emplace(folder / "s", one_frame);
  EXPECT_TRUE(screen.shows("connected"));
  EXPECT_TRUE(screen.shows("streaming"));
  screen.type('q');
  EXPECT_EQ(screen.end(), 0);
}

TEST(WatchTerminal, FollowsTheWidthOfTheWindow) {
  const TemporaryFolder folder;
  const FakeDaemon daemon(folder / "s", one_frame);
  Screen screen(daemon.address());
  EXPECT_TRUE(screen.shows("ACTIVE"));
  screen.resize(120);
  const std::string header = "myod 0.1.0 at " + daemon.address();
  EXPECT_TRUE(screen.shows(header + std::string(120 - 9 - header.size(), ' ') + "connected\r\r\n\x1b[K"))
      << "a full line is not followed by an erasure, which would take its last column";
  screen.type('q');
  EXPECT_EQ(screen.end(), 0);
}

}  // namespace
}  // namespace myod::test
