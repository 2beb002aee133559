// How far each kernel is from what this machine can do: its operations and its bytes per second beside the most this
// core multiplies and adds in registers of the same instruction set (apart: nothing here is contracted), and the most
// it reads from as much memory as the kernel works on. Both limits are measured in the same row; of_roof is the share
// of the nearer one. A division, a comparison or a choice counts as one operation.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "dsp/kernels/kernels.hpp"
#include "dsp/math/sections.hpp"
#include "dsp/math/transform.hpp"

namespace myod::bench {
namespace {

// The two limits, once per instruction set.
#define MYOD_LIMITS(name, isa, bytes)                                                                           \
  struct name {                                                                                                 \
    typedef double Register __attribute__((vector_size(bytes), aligned(8), may_alias));                         \
    static constexpr std::size_t width = (bytes) / sizeof(double), chains = 12;                                 \
    __attribute__((target(isa), noinline)) static double multiply_and_add(std::size_t n) {                      \
      Register a[chains] = {};                                                                                  \
      for (std::size_t i = 0; i < n; ++i)                                                                       \
        for (std::size_t k = 0; k < chains; ++k) a[k] = a[k] * 0.999 + 0.001;                                   \
      for (std::size_t k = 1; k < chains; ++k) a[0] += a[k];                                                    \
      return a[0][0];                                                                                           \
    }                                                                                                           \
    __attribute__((target(isa), noinline)) static double read(const double* p, std::size_t n) {                 \
      Register a[chains] = {};                                                                                  \
      for (std::size_t i = 0; i + chains * width <= n; i += chains * width)                                     \
        for (std::size_t k = 0; k < chains; ++k) a[k] += *reinterpret_cast<const Register*>(p + i + k * width); \
      for (std::size_t k = 1; k < chains; ++k) a[0] += a[k];                                                    \
      return a[0][0];                                                                                           \
    }                                                                                                           \
  }
MYOD_LIMITS(Sse2, "sse2", 16);
MYOD_LIMITS(Avx2, "avx2", 32);
MYOD_LIMITS(Avx512, "avx512f", 64);

struct LimitRow {
  std::string_view isa;
  std::size_t operations;  // per turn of multiply_and_add
  double (*multiply_and_add)(std::size_t);
  double (*read)(const double*, std::size_t);
};
template <typename Of>
constexpr LimitRow limit_row(std::string_view isa) {
  return {isa, 2 * Of::chains * Of::width, Of::multiply_and_add, Of::read};
}
constexpr std::array limit_rows{limit_row<Sse2>("baseline"), limit_row<Avx2>("avx2"), limit_row<Avx512>("avx512")};

/// Of several turns the quickest, in seconds.
template <typename F>
double least_seconds(F f) {
  double least = std::numeric_limits<double>::infinity();
  for (int turn = 0; turn < 30; ++turn) {
    const auto begin = std::chrono::steady_clock::now();
    f();
    least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return least;
}

constexpr std::size_t lanes = 64, run = 8, window = 2000, values = window / 2;

/// What the kernels work on.
struct Data {
  std::vector<double> y = std::vector<double>(window * lanes, 1.5), out = y, state = std::vector<double>(8 * lanes);
  std::vector<double> table = std::vector<double>(window * dsp::moment_count, 0.5);
  std::vector<unsigned char> flags = std::vector<unsigned char>(window * lanes);
  std::array<dsp::Section, 2> sections{dsp::math::butterworth_highpass(2, 20, 2000).front(),
                                       dsp::math::butterworth_lowpass(2, 450, 2000).front()};
  dsp::math::Transform transform{window};
  dsp::ConverterTile converters;
  dsp::OnsetTile onset;
  dsp::ActivityTile activity;
  dsp::HalfPowerTile half;
  dsp::TileSum sum;
  dsp::ExtremesTile extremes;
  Data() {
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<double>(i * 2654435761U >> 5 & 0x3FFU) - 512.0;
    std::fill_n(converters.low, dsp::lane_tile, -1e6);
    std::fill_n(converters.high, dsp::lane_tile, 1e6);
    std::fill_n(converters.limit, dsp::lane_tile, 20.0);
    std::fill_n(onset.variance, dsp::lane_tile, 1e9);
  }
};

struct KernelRow {
  const char* name;
  double operations, bytes;  // per value
  std::size_t count;         // values a turn works on
  void (*turn)(const dsp::Kernels&, Data&);
};
constexpr std::size_t tile = dsp::lane_tile;
const std::array kernel_rows{
    KernelRow{"intake", 24, 17, run* lanes,
              [](const dsp::Kernels& k, Data& d) {
                for (std::size_t at = 0; at < lanes; at += tile)
                  k.intake(d.converters, d.out.data() + at, d.flags.data() + at, run, lanes, d.y.data() + at, lanes);
              }},
    KernelRow{"cascade", 18, 16, run* lanes,
              [](const dsp::Kernels& k, Data& d) {
                k.cascade(d.out.data(), run, lanes, d.sections.data(), d.sections.size(), d.state.data());
              }},
    KernelRow{"envelopes", 19, 8, run* lanes,
              [](const dsp::Kernels& k, Data& d) {
                k.envelopes(d.out.data() + run * lanes, d.y.data(), run, lanes, d.sections.data(), dsp::envelope_count,
                            d.state.data());
              }},
    KernelRow{"mix", 6, 8, run* lanes,
              [](const dsp::Kernels& k, Data& d) { k.mix(d.state.data(), d.y.data(), run, lanes, d.table.data()); }},
    KernelRow{"sum_squares", 5, 16, window* tile,
              [](const dsp::Kernels& k, Data& d) {
                k.sum_squares(d.state.data(), d.state.data() + tile, window, d.y.data(), d.y.data() + window * tile,
                              nullptr, nullptr);
              }},
    KernelRow{"integrate", 5, 9, run* tile,
              [](const dsp::Kernels& k, Data& d) {
                k.integrate(d.state.data(), d.state.data() + tile, d.y.data(), d.flags.data(), run);
              }},
    KernelRow{"onset", 21, 8, run* tile,
              [](const dsp::Kernels& k, Data& d) {
                k.onset(d.onset, {1e9, 6, 40, 250}, d.y.data(), 0, run, tile);
              }},
    KernelRow{
        "activity", 24, 8, window* tile,
        [](const dsp::Kernels& k, Data& d) { k.activity(d.activity, d.y.data(), nullptr, window, d.table.data()); }},
    KernelRow{"taper", 2, 16, window* tile,
              [](const dsp::Kernels& k, Data& d) {
                k.taper(d.out.data(), tile, d.y.data(), window, d.state.data(), d.table.data());
              }},
    KernelRow{"sum", 1, 8, window* tile, [](const dsp::Kernels& k, Data& d) { k.sum(d.sum, d.y.data(), window, 0); }},
    KernelRow{"tapered_pass", 21, 32, values* tile,
              [](const dsp::Kernels& k, Data& d) {
                std::array<const double*, 20> in;
                for (std::size_t i = 0; i < in.size(); ++i)
                  in[i] = d.y.data() + (i / 2 * values / 10 * 2 + i % 2) * tile;
                k.tapered_pass(d.out.data(), in.data(), true, d.transform.passes()[0], 0, values / 10, d.state.data(),
                               d.table.data());
              }},
    KernelRow{"transform_pass", 17, 32, values* tile,
              [](const dsp::Kernels& k, Data& d) {
                k.transform_pass(d.out.data(), d.y.data(), d.transform.passes()[1], 0, values / 10);
              }},
    KernelRow{"density_of_pairs", 16, 24, values / 2 * tile,
              [](const dsp::Kernels& k, Data& d) {
                k.density_of_pairs(d.out.data(), d.y.data(), values, 0, values / 2, d.table.data(), d.table.data());
              }},
    KernelRow{"autocorrelation", 2 * 27, 8, 75 * tile,
              [](const dsp::Kernels& k, Data& d) { k.autocorrelation(d.out.data(), d.y.data(), 75, 27); }},
    KernelRow{"half_power", 8, 8, values / 2 * tile,
              [](const dsp::Kernels& k, Data& d) { k.half_power(d.half, d.y.data(), values / 2, d.table.data()); }},
    KernelRow{"moving_extremes", 7, 8, values / 2 * tile,
              [](const dsp::Kernels& k, Data& d) { k.moving_extremes(d.extremes, d.y.data(), 13, 0, values / 2); }},
    KernelRow{"moments", 10, 8, values / 2 * tile,
              [](const dsp::Kernels& k, Data& d) { k.moments(d.out.data(), d.y.data(), values / 2, d.table.data()); }},
};

void roofline(benchmark::State& state, const KernelRow& row) {
  const dsp::Kernels& k = dsp::kernels();
  const LimitRow& limit = *std::ranges::find(limit_rows, k.name, &LimitRow::isa);
  Data data;
  constexpr std::size_t turns = 20'000;
  const double read_bytes = row.bytes * static_cast<double>(row.count);
  const auto doubles = static_cast<std::size_t>(read_bytes) / sizeof(double);
  const std::size_t again = std::max<std::size_t>(1, 200'000 / doubles);
  const double flops = static_cast<double>(limit.operations * turns) /
                       least_seconds([&] { benchmark::DoNotOptimize(limit.multiply_and_add(turns)); });
  const double bandwidth = static_cast<double>(again) * read_bytes / least_seconds([&] {
                             for (std::size_t i = 0; i < again; ++i)
                               benchmark::DoNotOptimize(limit.read(data.y.data(), doubles));
                           });
  const std::size_t repeat = std::max<std::size_t>(1, 50'000 / row.count);
  double least = std::numeric_limits<double>::infinity();
  for (auto _ : state)
    least = std::min(least, least_seconds([&] {
                       for (std::size_t i = 0; i < repeat; ++i) row.turn(k, data);
                       benchmark::ClobberMemory();
                     }));
  const double per_second = static_cast<double>(repeat * row.count) / least;
  state.counters["GFLOP_s"] = per_second * row.operations * 1e-9;
  state.counters["GB_s"] = per_second * row.bytes * 1e-9;
  state.counters["most_GFLOP_s"] = flops * 1e-9;
  state.counters["most_GB_s"] = bandwidth * 1e-9;
  state.counters["of_roof"] = std::max(per_second * row.operations / flops, per_second * row.bytes / bandwidth);
}

const bool registered = [] {
  for (const KernelRow& row : kernel_rows)
    benchmark::RegisterBenchmark((std::string("roofline/") + row.name).c_str(), [&row](benchmark::State& s) {
      roofline(s, row);
    })->Iterations(5);
  return true;
}();

}  // namespace
}  // namespace myod::bench
