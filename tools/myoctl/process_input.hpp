// One input of `myoctl process`: told what it is by its first bytes and its name, run through the pipeline, written.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include "config/calibration.hpp"
#include "tools/myoctl/process.hpp"
#include "tools/myoctl/process_summary.hpp"

namespace myod::myoctl {

/// Arguments that do not go together.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Microvolts of one uV, mV or V; std::invalid_argument for any other word.
double microvolts_per(const std::string& unit);

/// Throws UsageError, std::invalid_argument for a wrong value or an input of another kind or without samples, and
/// std::runtime_error for a file that cannot be read or written; then nothing new lies in `out`.
ProcessSummary process_input(const std::filesystem::path& input, const std::filesystem::path& out,
                             const ProcessArguments& arguments, const config::Calibration& calibration);

}  // namespace myod::myoctl
