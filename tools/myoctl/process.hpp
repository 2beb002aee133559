// `myoctl process`: the daemon's own pipeline on files. CSV tables or recordings (XDF, told apart by their first bytes)
// in, the CSV files of amplitudes, spectra, events, repetitions and streams out. Faster than real time, constant
// memory, an input per core.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace myod::myoctl {

struct ProcessArguments {
  std::vector<std::filesystem::path> inputs;  ///< at least one; several: each into out/STEM/
  std::optional<double> rate_hz;       ///< --rate: nominal rate of a CSV, needed for one; refused for a recording
  std::string unit;                    ///< --unit: uV, mV or V, of a CSV's numbers; needed for a CSV
  std::optional<double> full_scale_v;  ///< --full-scale: rails of a CSV at +- this many volts at the electrode
  std::optional<std::filesystem::path> calibration;  ///< --calibration: TOML, see config/calibration.hpp
  std::vector<std::string> set;                      ///< --set KEY=VALUE, in order
  bool filtered = false;                             ///< --filtered: also filtered.csv
  bool json = false;                                 ///< --json: the summary, one object per input
  std::filesystem::path out;                         ///< --out: a folder, made when it is missing
};

/// What the files are, for --help.
inline constexpr std::string_view process_files_help =
    "Files, replaced together once all are whole:\n"
    "  amplitude.csv    a row per channel every 20 ms: RMS, ARV, envelope, % of reference, active\n"
    "  spectrum.csv     a row per channel every 500 ms: MNF, MDF and what else describes a second of signal\n"
    "                   (conduction velocity of arrays: --set 'array=[{channels=[\"A\", ...], distance_mm=10}]')\n"
    "  trend.csv        a row per channel every 500 ms: how spectrum and amplitude change over a hold or over\n"
    "                   repetitions, and what that means; `indeterminate` without fatigue_index: it cannot be told\n"
    "  quality.csv      a row per channel and second: grade, reasons, indices of the raw signal, and what to do\n"
    "  events.csv       all that happens: onsets, offsets, repetitions, fatigue, spasms, gaps, stimuli, marks and so "
    "on;\n"
    "                   a gap without a channel is of the whole sensor\n"
    "  repetitions.csv  a row per contraction\n"
    "  pairs.csv        a row per 100 ms and pair of channels (--set 'pair=[{first=\"A\", second=\"B\"}]'):\n"
    "                   co-contraction or symmetry, and both amplitudes it is of\n"
    "  streams.csv      a row per sensor and epoch (a change of settings begins one): which channels, what was done\n"
    "                   to the samples, and from which sample on\n"
    "  filtered.csv     with --filtered: the conditioned samples; of several sensors filtered_SENSOR.csv each\n"
    "t_s counts from sample 0 of the channel's own sensor; add t0_s of streams.csv to bring sensors to one clock.\n"
    "Names of channels are unique over all sensors. An empty field is a number that is not known.";

/// Everything: a summary per input to stdout, what went wrong to stderr. Returns the exit code, with several inputs
/// that of the first that failed; the others are processed all the same. 0 done, 1 failed while running (a file
/// unreadable, a bad row), 2 arguments that do not go together, 78 a wrong value or option, or no samples. What failed
/// leaves an earlier result as it was.
int run_process(const ProcessArguments& arguments);

}  // namespace myod::myoctl
