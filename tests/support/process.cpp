#include "tests/support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

extern char** environ;  // NOLINT: as POSIX has it

namespace myod::test {

namespace {
using Clock = std::chrono::steady_clock;
}

Process::Process(std::vector<std::string> argv, const std::map<std::string, std::string>& environment) {
  std::array<int, 2> out{}, err{};
  if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  posix_spawn_file_actions_adddup2(&actions, err[1], 2);
  std::vector<char*> arguments;
  for (std::string& a : argv) arguments.push_back(a.data());
  arguments.push_back(nullptr);
  std::vector<std::string> variables;
  for (char** e = environ; *e != nullptr; ++e) {
    const std::string_view entry = *e;
    if (!environment.contains(std::string(entry.substr(0, entry.find('='))))) variables.emplace_back(entry);
  }
  for (const auto& [key, value] : environment) variables.push_back(key + "=" + value);
  std::vector<char*> envp;
  for (std::string& v : variables) envp.push_back(v.data());
  envp.push_back(nullptr);
  const int failed = posix_spawn(&pid_, argv.at(0).c_str(), &actions, nullptr, arguments.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  close(err[1]);
  stdout_.fd = out[0];
  stderr_.fd = err[0];
  if (failed != 0) throw std::runtime_error("cannot start " + argv[0]);
}

Process::~Process() {
  if (!ended_) {
    signal(SIGTERM);
    if (!wait(std::chrono::seconds(10))) {
      signal(SIGKILL);
      wait();
    }
  }
  for (const Pipe& p : {stdout_, stderr_})
    if (p.fd >= 0) close(p.fd);
}

bool Process::pump(Clock::time_point until) {
  std::array<pollfd, 2> fds{{{stdout_.fd, POLLIN, 0}, {stderr_.fd, POLLIN, 0}}};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  if (left <= 0 || (stdout_.fd < 0 && stderr_.fd < 0)) return false;
  if (poll(fds.data(), fds.size(), static_cast<int>(left)) <= 0) return false;
  for (Pipe* p : {&stdout_, &stderr_}) {
    const pollfd& fd = p == &stdout_ ? fds[0] : fds[1];
    if (p->fd < 0 || fd.revents == 0) continue;
    std::array<char, 65536> buffer;  // NOLINT: filled by read
    const ssize_t n = read(p->fd, buffer.data(), buffer.size());
    if (n > 0) {
      p->all.append(buffer.data(), static_cast<std::size_t>(n));
    } else {
      close(p->fd);
      p->fd = -1;
    }
  }
  return true;
}

std::optional<std::string> Process::next(Pipe& pipe, Clock::time_point until) {
  while (true) {
    if (const auto end = pipe.all.find('\n', pipe.at); end != std::string::npos) {
      const std::string found = pipe.all.substr(pipe.at, end - pipe.at);
      pipe.at = end + 1;
      return found;
    }
    if (pipe.fd < 0 || !pump(until)) return std::nullopt;
  }
}

std::optional<std::string> Process::line(std::chrono::milliseconds deadline) {
  return next(stdout_, Clock::now() + deadline);
}

std::optional<std::string> Process::line_with(std::string_view text, std::chrono::milliseconds deadline) {
  const auto until = Clock::now() + deadline;
  while (auto found = next(stdout_, until))
    if (found->find(text) != std::string::npos) return found;
  return std::nullopt;
}

std::optional<std::string> Process::error_with(std::string_view text, std::chrono::milliseconds deadline) {
  const auto until = Clock::now() + deadline;
  while (auto found = next(stderr_, until))
    if (found->find(text) != std::string::npos) return found;
  return std::nullopt;
}

void Process::signal(int number) const {
  if (!ended_) kill(pid_, number);
}

std::optional<int> Process::wait(std::chrono::milliseconds deadline) {
  const auto until = Clock::now() + deadline;
  while (!ended_) {
    pump(std::min(until, Clock::now() + std::chrono::milliseconds(20)));  // its pipes must not fill up
    int status = 0;
    const pid_t got = waitpid(pid_, &status, WNOHANG);
    if (got == pid_) ended_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (!ended_ && Clock::now() >= until) return std::nullopt;
  }
  while (pump(Clock::now() + std::chrono::seconds(1))) {
  }
  return ended_;
}

Finished run(std::vector<std::string> argv, std::chrono::milliseconds deadline) {
  Process process(std::move(argv));
  Finished finished;
  finished.code = process.wait(deadline).value_or(-1);
  while (auto line = process.line(std::chrono::milliseconds(1))) finished.out += *line + '\n';
  finished.err = process.errors();
  return finished;
}

std::string program(std::string_view name) { return std::string(MYOD_BINARY_DIR) + "/" + std::string(name); }

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "myod-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace myod::test
