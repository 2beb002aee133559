// Random numbers of the simulator: xoshiro256** seeded by splitmix64 (Blackman, Vigna: prng.di.unimi.it), uniform and
// normal. Ours, because the standard library's distributions differ between implementations.
#pragma once

#include <array>
#include <cstdint>

#include "dsp/math/math.hpp"

namespace myod::dsp::synth {

class Random {
 public:
  /// Generators of the same seed and different `stream` are independent.
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) noexcept {
    std::uint64_t x = seed + stream * 0xD1B54A32D192ED03ULL;
    for (auto& word : state_) {
      x += 0x9E3779B97F4A7C15ULL;
      std::uint64_t z = x;
      z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
      z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
      word = z ^ (z >> 31U);
    }
  }

  std::uint64_t bits() noexcept {
    const std::uint64_t result = rotate_left(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotate_left(state_[3], 45);
    return result;
  }

  /// In [0, 1), 53 bits.
  double uniform() noexcept { return static_cast<double>(bits() >> 11U) * 0x1p-53; }

  /// Zero mean, unit variance: Marsaglia's polar method, two at a time.
  double normal() noexcept;

 private:
  static constexpr std::uint64_t rotate_left(std::uint64_t x, unsigned k) { return (x << k) | (x >> (64U - k)); }

  std::array<std::uint64_t, 4> state_{};
  double spare_ = 0.0;
  bool has_spare_ = false;
};

}  // namespace myod::dsp::synth
