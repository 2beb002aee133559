// What the latency benchmarks measure: a real myod, and a simulated sensor that remembers when it wrote which sample.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "daemon/sensors/sensor.hpp"
#include "tests/support/process.hpp"
#include "tools/client/client.hpp"

namespace myod::bench {

enum class Transport { pty, unix_socket };

/// Speaks the wire of the `sim` row on a pty or as the server of a Unix socket, one frame a write, on a real-time pace.
class SensorUnderBench {
 public:
  SensorUnderBench(Transport transport, std::uint32_t channels, double rate_hz);
  ~SensorUnderBench();
  SensorUnderBench(const SensorUnderBench&) = delete;
  SensorUnderBench& operator=(const SensorUnderBench&) = delete;

  std::string port() const;  ///< for --sensor sim@PORT
  int open_as_host();        ///< the other end, without a daemon; streaming is begun
  std::size_t frame_bytes() const { return frame_bytes_; }
  std::int64_t sent_ns(std::uint64_t index) const { return sent_.at(index).load(std::memory_order_acquire); }

 private:
  void run();

  Transport transport_;
  sensors::Setup setup_;
  std::size_t frame_bytes_ = 0;
  test::TemporaryFolder folder_;
  std::string path_;
  int listener_ = -1, fd_ = -1, keep_open_ = -1;
  std::vector<std::atomic<std::int64_t>> sent_;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

class DaemonUnderTest {
 public:
  explicit DaemonUnderTest(const std::vector<std::string>& arguments);
  const std::string& address() const { return address_; }
  double cpu_seconds() const;
  double resident_mb() const;

 private:
  test::TemporaryFolder folder_;
  std::string address_;
  test::Process process_;
};

}  // namespace myod::bench
