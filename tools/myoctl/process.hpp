// `myoctl process`: the daemon's own pipeline on files. CSV tables or recordings (XDF, told apart by their first bytes)
// in, the CSV files of amplitudes, spectra, events, repetitions and streams out. Faster than real time, constant
// memory.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
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
  std::filesystem::path out;                         ///< --out: a folder, made when it is missing
};

/// Everything, including what goes to stderr. Returns the exit code: 0 done, 1 failed while running (a file unreadable,
/// a bad row), 2 arguments that do not go together, 78 a wrong value or option.
int run_process(const ProcessArguments& arguments);

}  // namespace myod::myoctl
