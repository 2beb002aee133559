// Ring throughput: records of the size of a small block, one thread after the other and between two threads.
#include <benchmark/benchmark.h>

#include <array>
#include <atomic>
#include <thread>

#include "daemon/ring.hpp"

namespace myod::bench {
namespace {

struct Record {
  std::array<std::uint64_t, 32> words{};
};

void ring_one_thread(benchmark::State& state) {
  daemon::Ring ring(1 << 16);
  Record record;
  for (auto _ : state) {
    ring.push(record);
    ring.pop(record);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(sizeof(Record)));
}
BENCHMARK(ring_one_thread);

void ring_two_threads(benchmark::State& state) {
  daemon::Ring ring(1 << 16);
  std::atomic<bool> ended{false};
  std::thread consumer([&] {
    Record record;
    while (!ended.load(std::memory_order_relaxed))
      while (ring.pop(record)) benchmark::DoNotOptimize(record.words[0]);
  });
  const Record record;
  for (auto _ : state)
    while (!ring.push(record)) std::this_thread::yield();
  ended = true;
  consumer.join();
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(sizeof(Record)));
}
BENCHMARK(ring_two_threads)->UseRealTime();

}  // namespace
}  // namespace myod::bench
