// The commands that ask the daemon for something and show the answer. Each returns the exit code, or throws Failure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace myod::myoctl {

using Addresses = std::vector<std::string>;

struct WatchArguments {
  double rate_hz = 20;
  std::vector<std::string> channels;
  bool raw = false;
  bool json = false;
};

struct CalibrateArguments {
  bool rest = false;  ///< else the reference
  std::string kind = "mvc";
  double percent = 100;
  double seconds = 0;
  std::vector<std::string> channels;
};

struct RecordArguments {
  bool start = false;
  std::string subject, label;
};

int run_status(const Addresses& addresses, bool json);
int run_sensors(const Addresses& addresses, bool json);
int run_events(const Addresses& addresses, bool json);
int run_watch(const Addresses& addresses, const WatchArguments& arguments);
int run_calibrate(const Addresses& addresses, const CalibrateArguments& arguments);
int run_mark(const Addresses& addresses, const std::string& text);
int run_configure(const Addresses& addresses, const std::vector<std::string>& settings);
int run_record(const Addresses& addresses, const RecordArguments& arguments);

/// One line on stdout, at once. Throws Failure when it cannot be written.
void print_line(std::string_view line);

}  // namespace myod::myoctl
