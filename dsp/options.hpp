// What a user may set in the signal processing, with its defaults (dsp-spec section 1 and 0b). Ranges and units stand
// in config/: one row per member.
#pragma once

#include <cstdint>
#include <type_traits>

#include "dsp/text.hpp"

namespace myod::dsp {

/// Where stimulus pulses are known from: events are told by a command, detect finds them in the signal, marker takes
/// the rising edges of a channel that the stimulator's trigger is wired to.
enum class Blanking : std::uint8_t { off, events, detect, marker };
enum class BlankingFill : std::uint8_t { linear, hold };

/// automatic: the adaptive canceller, only where hum is found and disturbs.
enum class Mains : std::uint8_t { off, automatic, adaptive, notch, comb };

enum class Ecg : std::uint8_t { off, highpass, pattern, adaptive };

/// What becomes of the muscle's answer to a pulse.
enum class Mwave : std::uint8_t { off, gate, pattern, comb, prediction };

struct ConditionOptions {
  double lead_off_mv = 0.0;  ///< an offset beyond +- this is an electrode that is off; 0: the front end passes none
  Blanking blanking = Blanking::off;
  BlankingFill blanking_fill = BlankingFill::linear;
  double blanking_before_ms = 1.0;
  double blanking_after_ms = 5.0;
  double stimulus_hz = 0.0;  ///< 0: not known, detection waits for a regular period
  Text<64> marker;           ///< name of the channel, for marker
  bool highpass = true;
  double highpass_hz = 20.0;
  std::int64_t highpass_poles = 2;
  Mains mains = Mains::automatic;
  double mains_hz = 0.0;            ///< 0: 50 or 60, whichever is found
  double mains_bandwidth_hz = 4.0;  ///< of notch and comb, -3 dB to -3 dB
  std::int64_t notch_harmonic = 5;  ///< the highest that notch takes out, of the odd ones
  Ecg ecg = Ecg::off;
  Text<64> ecg_reference;  ///< name of the channel, for adaptive
  Mwave mwave = Mwave::off;
  double mwave_ms = 20.0;  ///< gated after each pulse
  bool lowpass = true;
  double lowpass_hz = 450.0;  ///< at rates below 900 Hz the pipeline uses 0.45 of the rate and says so
  std::int64_t lowpass_poles = 2;

  bool operator==(const ConditionOptions&) const = default;
};

struct FeatureOptions {
  double window_ms = 250.0;  ///< RMS, ARV
  double hop_ms = 20.0;
  double envelope_hz = 6.0;  ///< Butterworth, 2 poles
  double control_window_ms = 100.0;
  double spectrum_window_ms = 1000.0;
  double spectrum_hop_ms = 500.0;
  double band_low_hz = 20.0;  ///< of MNF, MDF, FInsm5
  double band_high_hz = 450.0;
  double min_valid = 0.8;  ///< a window with less is invalid
  bool control = true;     ///< frames of their own for controllers
  bool quality = true;     ///< what the signal before its filters says, from a spectrum of its own
  bool activity = true;    ///< what is counted and summed over the window of a spectrum
};

/// The detectors of the literature stand beside the CUSUM (detect/threshold_method.hpp).
enum class OnsetMethod : std::uint8_t { cusum, hodges_bui, tkeo_dt, bonato, lidierth };
enum class OnsetProfile : std::uint8_t { standard, fast };

struct OnsetOptions {
  bool enabled = true;
  OnsetMethod method = OnsetMethod::cusum;
  OnsetProfile profile =
      OnsetProfile::standard;  ///< of cusum. standard: clip 6, 20 ms; fast: clip 9, no least duration
  double threshold = 0.0;      ///< 0: of cusum from the table by rate and chain (dsp-spec 0b.2), else the method's own
  double merge_ms = 125.0;
  double min_burst_ms = 30.0;
  double smoothing_hz = 50.0;        ///< of hodges_bui, tkeo_dt, lidierth: Butterworth, 2 poles
  double run_ms = 25.0;              ///< of the same: so long above the threshold
  double dip_ms = 5.0;               ///< of lidierth: what a run may fall below it meanwhile
  std::int64_t bonato_needed = 2;    ///< so many pairs above the threshold
  std::int64_t bonato_among = 5;     ///< among the newest so many
  std::int64_t whitening_order = 6;  ///< of bonato: order of the autoregressive model of rest
};

struct RepetitionOptions {
  bool enabled = true;
  double target_pct = 0.0;  ///< planned effort in % of the reference; 0: not planned
};

struct SpasmOptions {
  bool enabled = true;  ///< clonus, and activity while no contraction is expected
};

struct Options {
  ConditionOptions condition;
  FeatureOptions features;
  OnsetOptions onset;
  RepetitionOptions repetition;
  SpasmOptions spasm;
};
static_assert(std::is_trivially_copyable_v<Options>);  // a copy allocates nothing

}  // namespace myod::dsp
