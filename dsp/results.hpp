// What leaves the pipeline: feature frames, events, replies, told to a Sink. Views and plain structs, no allocation.
// An invalid number is NaN here, an empty field in CSV, absent on the wire; never 0 and never the last good one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "dsp/text.hpp"

namespace myod::dsp {

/// Why a number is not fully trusted. One word each (quality.hpp holds the table of words, severities and remedies).
enum Reason : std::uint32_t {
  reason_gap = 1U << 0,
  reason_saturated = 1U << 1,
  reason_stuck = 1U << 2,
  reason_flat = 1U << 3,
  reason_lead_off = 1U << 4,
  reason_blanked = 1U << 5,
  reason_mains = 1U << 6,
  reason_noise = 1U << 7,
  reason_rate = 1U << 8,
  reason_uncalibrated = 1U << 9,
  reason_settling = 1U << 10,
  reason_earlier_reference = 1U << 11,
  reason_not_emg = 1U << 12,
  reason_resolution = 1U << 13,
};

enum class Severity : std::uint8_t { ok, limited, degraded, invalid };

enum class FrameKind : std::uint8_t { amplitude, spectrum, control };

/// Per channel of a frame.
struct ChannelStatus {
  double valid_fraction = 0.0;  ///< share of the window's samples that were good
  std::uint32_t reasons = 0;    ///< Reason bits
  Severity grade = Severity::invalid;
};

struct FrameHead {
  FrameKind kind = FrameKind::amplitude;
  std::uint32_t stream = 0;
  std::uint32_t epoch = 0;
  std::uint32_t channels = 0;
  std::uint32_t features = 0;     ///< rows of the feature table of this kind
  std::uint64_t first_index = 0;  ///< first sample of the longest window
  std::uint64_t end_index = 0;    ///< one past the last sample of the window; t_s = end_index / rate
  std::int64_t host_time_ns = 0;  ///< CLOCK_MONOTONIC of the last sample
};

/// One number per channel and row of the feature table of its kind: values[channel * features + feature].
struct FeatureFrame {
  FrameHead head;
  std::span<const double> values;
  std::span<const ChannelStatus> status;  ///< one per channel
};

enum class EventKind : std::uint8_t {
  onset,
  offset,
  repetition,
  fatigue,
  spasm,
  gap,
  lead_off,
  saturation,
  stimulus,
  trigger,  ///< value: the digital channel's new level
  mark
};

inline constexpr std::int32_t all_channels = -1;

struct Event {
  EventKind kind = EventKind::mark;
  std::uint32_t stream = 0;
  std::uint32_t epoch = 0;
  std::int32_t channel = all_channels;
  double t_event_s = 0.0;     ///< estimated time of the thing itself, delay-compensated, sample index / nominal rate
  double t_decision_s = 0.0;  ///< when it was known
  double value = 0.0;         ///< by kind: onset none, offset iEMG (uV s), repetition peak (uV), gap length (s)
  std::int64_t host_time_ns = 0;  ///< CLOCK_MONOTONIC of t_event
  Text<120> text;
};

/// What a repetition was: the columns of repetitions.csv. Told with its event.
struct Repetition {
  std::uint32_t stream = 0;
  std::uint32_t epoch = 0;
  std::int32_t channel = 0;
  std::uint32_t number = 0;  ///< counts from 1 over the life of the stream
  double start_s = 0.0, end_s = 0.0;
  double peak_uv = 0.0, peak_ref_pct = 0.0, mean_uv = 0.0;
  double rest_before_s = 0.0;  ///< NaN for the first
  double mdf_hz = 0.0;         ///< of the whole repetition; NaN when it is too short or not valid
  bool complete = true;        ///< false when a gap cut it
  double mnf_hz = 0.0;         ///< as mdf_hz
  double tension_s = 0.0;      ///< time under tension: length of all repetitions up to and with this one
};

/// How a command ended. `id` is the caller's.
struct CommandResult {
  std::uint64_t id = 0;
  std::uint32_t stream = 0;
  std::uint64_t at_index = 0;  ///< the sample at which it took effect
  bool done = false;
  double value = 0.0;  ///< calibrations: the measured level in uV
  Text<120> text;      ///< why not, or what was measured
};

/// Receives everything a pipeline has to say, in order, on the caller's thread. Implementations must not allocate or
/// block when the pipeline runs on the dsp thread; views are valid during the call only.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void frame(const FeatureFrame&) = 0;
  /// `repetition` is set for events of that kind and says what it was.
  virtual void event(const Event&, const Repetition* repetition) = 0;
  virtual void result(const CommandResult&) = 0;
  /// Whether conditioned() is to be called.
  virtual bool wants_conditioned() const { return false; }
  /// The conditioned block (after integrity, high-pass, low-pass), microvolt, same shape as the sample block;
  /// valid[i * channels + c] is 0 where the sample must not be used. Called once per processed run of samples.
  virtual void conditioned(std::uint64_t first_index, std::size_t channels, std::span<const double> uv,
                           std::span<const std::uint8_t> valid) {
    (void)first_index, (void)channels, (void)uv, (void)valid;
  }
};

}  // namespace myod::dsp
