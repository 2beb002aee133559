// What stimulation makes the muscle answer, the M-wave, taken out or masked behind each pulse (dsp-spec 2.5). A frame
// reaches from one pulse to the next; k counts its samples, x_j is the frame j pulses ago.
//   gate        the first condition.mwave_ms of every frame are masked
//   template    y[k] = x[k] - t[k], then t[k] += 0.15 (x[k] - t[k]); besides the gate. The first frames are masked.
//   comb        y[k] = (x[k] - x_1[k]) / sqrt 2
//   prediction  y[k] = (x[k] - sum_j w_j x_j[k]) / sqrt(1 + sum_j w_j^2), j = 1..6, w by least squares of whole frames
//               on the six before each, forgetting 3 % a frame. The frame itself is not fitted, so its muscle is not
//               eaten (fitting inside the frame reads 16 % low), and 30 frames are, for one holds some 7 free values.
// Frames are cut at the pulses themselves, never at rate / frequency. Where a frame is longer than those before it, or
// there are too few, the sample is masked. Without a pulse for 250 ms everything passes as it is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dsp/condition/blanking.hpp"
#include "dsp/condition/stage.hpp"
#include "dsp/options.hpp"

namespace myod::dsp {

class MwaveStage : public Stage {
 public:
  /// `delay`: samples between the axis of the pulses and that of this stage.
  MwaveStage(const ConditionOptions& options, const BlankingStage& blanking, std::size_t delay, double rate_hz,
             std::size_t channels, std::size_t lanes);

  void run(Samples& samples) noexcept override;
  void restart() noexcept override;

 private:
  static constexpr std::size_t order = 6;
  struct Lane {
    std::uint64_t next = 0;                       // pulses taken of those the blanking knows
    std::uint64_t pulse = 0;                      // of this frame, on this stage's axis
    bool inside = false;                          // a pulse came less than 250 ms ago
    std::size_t frames = 0;                       // whole ones before this
    std::size_t newest = 0;                       // slot of this frame
    std::array<std::size_t, order + 2> length{};  // of each slot's frame
    std::vector<double> history;                  // slots x longest
    std::vector<double> pattern;
    std::array<std::array<double, order>, order> products{};  // of frames with frames, forgetting
    std::array<double, order> targets{}, weights{};
    double gain = 1.0;
  };
  static constexpr std::size_t slots = order + 2;

  void begin_frame(Lane& muscle, std::uint64_t at) noexcept;
  void solve(Lane& muscle) noexcept;
  double* frame(Lane& muscle, std::size_t ago) noexcept;
  std::size_t& length(Lane& muscle, std::size_t ago) noexcept;
  bool clean(Lane& muscle, std::size_t k, double& y) noexcept;

  Mwave method_;
  const BlankingStage& blanking_;
  std::size_t lanes_, longest_;
  std::uint64_t delay_, gate_;
  std::vector<Lane> muscles_;
};

}  // namespace myod::dsp
