// Control page: from the end of a dsp step in one process to the reader awake in another, with a whole copy in its
// hands, beside a bare futex ping between the same two: a time stored, a word counted up, a wake. 8 channels, a write
// per ms; both processes on one core, or wherever the kernel puts them.
#include <benchmark/benchmark.h>
#include <sched.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <csignal>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "daemon/clock.hpp"
#include "daemon/control/page.hpp"
#include "dsp/features/table.hpp"
#include "tests/support/process.hpp"
#include "tools/client/control_reader.hpp"

namespace myod::bench {
namespace {

constexpr std::size_t measured = 4000;
constexpr std::uint64_t channels = 8;

void pin_to_first_core() {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(0, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) throw std::runtime_error("cannot pin to core 0");
}

/// A process that does something each ms until it is destroyed.
class EachMillisecond {
 public:
  EachMillisecond(bool one_core, const std::function<std::function<void()>()>& prepare) : pid_(fork()) {
    if (pid_ != 0) return;
    if (one_core) pin_to_first_core();
    const std::function<void()> work = prepare();
    for (;;) {
      const timespec pause{0, 1'000'000};
      nanosleep(&pause, nullptr);
      work();
    }
  }
  ~EachMillisecond() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  EachMillisecond(const EachMillisecond&) = delete;
  EachMillisecond& operator=(const EachMillisecond&) = delete;

 private:
  pid_t pid_;
};

/// Our own affinity for the time of a row.
class OnOneCore {
 public:
  explicit OnOneCore(bool on) {
    sched_getaffinity(0, sizeof before_, &before_);
    if (on) pin_to_first_core();
  }
  ~OnOneCore() { sched_setaffinity(0, sizeof before_, &before_); }
  OnOneCore(const OnOneCore&) = delete;
  OnOneCore& operator=(const OnOneCore&) = delete;

 private:
  cpu_set_t before_{};
};

void report(benchmark::State& state, std::vector<double>& us) {
  std::sort(us.begin(), us.end());
  state.counters["p50_us"] = us[us.size() / 2];
  state.counters["p99_us"] = us[us.size() * 99 / 100];
}

void control_page(benchmark::State& state, bool one_core) {
  for (auto _ : state) {
    const test::TemporaryFolder folder;
    const EachMillisecond writer(one_core, [&]() -> std::function<void()> {
      dsp::Stream stream{"bench", 1'000'000, std::vector<dsp::Channel>(channels)};
      auto* page = new control::Page(folder.path(), "bench", 0, "00000000-0000-0000-0000-000000000001");
      page->begin(stream, 1, 1);
      const std::size_t rows = dsp::feature_rows(dsp::FrameKind::control).size();
      return [page, values = std::vector<double>(rows * channels),
              status = std::vector<dsp::ChannelStatus>(channels)]() mutable {
        dsp::FeatureFrame frame;
        frame.head.kind = dsp::FrameKind::control;
        frame.head.channels = channels;
        frame.head.features = static_cast<std::uint32_t>(values.size() / channels);
        for (double& value : values) value += 1.0;
        frame.values = values;
        frame.status = status;
        dsp::BlockHead block;
        block.instants = 1;
        const std::int64_t end_of_step = monotonic_ns();
        page->frame(frame, 1);
        page->block(block);
        page->write(end_of_step);
      };
    });
    const OnOneCore pinned(one_core);
    client::ControlReader reader(folder / "myod-control-bench");
    std::vector<double> us;
    while (us.size() < measured) {
      const auto status = reader.wait(std::chrono::milliseconds(1000));
      const std::int64_t now = monotonic_ns();
      if (status == myod_control_fresh && reader.page().written_ns != 0)
        us.push_back(static_cast<double>(now - reader.page().written_ns) / 1000.0);
    }
    report(state, us);
  }
}

struct Ping {
  std::atomic<std::int64_t> sent_ns{0};
  std::atomic<std::uint32_t> word{0};
};

void bare_futex(benchmark::State& state, bool one_core) {
  for (auto _ : state) {
    void* at = mmap(nullptr, sizeof(Ping), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) throw std::runtime_error("no shared memory");
    Ping& ping = *new (at) Ping;
    {
      const EachMillisecond writer(one_core, [&ping]() -> std::function<void()> {
        return [&ping] {
          ping.sent_ns = monotonic_ns();
          ++ping.word;
          syscall(SYS_futex, &ping.word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
        };
      });
      const OnOneCore pinned(one_core);
      std::vector<double> us;
      for (std::uint32_t seen = 0; us.size() < measured; seen = ping.word) {
        while (ping.word == seen) syscall(SYS_futex, &ping.word, FUTEX_WAIT, seen, nullptr, nullptr, 0);
        us.push_back(static_cast<double>(monotonic_ns() - ping.sent_ns) / 1000.0);
      }
      report(state, us);
    }
    munmap(at, sizeof(Ping));
  }
}

BENCHMARK_CAPTURE(control_page, one_core, true)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bare_futex, one_core, true)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(control_page, any_core, false)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bare_futex, any_core, false)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace myod::bench
