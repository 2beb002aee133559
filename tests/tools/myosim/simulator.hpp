// The built myosim as a child process, and a host that opens its pseudo-terminal.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace myod::test {

class Simulator {
 public:
  explicit Simulator(std::vector<std::string> arguments);
  ~Simulator();  ///< ends it if it still runs
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  /// The pseudo-terminal: the first line it prints. Empty when it ended without.
  std::string path();
  void signal(int number);
  /// Waits for its end and returns the exit code, -1 when it died of a signal or had to be killed.
  int wait();
  /// What it printed to the end. After wait().
  const std::string& out() const { return out_; }
  const std::string& err() const { return err_; }

 private:
  pid_t child_ = -1;
  int out_pipe_ = -1, err_pipe_ = -1;
  std::string out_, err_;
};

class Host {
 public:
  explicit Host(const std::string& path);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  void send(std::string_view bytes);
  /// Reads until `enough` says so; false when the device is gone or 20 seconds have passed.
  bool read_until(const std::function<bool()>& enough);
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  std::string text() const { return {bytes_.begin(), bytes_.end()}; }
  void forget() { bytes_.clear(); }

 private:
  int port_ = -1;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace myod::test
