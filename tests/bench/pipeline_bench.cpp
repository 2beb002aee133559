// Time per channel-sample of the whole default pipeline, beside the same chain written the usual ways. Compare rows of
// one run: machines differ, ratios repeat.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "dsp/pipeline.hpp"
#include "tests/bench/anchors.hpp"

namespace myod::bench {
namespace {

constexpr double rate = 2000.0;
constexpr std::size_t seconds_of_input = 4;

/// Bursts over rest, in raw counts, channel the fastest index: the same input for every implementation.
std::vector<double> input(std::size_t channels) {
  const auto rows = static_cast<std::size_t>(rate) * seconds_of_input;
  std::vector<double> raw(rows * channels);
  std::uint64_t z = 12345;
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t c = 0; c < channels; ++c) {
      double sum = -6.0;
      for (int k = 0; k < 12; ++k) {
        z = z * 6364136223846793005U + 1442695040888963407U;
        sum += static_cast<double>(z >> 11) / 9007199254740992.0;
      }
      raw[i * channels + c] = sum * (i / 2000 % 2 == 1 ? 1000.0 : 60.0) + 30000.0;
    }
  return raw;
}

class Quiet final : public dsp::Sink {
 public:
  void frame(const dsp::FeatureFrame& f) override { benchmark::DoNotOptimize(f.values.data()); }
  void event(const dsp::Event& e, const dsp::Repetition*) override { benchmark::DoNotOptimize(&e); }
  void result(const dsp::CommandResult&) override {}
};

void per_channel_sample(benchmark::State& state, std::size_t channels, std::size_t rows) {
  const double total = static_cast<double>(state.iterations()) * static_cast<double>(channels * rows);
  state.counters["per_channel_sample"] =
      benchmark::Counter(total, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void pipeline(benchmark::State& state) {
  const auto channels = static_cast<std::size_t>(state.range(0)), block = static_cast<std::size_t>(state.range(1));
  const auto raw = input(channels);
  const std::size_t rows = raw.size() / channels;
  dsp::Stream stream;
  stream.sensor = "bench";
  stream.rate_mhz = static_cast<std::uint64_t>(rate * 1000);
  for (std::size_t c = 0; c < channels; ++c) {
    dsp::Channel channel;
    channel.name = "c" + std::to_string(c);
    channel.scale = 0.05;
    stream.channels.push_back(channel);
  }
  dsp::Pipeline chain(stream, {});
  Quiet sink;
  dsp::SampleBlock part;
  part.head.channels = static_cast<std::uint32_t>(channels);
  for (auto _ : state) {
    for (std::size_t at = 0; at < rows; at += block) {
      const std::size_t n = std::min(block, rows - at);
      part.head.instants = static_cast<std::uint32_t>(n);
      part.raw = std::span(raw).subspan(at * channels, n * channels);
      chain.process(part, sink);
      part.head.first_index += n;
    }
  }
  per_channel_sample(state, channels, rows);
}

template <typename Channel, typename Number>
void anchor(benchmark::State& state) {
  const auto channels = static_cast<std::size_t>(state.range(0));
  const auto raw = input(channels);
  const std::size_t rows = raw.size() / channels;
  std::vector<std::unique_ptr<Channel>> chains;
  for (std::size_t c = 0; c < channels; ++c) chains.push_back(std::make_unique<Channel>(rate));
  for (auto _ : state)
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t c = 0; c < channels; ++c)
        benchmark::DoNotOptimize(chains[c]->push(static_cast<Number>(raw[i * channels + c])));
  per_channel_sample(state, channels, rows);
}

BENCHMARK(pipeline)->ArgNames({"channels", "block"})->ArgsProduct({{8, 64}, {1, 8, 32}})->Unit(benchmark::kMillisecond);
BENCHMARK(anchor<ScalarChannel, double>)
    ->Name("anchor_scalar_double")
    ->ArgName("channels")
    ->Arg(8)
    ->Arg(64)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(anchor<LiquidChannel, float>)
    ->Name("anchor_liquid_fftw")
    ->ArgName("channels")
    ->Arg(8)
    ->Arg(64)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace myod::bench
