// Pairs of channels, of one sensor or two: left and right, agonist and antagonist. Amplitude frames of all streams
// enter in journal order; on a fixed grid of 100 ms of block time both amplitudes leave together, with co-contraction
// or symmetry. A partner is missing when the other side is half a second ahead of it in block time, never by a clock.
// Nothing is told of a pair before both its channels' streams have begun.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dsp/features/rows.hpp"
#include "dsp/pairs/names.hpp"
#include "dsp/results.hpp"
#include "dsp/stream.hpp"

namespace myod::dsp {

/// NaN: missing, not valid or not known.
struct PairFrame {
  std::uint64_t pair = 0;    ///< index in the list given at construction
  std::int64_t time_ns = 0;  ///< the grid point, CLOCK_MONOTONIC
  double t_s = unknown;      ///< the same from sample 0 of the first channel's sensor on, to a microsecond
  double first_uv = unknown, second_uv = unknown;    ///< RMS as it stood there
  double first_pct = unknown, second_pct = unknown;  ///< of the own reference
  /// While either muscle is active, else NaN: two noise floors would be alike to 100 %. Of kind co_contraction the
  /// first two, which need both references; of kind symmetry the last, of what the basis says, rest taken out.
  double cci_pct = unknown, rudolph_pct = unknown, symmetry_pct = unknown;
  std::uint64_t valid = 0;  ///< 1: both amplitudes are there
};

class PairSink {
 public:
  virtual ~PairSink() = default;
  virtual void pair(const PairFrame&) = 0;
};

class Pairs {
 public:
  static constexpr std::int64_t grid_ns = 100'000'000;
  static constexpr std::int64_t patience = 5;  ///< grid points one side may lead before the other counts as missing

  explicit Pairs(std::span<const PairNames> names);

  /// A stream begins, or begins anew: its frames carry `index`. The pairs it has to do with begin anew with it, so that
  /// what they tell depends on nothing before. No allocation.
  void begin(std::uint32_t index, const Stream& stream) noexcept;

  /// Whether both channels of a pair are of streams that have begun.
  bool whole(std::size_t pair) const noexcept;

  /// Other kinds of frames are passed over. No allocation.
  void push(const FeatureFrame& frame, PairSink& sink) noexcept;

 private:
  static constexpr std::int64_t kept = 16;  // more than patience
  struct Amplitude {
    double uv = unknown, net_uv = unknown, pct = unknown, active = unknown;
  };
  struct Side {
    bool known = false;  // that a stream has this channel
    std::uint32_t stream = 0;
    std::size_t channel = 0;
    std::uint64_t rate_mhz = 0;
    std::int64_t sample_0_ns = 0;     // by the nominal rate back from the newest frame
    std::int64_t last_ns = -grid_ns;  // of the newest frame
    Amplitude last;
    std::int64_t passed = -1;          // newest grid point it has gone past
    std::array<Amplitude, kept> at{};  // amplitudes at the newest grid points
    void forget() noexcept;
    void progress(const FrameHead& head, const Amplitude& amplitude) noexcept;
    double seconds(std::int64_t time_ns) const noexcept;
    Amplitude amplitude(std::int64_t point) const noexcept;
  };
  struct Pair {
    PairNames names;
    std::array<Side, 2> sides;
    std::int64_t next = -1;  // grid point to be told next; -1 before the first frame
  };
  static PairFrame compare(const Amplitude& a, const Amplitude& b, const PairNames& what) noexcept;
  void settle(std::size_t index, PairSink& sink) noexcept;

  std::size_t uv_, net_uv_, pct_, active_;  // rows of an amplitude frame
  std::vector<Pair> pairs_;
};

}  // namespace myod::dsp
