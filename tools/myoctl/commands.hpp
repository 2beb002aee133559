// The commands that ask the daemon for something and show the answer. `address`: unix:PATH or
// tcp:HOST:PORT; empty: the defaults. Each returns the exit code, or throws Failure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace myod::myoctl {

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
  bool anew = false;  ///< forget the trials before
  std::vector<std::string> channels;
};

struct RecordArguments {
  bool start = false;
  std::string subject, label;
};

struct StimulusArguments {
  std::string sensor;  ///< empty: every sensor
  double at_s = -1;    ///< of the first pulse, on the sensor's axis; below 0: now
  std::uint64_t pulses = 1;
  double period_ms = 0;
};

struct ExpectArguments {
  double seconds = 0;
  std::vector<std::string> channels;  ///< none: all
};

struct DumpArguments {
  std::string kind = "features";  ///< a word of dsp::frame_kind_words
  std::vector<std::string> channels;
  double seconds = 0;  ///< 0: until a signal
  bool json = false;
};

int run_status(const std::string& address, bool json);
int run_sensors(const std::string& address, bool json);
/// What this machine and the daemon show of sensors, and how what is wrong is mended. 0 also when something is wrong.
int run_doctor(const std::string& address, bool json);
int run_events(const std::string& address, bool json);
/// How late frames are, over so many seconds.
int run_latency(const std::string& address, double seconds, bool json);
/// On a terminal, until q.
int run_monitor(const std::string& address);
int run_dump(const std::string& address, const DumpArguments& arguments);
int run_watch(const std::string& address, const WatchArguments& arguments);
int run_calibrate(const std::string& address, const CalibrateArguments& arguments);
int run_mark(const std::string& address, const std::string& text);
int run_stop(const std::string& address);
int run_stimulus(const std::string& address, const StimulusArguments& arguments);
int run_expect(const std::string& address, const ExpectArguments& arguments);
int run_configure(const std::string& address, const std::vector<std::string>& settings);
int run_record(const std::string& address, const RecordArguments& arguments);

/// One line on stdout, at once. Throws Failure when it cannot be written.
void print_line(std::string_view line);

}  // namespace myod::myoctl
