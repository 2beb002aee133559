// The truth file: one line per sample with what it was and what became of its frame.
//   index,time_s,monotonic_ns,sent,fate, then per input NAME_UNIT,NAME_excitation,NAME_active,NAME_spectrum_scale
// time_s counts seconds of streaming by the device's true clock; monotonic_ns is when the sample was taken: the first
// one a period after the start; sent is 1 when bytes went out, right or corrupted. What a CSV source cannot know is an
// empty field.
#pragma once

#include <array>
#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dsp/stream.hpp"
#include "tools/myosim/source.hpp"

namespace myod::myosim {

/// unheard: no host had the port open.
enum class Fate : std::uint8_t { sent, dropped, corrupted, stalled, unheard };
inline constexpr std::array<std::string_view, 5> fate_words{"sent", "dropped", "corrupted", "stalled", "unheard"};

class TruthFile {
 public:
  /// Throws std::runtime_error when it cannot be created. An empty path writes nothing.
  TruthFile(const std::string& path, std::span<const dsp::Channel> inputs, bool knows_truth);

  void write(std::uint64_t index, double time_s, std::int64_t monotonic_ns, Fate fate, std::span<const Sample> inputs);
  /// Throws std::runtime_error when not everything was written.
  void close();

 private:
  void number(double v);
  void number(std::int64_t v);

  std::string path_;
  std::ofstream out_;
  bool knows_truth_;
  std::string line_;
};

}  // namespace myod::myosim
