// End-to-end latency: a sample is written by the sensor, the frame that covers it reaches a client. Through a pty and
// through a Unix socket, 8 channels at 1 kHz, beside a bare relay (a thread that reads the one and writes a Unix
// socket) over the same transports; and of one sensor among sixteen. The algorithm's own delays are not in it: they are
// stated with every feature.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "daemon/clock.hpp"
#include "daemon/sensors/sensor.hpp"
#include "tests/bench/daemon_under_test.hpp"
#include "tests/support/many_sensors.hpp"

namespace myod::bench {
namespace {

constexpr int measured = 4000, warm_up = 3000;

void report(benchmark::State& state, std::vector<double>& us) {
  std::sort(us.begin(), us.end());
  const auto at = [&](double q) {
    return us.empty() ? 0.0 : us[static_cast<std::size_t>(q * static_cast<double>(us.size() - 1))];
  };
  state.counters["p50_us"] = at(0.5);
  state.counters["p99_us"] = at(0.99);
  state.counters["p99.9_us"] = at(0.999);
  state.counters["n"] = static_cast<double>(us.size());
}

void to_client(benchmark::State& state, Transport transport) {
  for (auto _ : state) {
    SensorUnderBench sensor(transport, 8, 1000.0);
    DaemonUnderTest daemon({"--sensor", "sim@" + sensor.port(), "--set", "sensor.sim.channels=8"});
    std::vector<double> us;
    client::Client client(daemon.address(), "bench");
    v1::Subscribe wish;
    wish.add_kinds(v1::KIND_CONTROL);
    client.subscribe(wish);
    while (us.size() < measured / 4) {
      const auto message = client.receive(std::chrono::seconds(20));
      if (!message) return state.SkipWithError("myod sent nothing for 20 s");
      const std::int64_t now = monotonic_ns();
      if (!message->has_frame() || message->frame().end_index() < warm_up) continue;
      us.push_back(static_cast<double>(now - sensor.sent_ns(message->frame().end_index() - 1)) / 1000.0);
    }
    report(state, us);
  }
}

void bare_relay(benchmark::State& state, Transport transport) {
  for (auto _ : state) {
    SensorUnderBench sensor(transport, 8, 1000.0);
    std::array<int, 2> pair{};
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) != 0) throw std::runtime_error("socketpair");
    const timeval limit{20, 0};
    setsockopt(pair[1], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    const int source = sensor.open_as_host();
    std::atomic<bool> ended{false};
    std::jthread relay([&] {
      std::array<char, 4096> buffer;  // NOLINT: filled by read
      while (!ended) {
        pollfd p{source, POLLIN, 0};
        if (poll(&p, 1, 100) <= 0) continue;
        const ssize_t n = read(source, buffer.data(), buffer.size());
        if (n > 0 && write(pair[0], buffer.data(), static_cast<std::size_t>(n)) != n) return;
      }
    });
    std::vector<double> us;
    std::size_t bytes = 0;
    std::array<char, 4096> buffer;  // NOLINT: filled by read
    for (std::uint64_t frames = 0; frames < warm_up + measured;) {
      const ssize_t n = read(pair[1], buffer.data(), buffer.size());
      const std::int64_t now = monotonic_ns();
      if (n <= 0) {
        state.SkipWithError("the relay said nothing for 20 s");
        break;
      }
      bytes += static_cast<std::size_t>(n);
      for (; frames < bytes / sensor.frame_bytes(); ++frames)
        if (frames >= warm_up) us.push_back(static_cast<double>(now - sensor.sent_ns(frames)) / 1000.0);
    }
    ended = true;
    relay.join();
    close(pair[0]);
    close(pair[1]);
    close(source);
    report(state, us);
  }
}

/// CPU and memory of the daemon with 64 channels at 2 kHz and one client on everything but samples.
void daemon_load(benchmark::State& state) {
  for (auto _ : state) {
    SensorUnderBench sensor(Transport::pty, 64, 2000.0);
    DaemonUnderTest daemon(
        {"--sensor", "sim@" + sensor.port(), "--set", "sensor.sim.channels=64", "--set", "sensor.sim.rate_hz=2000"});
    client::Client client(daemon.address(), "bench");
    v1::Subscribe wish;
    for (const v1::Kind kind : {v1::KIND_FEATURES, v1::KIND_SPECTRUM, v1::KIND_EVENTS}) wish.add_kinds(kind);
    client.subscribe(wish);
    constexpr std::uint64_t begin = 4000, end = 24000;  // samples: 10 s
    double cpu = 0.0;
    std::int64_t since = 0;
    for (std::uint64_t index = 0; index < end;) {
      const auto message = client.receive(std::chrono::seconds(20));
      if (!message) return state.SkipWithError("myod sent nothing for 20 s");
      if (!message->has_frame() || message->frame().kind() != v1::KIND_FEATURES) continue;
      index = message->frame().end_index();
      if (since == 0 && index >= begin) {
        since = monotonic_ns();
        cpu = daemon.cpu_seconds();
      }
    }
    state.counters["cpu_pct_of_a_core"] =
        100.0 * (daemon.cpu_seconds() - cpu) / (static_cast<double>(monotonic_ns() - since) * 1e-9);
    state.counters["rss_MB"] = daemon.resident_mb();
  }
}

/// Latency of one sensor, 4 channels at 2 kHz on a pty, and the daemon's load: alone, or beside fifteen others of mixed
/// kinds with 60 channels more.
void one_among(benchmark::State& state, bool others) {
  for (auto _ : state) {
    const test::TemporaryFolder folder;
    SensorUnderBench sensor(Transport::pty, 4, 2000.0);
    std::optional<test::ManySensors> many;
    std::string configuration = "[[sensor]]\nname = \"sim\"\nkind = \"sim\"\nport = \"" + sensor.port() +
                                "\"\nchannels = 4\nrate_hz = 2000.0\n";
    if (others) configuration += many.emplace(folder, 1).configuration();
    std::ofstream(folder / "bench.toml") << configuration;
    DaemonUnderTest daemon({"--config", folder / "bench.toml"});
    client::Client client(daemon.address(), "bench");
    v1::Subscribe wish;
    wish.add_kinds(v1::KIND_CONTROL);
    client.subscribe(wish);
    constexpr std::uint64_t begin = 10'000, end = 30'000;  // samples: others take some seconds to start
    std::vector<double> us;
    double cpu = 0.0;
    std::int64_t since = 0;
    for (std::uint64_t index = 0; index < end;) {
      const auto message = client.receive(std::chrono::seconds(20));
      if (!message) return state.SkipWithError("myod sent nothing for 20 s");
      const std::int64_t now = monotonic_ns();
      if (!message->has_frame() || message->frame().stream() != 0) continue;
      index = message->frame().end_index();
      if (index < begin) continue;
      if (since == 0) since = now, cpu = daemon.cpu_seconds();
      us.push_back(static_cast<double>(now - sensor.sent_ns(index - 1)) / 1000.0);
    }
    report(state, us);
    state.counters["cpu_pct_of_a_core"] =
        100.0 * (daemon.cpu_seconds() - cpu) / (static_cast<double>(monotonic_ns() - since) * 1e-9);
    state.counters["rss_MB"] = daemon.resident_mb();
  }
}

BENCHMARK_CAPTURE(to_client, pty, Transport::pty)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bare_relay, pty, Transport::pty)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(to_client, unix_socket, Transport::unix_socket)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bare_relay, unix_socket, Transport::unix_socket)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(one_among, alone, false)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(one_among, sixteen, true)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(daemon_load)->Name("daemon_64ch_2kHz")->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace myod::bench
