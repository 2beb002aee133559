// A rig: a folder, a simulated sensor on a pty in it, a myod that listens in it, and myoctl to ask.
#pragma once

#include <string>
#include <vector>

#include "tests/support/process.hpp"

namespace myod::test {

using Words = std::vector<std::string>;

/// Starts and waits for the "ready" line; throws with what the daemon said otherwise.
class Daemon {
 public:
  Daemon(const TemporaryFolder& folder, const Words& arguments,
         const std::map<std::string, std::string>& environment = {});
  Process& process() { return process_; }
  const std::string& address() const { return address_; }
  /// The line that says what it listens on.
  const std::string& ready() const { return ready_; }
  /// Runs myoctl with --connect to the end.
  Finished ctl(Words arguments) const;
  /// Starts one that goes on.
  Words ctl_words(Words arguments) const;
  /// A value of the first sensor's `status --json` line, as text: field("state").
  std::string field(const std::string& name) const;
  /// Asks until field(name) is `value` or the deadline passes.
  bool becomes(const std::string& name, const std::string& value,
               std::chrono::seconds deadline = std::chrono::seconds(30)) const;

 private:
  std::string address_, ready_;
  Process process_;
};

/// The value of "name": in one line of flat JSON; empty when absent.
std::string json_field(const std::string& line, const std::string& name);

/// argv of a simulated sensor: myosim KIND --link FOLDER/tty ...
Words simulator(const TemporaryFolder& folder, const std::string& kind, Words more);

/// The fields of a CSV, row by row, the header first, without their quotes.
std::vector<std::vector<std::string>> read_fields(const std::string& file);

}  // namespace myod::test
