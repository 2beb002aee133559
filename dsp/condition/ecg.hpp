// The heart in the signal of a trunk muscle (dsp-spec 2.6, 0b.6), on top of a high-pass of 30 Hz with 4 poles.
// highpass: the samples from 60 ms before to 90 ms after a beat are gated: they count in amplitudes, and no detector of
// activity looks at them (a QRS complex of 6 sigma starts every one there is). template: besides, the mean beat of the
// lane is taken out: each beat is aligned to it within 8 ms, taken out where it leaves, and moves it by an eighth (the
// first eight by 1 / n). Both need the beat before its beginning leaves: a delay line of 150 ms.
// adaptive: recursive least squares from the channel named as reference, 10 taps, forgetting 0.9999, no delay:
//   k = P u / (lambda + u' P u),  e = d - w' u,  w += k e,  P = (P - k u' P) / lambda
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dsp/condition/beats.hpp"
#include "dsp/condition/lane_ring.hpp"
#include "dsp/condition/stage.hpp"
#include "dsp/options.hpp"

namespace myod::dsp {

/// Gate, and template when `subtract`.
class BeatStage : public Stage {
 public:
  BeatStage(bool subtract, double rate_hz, std::size_t channels, std::size_t lanes);

  void listen(const Samples& samples) noexcept override;
  std::size_t line() const noexcept override { return delay_; }
  void run(Samples& samples) noexcept override;
  void restart() noexcept override;

  static std::size_t delay_samples(double rate_hz);

 private:
  struct Beat {
    std::uint64_t at = 0, known = 0;
    bool aligned = false, taken = false;  ///< taken: the pattern has learned from it
  };
  struct Lane {
    BeatDetector detector;
    std::array<Beat, 4> beats{};  // a ring; more do not fit between 300 ms refractory and the line's length
    std::size_t heard = 0;
    std::vector<double> pattern;
    std::size_t learned = 0;
  };
  void align(Lane& muscle, Beat& beat, std::size_t lane) noexcept;
  void learn(Lane& muscle, Beat& beat, std::size_t lane) noexcept;

  bool subtract_;
  std::size_t channels_, lanes_;
  std::uint64_t delay_, before_, after_, around_, shift_;
  LaneRing ring_;
  std::vector<Lane> muscles_;
};

/// Takes out of every lane but the reference what follows from the reference.
class ReferenceStage : public Stage {
 public:
  ReferenceStage(std::size_t reference_lane, std::size_t channels, std::size_t lanes);

  void run(Samples& samples) noexcept override;
  void restart() noexcept override;

 private:
  static constexpr std::size_t taps = 10;
  struct Lane {
    std::array<double, taps> w{};
    std::array<std::array<double, taps>, taps> p{};
  };
  static void begin(Lane& muscle) noexcept;
  void push(Lane& muscle, double& y, bool good) noexcept;

  std::size_t reference_, lanes_;
  std::vector<Lane> muscles_;
  std::array<double, taps> u_{};  // newest first
};

}  // namespace myod::dsp
