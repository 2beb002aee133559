// A calibration file: what is known of a person before the first sample, as commands to a pipeline. It belongs to one
// application of the electrodes: amplitude changes with every new placement (clinical.md).
//   [channel.biceps]
//   rest_uv = 3.1               # rest level
//   reference_uv = 412.0        # amplitude of the reference contraction
//   reference_kind = "mvc"      # mvc, submax, task_peak, mmax; needed with reference_uv
//   percent = 100               # the effort of the reference contraction, % of the maximum; 100 when absent
//   trials_uv = [398.2, 412.0]  # every accepted trial of this reference, in order; for the reader
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsp/command.hpp"
#include "dsp/stream.hpp"

namespace myod::config {

struct ChannelCalibration {
  std::string channel;
  std::string place;  ///< FILE:LINE
  std::optional<double> rest_uv, reference_uv;
  dsp::ReferenceKind reference_kind = dsp::ReferenceKind::none;
  double percent = 100.0;
  std::vector<double> trials_uv;
};

using Calibration = std::vector<ChannelCalibration>;

/// Throws std::invalid_argument with FILE:LINE, key, value and what is allowed; std::runtime_error when unreadable.
Calibration read_calibration(const std::filesystem::path& file);

/// As a file; read_calibration gives the same numbers back. `heading` becomes comment lines.
std::string print(const Calibration&, std::string_view heading);

/// The commands for one stream: set_rest, then set_reference, in the order of the file.
std::vector<dsp::Command> calibration_commands(const Calibration&, const dsp::Stream&, std::uint32_t stream_index);

/// Throws std::invalid_argument when a channel of the file is an EMG channel of none of the streams.
void check_channels(const Calibration&, const std::vector<dsp::Stream>&);

}  // namespace myod::config
