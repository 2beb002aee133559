#include "tests/tools/myosim/simulator.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>

namespace myod::test {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds patience{20};

/// False at the end of the file, or when nothing came for long.
bool read_some(int descriptor, std::string& into) {
  pollfd p{descriptor, POLLIN, 0};
  if (poll(&p, 1, static_cast<int>(std::chrono::milliseconds(patience).count())) <= 0) return false;
  std::array<char, 4096> buffer{};
  const ssize_t n = read(descriptor, buffer.data(), buffer.size());
  if (n <= 0) return false;
  into.append(buffer.data(), static_cast<std::size_t>(n));
  return true;
}

}  // namespace

Simulator::Simulator(std::vector<std::string> arguments) {
  std::array<int, 2> out{}, err{};
  if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  arguments.insert(arguments.begin(), MYOD_BINARY_DIR "/myosim");
  std::vector<char*> argv;
  for (auto& a : arguments) argv.push_back(a.data());
  argv.push_back(nullptr);
  child_ = fork();
  if (child_ == 0) {
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(out[1]);
  close(err[1]);
  out_pipe_ = out[0];
  err_pipe_ = err[0];
}

Simulator::~Simulator() {
  if (child_ > 0) {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  close(out_pipe_);
  close(err_pipe_);
}

std::string Simulator::path() {
  while (out_.find('\n') == std::string::npos)
    if (!read_some(out_pipe_, out_)) return {};
  return out_.substr(0, out_.find('\n'));
}

void Simulator::signal(int number) { kill(child_, number); }

int Simulator::wait() {
  while (read_some(out_pipe_, out_)) {
  }
  while (read_some(err_pipe_, err_)) {
  }
  // Both pipes are closed when it ends. One that went on instead must not hang the tests.
  int status = 0;
  const auto deadline = Clock::now() + std::chrono::seconds(1);
  while (waitpid(child_, &status, WNOHANG) == 0)
    if (Clock::now() > deadline) kill(child_, SIGKILL);
  child_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Host::Host(const std::string& path) : port_(open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)) {
  if (port_ < 0) throw std::runtime_error("cannot open " + path);
}

Host::~Host() { close(port_); }

void Host::send(std::string_view bytes) {
  if (write(port_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) throw std::runtime_error("write");
}

bool Host::read_until(const std::function<bool()>& enough) {
  const auto deadline = Clock::now() + patience;
  while (!enough()) {
    pollfd p{port_, POLLIN, 0};
    if (poll(&p, 1, 1000) < 0 || Clock::now() > deadline) return false;
    if (p.revents == 0) continue;
    std::array<std::uint8_t, 4096> buffer{};
    const ssize_t n = read(port_, buffer.data(), buffer.size());
    if (n <= 0) return false;
    bytes_.insert(bytes_.end(), buffer.begin(), buffer.begin() + n);
  }
  return true;
}

}  // namespace myod::test
