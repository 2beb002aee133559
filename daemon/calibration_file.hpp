// What was calibrated since the daemon began, which is one application of the electrodes. Kept as
// DATA/calibrations/STAMP.toml, which `--set calibration.file=` and `myoctl process --calibration` read; written anew
// by the worker after every accepted trial (a new file, synced, then renamed over the old), so it is whole at any time.
#pragma once

#include <functional>
#include <string>

#include "config/calibration.hpp"
#include "config/options.hpp"
#include "daemon/worker.hpp"

namespace myod::daemon {

/// The file that `calibration.file` names; empty when it names none. Throws config::ConfigError.
config::Calibration earlier_calibration(const config::Configuration&);

class CalibrationFile {
 public:
  CalibrationFile(const std::string& data_dir, Worker& worker);

  void rest(const std::string& channel, double uv);
  /// Adds a trial; one of another kind or effort begins anew, `anew` too. Returns what the trials so far say, for
  /// people: how many there are, whether the best two agree, what to do next (clinical.md, maximum trials).
  std::string reference(const std::string& channel, dsp::ReferenceKind kind, double percent, double uv, bool anew);

  /// `done` gets an empty text, or why the file could not be written.
  void write(const std::function<void(const std::string& error)>& done);
  const std::string& path() const { return path_; }

 private:
  config::ChannelCalibration& of(const std::string& channel);

  std::string path_;
  std::string heading_;
  config::Calibration calibration_;
  Worker& worker_;
};

}  // namespace myod::daemon
