// Digital channels: levels in, their changes out, at the very sample. A sample without a number changes nothing. What
// changed while samples were lost is told at the first one after the gap, and as such.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "dsp/seed.hpp"
#include "dsp/stream.hpp"

namespace myod::dsp {

struct Edge {
  std::uint64_t index = 0;  ///< of the first sample with the new level
  std::size_t channel = 0;
  double from = 0.0, to = 0.0;  ///< in the channel's unit
  bool in_gap = false;          ///< it changed somewhere in the gap that ends at `index`
};

class Edges {
 public:
  explicit Edges(const Stream& stream) : channels_(stream.channels.size()) {
    for (std::size_t c = 0; c < channels_; ++c)
      if (const Channel& channel = stream.channels[c]; channel.kind == ChannelKind::digital)
        lines_.push_back({c, channel.offset, channel.scale, std::numeric_limits<double>::quiet_NaN(), false});
  }

  /// A run of samples, raw[row * channels + c], of which the first has `index`.
  void begin(const double* raw, std::size_t rows, std::uint64_t index) noexcept {
    raw_ = raw, rows_ = rows, first_ = index, row_ = line_ = 0;
  }
  /// The next change of the run at or before sample `last`, in order of sample and channel.
  std::optional<Edge> next(std::uint64_t last) noexcept {
    for (; row_ < rows_ && first_ + row_ <= last; ++row_, line_ = 0)
      while (line_ < lines_.size())
        if (const auto edge = look(lines_[line_++])) return edge;
    return std::nullopt;
  }
  void gap() noexcept {
    for (Line& line : lines_) line.after_gap = true;
  }

  /// By stream channel: what changed exactly where a pipeline replaced another is told, too.
  void take_seed(std::span<ChannelSeed> out) const noexcept {
    for (const Line& line : lines_)
      out[line.channel].level = line.level, out[line.channel].level_after_gap = line.after_gap;
  }
  void plant_seed(std::span<const ChannelSeed> seed) noexcept {
    for (Line& line : lines_)
      line.level = seed[line.channel].level, line.after_gap = seed[line.channel].level_after_gap;
  }

 private:
  struct Line {
    std::size_t channel;
    double offset, scale, level;  // level: NaN before the first sample
    bool after_gap;
  };

  std::optional<Edge> look(Line& line) const noexcept {
    const double level = (raw_[row_ * channels_ + line.channel] - line.offset) * line.scale;
    if (level - level != 0.0) return std::nullopt;
    const Edge edge{first_ + row_, line.channel, line.level, level, line.after_gap};
    line.after_gap = false;
    line.level = level;
    const bool changed = edge.from - edge.from == 0.0 && edge.from != edge.to;
    return changed ? std::optional(edge) : std::nullopt;
  }

  std::size_t channels_;
  std::vector<Line> lines_;
  const double* raw_ = nullptr;
  std::size_t rows_ = 0, row_ = 0, line_ = 0;
  std::uint64_t first_ = 0;
};

}  // namespace myod::dsp
