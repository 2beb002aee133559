// A real program under test: started, read line by line with a deadline, signalled, reaped. Nothing is left running.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace myod::test {

class Process {
 public:
  /// argv[0] is a path; `environment` is added to ours. stdout and stderr are piped.
  explicit Process(std::vector<std::string> argv, const std::map<std::string, std::string>& environment = {});
  /// Ends it (SIGTERM, then SIGKILL after a few seconds).
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// The next whole line of stdout; nothing when the deadline passed or it ended.
  std::optional<std::string> line(std::chrono::milliseconds deadline = std::chrono::seconds(20));
  /// Reads stdout lines until one contains `text`; the line, or nothing.
  std::optional<std::string> line_with(std::string_view text,
                                       std::chrono::milliseconds deadline = std::chrono::seconds(20));
  /// The same on stderr.
  std::optional<std::string> error_with(std::string_view text,
                                        std::chrono::milliseconds deadline = std::chrono::seconds(20));

  void signal(int number) const;
  /// Waits for the end: the exit code, 128 + signal, or nothing when it did not end in time.
  std::optional<int> wait(std::chrono::milliseconds deadline = std::chrono::seconds(20));

  pid_t pid() const { return pid_; }
  const std::string& errors() const { return stderr_.all; }  ///< of stderr, as far as read

 private:
  struct Pipe {
    int fd = -1;
    std::string all;
    std::size_t at = 0;
  };
  std::optional<std::string> next(Pipe& pipe, std::chrono::steady_clock::time_point until);
  bool pump(std::chrono::steady_clock::time_point until);

  pid_t pid_ = -1;
  std::optional<int> ended_;
  Pipe stdout_, stderr_;
};

struct Finished {
  int code = -1;
  std::string out, err;
};
/// Runs to the end.
Finished run(std::vector<std::string> argv, std::chrono::milliseconds deadline = std::chrono::seconds(120));

/// build/PRESET/NAME of this build.
std::string program(std::string_view name);

/// A fresh folder, removed with all in it at the end of the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

}  // namespace myod::test
