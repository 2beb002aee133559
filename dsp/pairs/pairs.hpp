// Pairs of channels, of one sensor or two: left and right, agonist and antagonist. Amplitude frames of all streams
// enter in journal order; on a fixed grid of 100 ms of block time both amplitudes leave together, with co-contraction
// and symmetry. A partner is missing when the other side is half a second ahead of it in block time, never by a clock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dsp/features/rows.hpp"
#include "dsp/pairs/indices.hpp"
#include "dsp/results.hpp"
#include "dsp/stream.hpp"

namespace myod::dsp {

struct PairNames {
  std::string first, second;  ///< channel names, unique over all sensors
  PairBasis basis = PairBasis::task;
};

/// NaN: missing, not valid or not known.
struct PairFrame {
  std::size_t pair = 0;      ///< index in the list given at construction
  std::int64_t time_ns = 0;  ///< the grid point, CLOCK_MONOTONIC
  bool valid = false;        ///< both amplitudes are there
  PairBasis basis = PairBasis::task;
  double first_uv = 0.0, second_uv = 0.0;    ///< RMS as it stood there
  double first_pct = 0.0, second_pct = 0.0;  ///< of the own reference
  /// While either muscle is active, else NaN: two noise floors would be alike to 100 %. Co-contraction needs both
  /// references; symmetry is of what the basis says, rest taken out.
  double cci_pct = 0.0, rudolph_pct = 0.0, symmetry_pct = 0.0;
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

  /// streams[i] is the stream whose frames carry i. Throws std::invalid_argument for a name that no stream has.
  Pairs(std::span<const PairNames> names, std::span<const Stream> streams);

  /// Other kinds of frames are passed over. No allocation.
  void push(const FeatureFrame& frame, PairSink& sink) noexcept;

 private:
  static constexpr std::int64_t kept = 16;  // more than patience
  struct Amplitude {
    double uv = unknown, net_uv = unknown, pct = unknown, active = unknown;
  };
  struct Side {
    std::uint32_t stream = 0;
    std::size_t channel = 0;
    std::int64_t last_ns = -grid_ns;  // of the newest frame
    Amplitude last;
    std::int64_t passed = -1;          // newest grid point it has gone past
    std::array<Amplitude, kept> at{};  // amplitudes at the newest grid points
    void progress(std::int64_t time_ns, const Amplitude& amplitude) noexcept;
    Amplitude amplitude(std::int64_t point) const noexcept;
  };
  struct Pair {
    std::array<Side, 2> sides;
    PairBasis basis = PairBasis::task;
    std::int64_t next = -1;  // grid point to be told next; -1 before the first frame
  };
  static PairFrame compare(const Amplitude& a, const Amplitude& b, PairBasis basis) noexcept;
  void settle(std::size_t index, PairSink& sink) noexcept;

  std::size_t uv_, net_uv_, pct_, active_;  // rows of an amplitude frame
  std::vector<Pair> pairs_;
};

}  // namespace myod::dsp
