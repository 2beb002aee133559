// What `myoctl process` says when an input is done: per channel how long, how much, how good, and the files it wrote.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "dsp/quality.hpp"
#include "dsp/stream.hpp"

namespace myod::myoctl {

/// One EMG channel.
struct ChannelSummary {
  std::string sensor, channel;
  double rate_hz = 0.0;
  std::uint64_t samples = 0;  ///< that came
  std::uint64_t lost = 0;     ///< that did not, or came without a number
  std::uint64_t gaps = 0, onsets = 0, repetitions = 0;
  std::uint64_t frames = 0;  ///< amplitude frames: what the two counts below are out of
  std::array<std::uint64_t, dsp::severity_words.size()> of_grade{};
  std::array<std::uint64_t, dsp::reason_table.size()> of_reason{};

  /// From the first sample to the last, lost ones included.
  double duration_s() const { return static_cast<double>(samples + lost) / rate_hz; }
};

/// Of one stream of an input.
struct StreamArrivals {
  double t0_s = 0.0;           ///< CLOCK_MONOTONIC seconds of sample 0, by the first block; 0 for a table
  std::uint64_t instants = 0;  ///< that came
};

struct ProcessSummary {
  std::filesystem::path input, out;
  std::vector<ChannelSummary> channels;
  std::vector<std::string> files;  ///< names in `out`
  bool replaced = false;           ///< an earlier result lay there
  std::vector<std::string> notes;  ///< what is to be known about it; goes to stderr
};

/// For people, a line each.
std::vector<std::string> summary_lines(const ProcessSummary& summary);
/// One JSON object.
std::string summary_json(const ProcessSummary& summary);

}  // namespace myod::myoctl
