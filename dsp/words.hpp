// The words of the enumerations that leave the process: files, wire and command line spell them alike.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "dsp/command.hpp"
#include "dsp/features/fatigue.hpp"
#include "dsp/results.hpp"
#include "dsp/seed.hpp"
#include "dsp/stream.hpp"

namespace myod::dsp {

inline constexpr std::array<std::string_view, 7> channel_kind_words{"emg",     "force",    "angle", "accel",
                                                                    "digital", "stimulus", "other"};
inline constexpr std::array<std::string_view, 3> side_words{"none", "left", "right"};
inline constexpr std::array<std::string_view, 11> event_kind_words{"onset",    "offset",  "repetition", "fatigue",
                                                                   "spasm",    "gap",     "lead_off",   "saturation",
                                                                   "stimulus", "trigger", "mark"};
inline constexpr std::array<std::string_view, 3> frame_kind_words{"features", "spectrum", "control"};
inline constexpr std::array<std::string_view, 5> reference_kind_words{"none", "mvc", "submax", "task_peak", "mmax"};
inline constexpr std::array<std::string_view, 8> command_kind_words{
    "calibrate_rest", "calibrate_reference", "set_rest", "set_reference", "mark", "stimulus", "stop_trial", "expect"};
inline constexpr std::array<std::string_view, 4> repetition_phase_words{"resting", "contracting", "ending", "tail"};
inline constexpr std::array<std::string_view, 5> onset_method_words{"cusum", "hodges_bui", "tkeo_dt", "bonato",
                                                                    "lidierth"};
inline constexpr std::array<std::string_view, 5> jasa_words{"indeterminate", "fatigue", "force_increase", "recovery",
                                                            "force_decrease"};

template <typename Enum, std::size_t N>
constexpr std::string_view word(const std::array<std::string_view, N>& words, Enum e) {
  return words.at(static_cast<std::size_t>(e));
}

template <typename Enum, std::size_t N>
constexpr std::optional<Enum> from_word(const std::array<std::string_view, N>& words, std::string_view s) {
  for (std::size_t i = 0; i < N; ++i)
    if (words.at(i) == s) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace myod::dsp
