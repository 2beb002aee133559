// Time per channel-sample of the pipeline beside the same chain written the usual ways: the whole default chain, and a
// short one. Compare rows of one run: machines differ, ratios repeat.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "dsp/pipeline.hpp"
#include "tests/bench/anchors.hpp"
#include "tests/bench/plain_chain.hpp"

namespace myod::bench {
namespace {

constexpr double rate = 2000.0;
constexpr std::size_t seconds_of_input = 4;

/// Bursts of 1 s over rest, at another time in every channel, in raw counts, channel the fastest index: the same input
/// for every implementation.
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
      raw[i * channels + c] = sum * ((i + c * 97) / 2000 % 2 == 1 ? 1000.0 : 60.0) + 30000.0;
    }
  return raw;
}

class Quiet final : public dsp::Sink {
 public:
  void frame(const dsp::FeatureFrame& f) override { benchmark::DoNotOptimize(f.values.data()); }
  void event(const dsp::Event& e, const dsp::Repetition*) override { benchmark::DoNotOptimize(&e); }
  void result(const dsp::CommandResult&) override {}
};

/// Rounds of the rows are interleaved (main.cpp), and their median is told.
void rounds(benchmark::internal::Benchmark* b) {
  b->Repetitions(5)->ReportAggregatesOnly()->MinTime(0.1)->Unit(benchmark::kMillisecond);
}

