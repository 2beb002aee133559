// Is the muscle tiring? Joint analysis of spectrum and amplitude (JASA; Luttmann and Jaeger, recalled, not re-read:
// unverified): the mean frequency falls while the amplitude rises. Two kinds of numbers are followed side by side: one
// value per repetition for dynamic work, 1 s windows within one hold for constant effort; a hold of 20 s speaks for
// itself, else the repetitions do (dsp-spec 2.10, 0b.8). Pure, no allocation; what is remembered is plain and travels
// in the seed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

#include "dsp/features/trend.hpp"
#include "dsp/text.hpp"

namespace myod::dsp {

/// By the 95 % intervals of both slopes: which quadrant, when neither holds 0.
enum class Jasa : std::uint8_t { indeterminate, fatigue, force_increase, recovery, force_decrease };

struct FatigueSummary {
  Jasa jasa = Jasa::indeterminate;
  /// 0: the fitted mean frequency has not fallen, 100: it has fallen by 40 % or more (the scale is this project's own
  /// choice). Indeterminate with an index: no fatigue, a fall of 10 % or more lies outside the interval. Without one:
  /// it cannot be told, or the force fell, which lowers the mean frequency too.
  double index = std::numeric_limits<double>::quiet_NaN();
  /// Percent: how far the interval stays from what would take the answer back. NaN without an index.
  double confidence = std::numeric_limits<double>::quiet_NaN();
  TrendLine mnf_hz, mdf_hz, log_arv, log_finsm5;  ///< NaN before there is enough
  double span_s = 0.0;                            ///< first to last point
  std::size_t points = 0;                         ///< windows or repetitions

  bool enough() const noexcept { return mnf_hz.slope == mnf_hz.slope; }
  double finsm5_ratio() const noexcept;  ///< last over first, of the fitted line
};

/// What one window or one repetition says; amplitude: its ARV, or the mean RMS of a repetition.
struct FatigueValues {
  double mnf_hz, mdf_hz, amplitude_uv, finsm5;
};

/// The points of a trend, oldest first. When the room is full neighbours are averaged in pairs, and what comes later is
/// averaged likewise before it enters: every point weighs the same for as long as an exercise may last.
struct TrendPoints {
  struct Point {
    double t_s = 0.0, mnf_hz = 0.0, mdf_hz = 0.0, log_arv = 0.0, log_finsm5 = 0.0;
  };
  std::array<Point, trend_capacity> points{};
  Point waiting{};                                      ///< sum of those not yet a point
  std::uint32_t count = 0, in_waiting = 0, merged = 1;  ///< merged: how many each point is the mean of

  void add(const Point& point) noexcept;
  std::size_t seen() const noexcept { return std::size_t{count} * merged + in_waiting; }
};

/// One per muscle.
class Fatigue {
 public:
  /// Of the windows given to window(); hop_s is the time between two of them.
  Fatigue(double window_s, double hop_s) : window_s_(window_s), hop_s_(hop_s) {}

  /// A valid window inside the effort that began at start_s, centred on t_s. Windows whose amplitude is not within half
  /// and one and a half of the median of those before are left out. True when fatigue is to be told.
  bool window(double start_s, double t_s, const FatigueValues& values) noexcept;
  /// A repetition, at its middle. True when fatigue is to be told.
  bool repetition(double t_s, const FatigueValues& values) noexcept;

  const FatigueSummary& hold() const noexcept { return hold_; }  ///< of the running or last hold
  const FatigueSummary& work() const noexcept { return work_; }  ///< over the repetitions
  const FatigueSummary& summary() const noexcept { return hold_.enough() ? hold_ : work_; }
  /// What the index is made of, in words.
  Text<120> words() const noexcept;

  const TrendPoints& repetitions() const noexcept { return trends_->repetitions; }
  void plant(const TrendPoints& repetitions) noexcept;

 private:
  bool tell() noexcept;

  struct Trends {
    TrendPoints windows, repetitions;
  };
  double window_s_, hop_s_;
  double start_s_ = std::numeric_limits<double>::quiet_NaN();    // of the hold
  double first_s_ = 0.0;                                         // its first window
  std::unique_ptr<Trends> trends_ = std::make_unique<Trends>();  // apart: what is looked at often lies together
  FatigueSummary hold_, work_;
  bool told_ = false;
};

/// Of at least 10 points; `lags` as in fit_trend.
FatigueSummary judge_fatigue(const TrendPoints& points, std::size_t lags) noexcept;

}  // namespace myod::dsp
