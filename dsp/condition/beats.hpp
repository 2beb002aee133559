// Where the heart beats in the signal of one lane (dsp-spec 0b.6): a matched filter on 5..25 Hz. An energy detector
// takes contractions for beats; the shape of the QRS complex tells them apart.
//
// The signal before the high-pass is band-passed and reduced to about 250 Hz. The largest deflection of the first 1.2 s
// is the first pattern, 60 ms before to 40 ms after its peak. A beat is the top of the correlation with the pattern
// where that is above 0.6 and the amplitude is 0.4 to 2.5 times the pattern's, at least 300 ms after the last beat; it
// is known `latency_ms` later at most. Each beat moves the pattern by an eighth. Without a beat for 2.5 s the pattern
// is learned anew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "dsp/kernels/kernels.hpp"

namespace myod::dsp {

class BeatDetector {
 public:
  static constexpr double latency_ms = 85.0;

  explicit BeatDetector(double rate_hz);

  /// One sample; a beat when it is known: samples since its R peak.
  std::optional<std::size_t> push(double x) noexcept;
  void restart() noexcept;
  bool learned() const noexcept { return learned_; }

 private:
  std::optional<std::size_t> push_reduced(double x) noexcept;
  void learn() noexcept;
  void follow() noexcept;
  double recent(std::size_t back) const noexcept;

  std::size_t reduction_, before_, pattern_length_, learning_, refractory_, forget_;
  std::size_t filter_delay_;  // samples
  std::vector<Section> sections_;
  std::vector<double> state_;
  std::vector<double> ring_, pattern_;
  bool cold_ = true, learned_ = false;
  std::size_t phase_ = 0, count_ = 0;  // in the reduced sample; reduced samples since the learning began
  std::size_t since_beat_ = 0;
  double best_ = 0.0;          // correlation at the top under way
  std::size_t best_back_ = 0;  // reduced samples since that top
};

}  // namespace myod::dsp
