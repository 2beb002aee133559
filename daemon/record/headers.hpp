// What stands at the front of a recording: everything needed to recompute it, and to read it without this program.
// A sensor becomes six streams of the file, in the order of `Part`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/record/recorder.hpp"
#include "dsp/stream.hpp"

namespace myod::record {

/// SENSOR.raw       double64, raw counts; the first sample of a block carries its host time
/// SENSOR.blocks    int64, one sample per block: dsp::BlockHead
/// SENSOR.commands  string: hand-overs, commands, losses (journal_text.hpp)
/// SENSOR.features, SENSOR.spectrum  double64, one sample per frame (columns in the header)
/// SENSOR.events    string
enum class Part : std::uint32_t { raw, blocks, commands, features, spectrum, events };
inline constexpr std::uint32_t part_count = 6;
inline constexpr std::array<std::string_view, part_count> part_words{"raw",      "blocks",   "commands",
                                                                     "features", "spectrum", "events"};

/// XDF stream ids count from 1.
constexpr std::uint32_t file_id(std::size_t sensor, Part part) {
  return static_cast<std::uint32_t>(sensor) * part_count + static_cast<std::uint32_t>(part) + 1;
}

/// A frame's sample: end_index, values, per channel valid_fraction, reasons, grade; then first_index, epoch.
constexpr std::size_t frame_columns(std::size_t channels, std::size_t features) {
  return 1 + channels * features + 3 * channels + 2;
}

inline constexpr std::array<std::string_view, 7> block_columns{
    "first_index", "instants", "flags", "device_counter", "host_time_ns", "uncertainty_ns", "arrival_ns"};

struct FileFacts {
  std::string program;
  std::string configuration;                 ///< TOML
  std::int64_t wall_minus_monotonic_ns = 0;  ///< recorded, never applied
  std::string datetime;                      ///< ISO 8601, UTC
};

std::string file_header(const FileFacts&);
std::string stream_header(const RecordedStream&, Part part, const FileFacts&);
/// `more`: elements beyond those of every XDF footer.
std::string stream_footer(double first_s, double last_s, std::uint64_t samples, std::string_view more);

/// A stream header as read back; nothing when it is not one of ours.
struct ReadHeader {
  RecordedStream stream;
  Part part{};
  std::size_t columns = 0;
  FileFacts facts;
};
std::optional<ReadHeader> read_header(std::string_view xml);

}  // namespace myod::record
