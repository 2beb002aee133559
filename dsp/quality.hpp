// Quality words: one table of reasons with their severity, what they mean to a person and what to do about them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dsp/results.hpp"

namespace myod::dsp {

struct ReasonRow {
  Reason reason;
  std::string_view word;
  Severity severity;
  std::string_view meaning;
  std::string_view remedy;
};

inline constexpr std::array<ReasonRow, 14> reason_table{{
    {reason_gap, "gap", Severity::degraded, "samples were lost", "check the cable or radio link"},
    {reason_saturated, "saturated", Severity::degraded, "the amplifier is at its limit",
     "lower the gain or fix the electrode"},
    {reason_stuck, "stuck", Severity::degraded, "the converter repeats one value", "restart the sensor"},
    {reason_flat, "flat", Severity::invalid, "there is no signal", "check the electrode lead"},
    {reason_resolution, "resolution", Severity::invalid,
     "the signal is smaller than a step of the converter, as of a relaxed muscle or a loose lead",
     "contract: if nothing comes, check the electrode lead; if it does, only rest is too weak for this gain"},
    {reason_lead_off, "lead_off", Severity::invalid, "an electrode is off", "press the electrode on"},
    {reason_blanked, "blanked", Severity::limited, "stimulation is being masked", "none needed"},
    {reason_mains, "mains", Severity::degraded, "mains hum is in the signal",
     "check the reference electrode, move away from cables"},
    {reason_noise, "noise", Severity::degraded, "the signal is noisy", "clean the skin, press the electrodes on"},
    {reason_rate, "rate", Severity::limited, "the sampling rate is not the one declared, or too low for this",
     "correct rate_hz, or use a sensor of 1000 Hz or more"},
    {reason_uncalibrated, "uncalibrated", Severity::degraded, "the rest level is not known yet",
     "relax for two seconds, or calibrate rest"},
    {reason_settling, "settling", Severity::limited, "a window is not full yet", "wait a moment"},
    {reason_earlier_reference, "earlier_reference", Severity::limited,
     "percentages are of a reference taken before the electrodes were placed", "calibrate reference"},
    {reason_not_emg, "not_emg", Severity::invalid, "not an EMG channel: it has no muscle numbers", "none needed"},
}};

inline constexpr std::array<std::string_view, 4> severity_words{"ok", "limited", "degraded", "invalid"};

/// The worst severity among the reasons.
constexpr Severity worst(std::uint32_t reasons) {
  Severity s = Severity::ok;
  for (const auto& row : reason_table)
    if ((reasons & row.reason) != 0 && row.severity > s) s = row.severity;
  return s;
}

}  // namespace myod::dsp