void per_channel_sample(benchmark::State& state, std::size_t channels, std::size_t rows) {
  const double total = static_cast<double>(state.iterations()) * static_cast<double>(channels * rows);
  state.counters["per_channel_sample"] =
      benchmark::Counter(total, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

dsp::Stream stream_of(std::size_t channels) {
  dsp::Stream stream;
  stream.sensor = "bench";
  stream.rate_mhz = static_cast<std::uint64_t>(rate * 1000);
  for (std::size_t c = 0; c < channels; ++c) {
    dsp::Channel channel;
    channel.name = "c" + std::to_string(c);
    channel.scale = 0.05;
    channel.rail_low = -30000.0;
    channel.rail_high = 90000.0;
    stream.channels.push_back(channel);
  }
  return stream;
}

/// Bytes this process has from the allocator.
double allocated() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

/// What plain_chain.hpp does: nothing else is asked for.
dsp::Options short_chain() {
  dsp::Options o;
  o.condition.highpass_poles = o.condition.lowpass_poles = 4;
  o.condition.mains = dsp::Mains::notch;
  o.condition.mains_hz = 50.0;
  o.condition.notch_harmonic = 1;
  o.features.spectrum_window_ms = 250.0;
  o.features.spectrum_hop_ms = 125.0;
  o.features.control = o.features.quality = o.features.activity = false;
  o.onset.enabled = o.repetition.enabled = o.spasm.enabled = false;
  return o;
}

void pipeline(benchmark::State& state, const dsp::Options& options) {
  const auto channels = static_cast<std::size_t>(state.range(0)), block = static_cast<std::size_t>(state.range(1));
  const auto raw = input(channels);
  const std::size_t rows = raw.size() / channels;
  const double before = allocated();
  dsp::Pipeline chain(stream_of(channels), options);
  state.counters["bytes_per_channel"] = (allocated() - before) / static_cast<double>(channels);
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

/// Cost of single samples, block 1: of each sample the least of several rounds over the same input, so that what else
/// the machine does is not counted; then the median over the samples and how many times it the dearest ones cost.
void one_sample(benchmark::State& state) {
  const auto channels = static_cast<std::size_t>(state.range(0));
  const auto raw = input(channels);
  const std::size_t rows = raw.size() / channels;
  std::vector<double> ns(rows, std::numeric_limits<double>::infinity());
  Quiet sink;
  for (auto _ : state) {
    dsp::Pipeline chain(stream_of(channels), {});
    dsp::SampleBlock part;
    part.head.channels = static_cast<std::uint32_t>(channels);
    part.head.instants = 1;
    for (std::size_t at = 0; at < rows; ++at) {
      part.head.first_index = at;
      part.raw = std::span(raw).subspan(at * channels, channels);
      const auto begin = std::chrono::steady_clock::now();
      chain.process(part, sink);
      const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begin;
      ns[at] = std::min(ns[at], spent.count());
    }
  }
  std::sort(ns.begin(), ns.end());
  const auto at = [&](double q) { return ns[static_cast<std::size_t>(q * static_cast<double>(rows - 1))]; };
  state.counters["median_ns"] = at(0.5);
  state.counters["p99_x"] = at(0.99) / at(0.5);
  state.counters["p99.9_x"] = at(0.999) / at(0.5);
  state.counters["max_x"] = at(1.0) / at(0.5);
}

template <typename Channel, typename... Window>
void anchor(benchmark::State& state, Window... window) {
  const auto channels = static_cast<std::size_t>(state.range(0));
  const auto raw = input(channels);
  const std::size_t rows = raw.size() / channels;
  typename Channel::Spectra spectra(window..., rate);
  std::vector<std::unique_ptr<Channel>> chains;
  for (std::size_t c = 0; c < channels; ++c) chains.push_back(std::make_unique<Channel>(rate, spectra));
  for (auto _ : state)
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t c = 0; c < channels; ++c) benchmark::DoNotOptimize(chains[c]->push(raw[i * channels + c]));
  per_channel_sample(state, channels, rows);
}

/// The script says its own time.
void scipy(benchmark::State& state, const char* script) {
  for (auto _ : state) {
    double ns = 0.0;
    FILE* pipe = popen((std::string("/usr/bin/python3 " MYOD_SOURCE_DIR "/tests/bench/") + script).c_str(), "r");
    const int read = pipe == nullptr ? 0 : std::fscanf(pipe, "%lf", &ns);
    if (pipe != nullptr) pclose(pipe);
    if (read != 1) return state.SkipWithError("python3-scipy is not installed");
    state.SetIterationTime(ns * 1e-9);
    state.counters["per_channel_sample"] = ns * 1e-9;
  }
}

void script(benchmark::internal::Benchmark* b) {
  b->UseManualTime()->Iterations(1)->Repetitions(5)->ReportAggregatesOnly();
}

void whole_chain(benchmark::State& state) { pipeline(state, {}); }
void short_chain_of(benchmark::State& state) { pipeline(state, short_chain()); }
template <typename Channel>
void short_anchor(benchmark::State& state) {
  anchor<Channel>(state, Channel::window(rate));
}

BENCHMARK(whole_chain)
    ->Name("pipeline")
    ->ArgNames({"channels", "block"})
    ->ArgsProduct({{8, 64}, {1, 8, 32}})
    ->Apply(rounds);
BENCHMARK(whole_chain)
    ->Name("pipeline")
    ->ArgNames({"channels", "block"})
    ->ArgsProduct({{1, 2, 4, 16, 32, 128, 256, 512}, {32}})
    ->Apply(rounds);
BENCHMARK(anchor<ScalarChannel>)->Name("anchor_scalar_double")->ArgName("channels")->Arg(8)->Arg(64)->Apply(rounds);
BENCHMARK(anchor<LiquidChannel>)->Name("anchor_liquid_fftw")->ArgName("channels")->Arg(8)->Arg(64)->Apply(rounds);
BENCHMARK_CAPTURE(scipy, , "scipy_streaming.py")->Name("anchor_scipy_streaming/channels:64/block:32")->Apply(script);

BENCHMARK(short_chain_of)
    ->Name("short/pipeline")
    ->ArgNames({"channels", "block"})
    ->ArgsProduct({{8, 64}, {1, 32}})
    ->Apply(rounds);
BENCHMARK(short_anchor<ScalarChain>)->Name("short/scalar_double")->ArgName("channels")->Arg(8)->Arg(64)->Apply(rounds);
BENCHMARK(short_anchor<LiquidChain>)->Name("short/liquid")->ArgName("channels")->Arg(8)->Arg(64)->Apply(rounds);
BENCHMARK_CAPTURE(scipy, , "scipy_chain.py")->Name("short/scipy_streaming/channels:64/block:32")->Apply(script);
BENCHMARK(one_sample)->ArgName("channels")->Arg(8)->Arg(64)->Iterations(25)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace myod::bench
