// The sample axis in integers: where hop k ends, how long a sample lasts. Nothing here rounds twice, so a month-old
// stream has its hops where a fresh one has them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace myod::dsp::math {

/// Samples from 0 to the end of hop k: round(k * hop * rate), halves up. rate_mhz in millihertz.
constexpr std::uint64_t hop_end(std::uint64_t k, std::uint64_t hop_us, std::uint64_t rate_mhz) {
  constexpr std::uint64_t us_per_s = 1'000'000, mhz_per_hz = 1000;
  const std::uint64_t t_us = k * hop_us;
  const std::uint64_t whole = (t_us / us_per_s) * rate_mhz;  // in milli-samples
  const std::uint64_t rest = (whole % mhz_per_hz) * us_per_s + (t_us % us_per_s) * rate_mhz;
  return whole / mhz_per_hz + (rest + us_per_s * mhz_per_hz / 2) / (us_per_s * mhz_per_hz);
}

/// The nearest whole number, halves up; of 0 and above.
constexpr std::uint64_t nearest(double v) {
  const auto whole = static_cast<std::uint64_t>(v);
  return v - static_cast<double>(whole) >= 0.5 ? whole + 1 : whole;
}

/// Samples in a window of that length, at least one.
constexpr std::size_t window_samples(double window_ms, std::uint64_t rate_mhz) {
  const auto n = static_cast<std::size_t>(hop_end(1, nearest(window_ms * 1000.0), rate_mhz));
  return n == 0 ? 1 : n;
}

/// Nanoseconds that `samples` last, rounded towards zero.
constexpr std::int64_t nanoseconds(std::int64_t samples, std::uint64_t rate_mhz) {
  const auto rate = static_cast<std::int64_t>(rate_mhz);
  const std::int64_t milli = samples * 1000;
  return milli / rate * 1'000'000'000 + milli % rate * 1'000'000'000 / rate;
}

/// Walks over the hop ends of one period.
class Hops {
 public:
  Hops(double hop_ms, std::uint64_t rate_mhz) : hop_us_(nearest(hop_ms * 1000.0)), rate_mhz_(rate_mhz) { restart(0); }

  /// The next end lies behind `index`.
  void restart(std::uint64_t index) {
    const std::uint64_t rate_hz = rate_mhz_ / 1000 + 1;
    k_ = index / rate_hz * 1'000'000 / hop_us_ + 1;  // never too far; the walk does the rest
    next_ = hop_end(k_, hop_us_, rate_mhz_);
    skip(index);
  }

  /// Passes every end up to and including `index`.
  void skip(std::uint64_t index) {
    while (next_ <= index) next_ = hop_end(++k_, hop_us_, rate_mhz_);
  }

  std::uint64_t next() const { return next_; }

  /// True when a hop ends at `end`; moves on.
  bool ends_at(std::uint64_t end) {
    if (end != next_) return false;
    skip(end);
    return true;
  }

 private:
  std::uint64_t hop_us_, rate_mhz_;
  std::uint64_t k_ = 0, next_ = 0;
};

}  // namespace myod::dsp::math
