// The channels that most kinds have: analogue ones alike, and others one at a time.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "dsp/stream.hpp"

namespace myod::sensors {

/// What a converter gives: microvolt a count, the count that means zero, the smallest and the largest.
struct Converter {
  double uv_per_count = 1.0, zero = 0.0, low = 0.0, high = 0.0;
};

/// Of `bits` bits, unsigned, zero in the middle; the whole range is full_scale_v volts behind an amplifier.
inline Converter unsigned_converter(std::int64_t bits, double full_scale_v, double gain) {
  const auto codes = static_cast<double>(std::uint64_t{1} << static_cast<unsigned>(bits));
  return {full_scale_v / codes / gain * 1e6, codes / 2.0, 0.0, codes - 1.0};
}

/// Of `bits` bits, signed; the largest count is reference_v volts behind an amplifier.
inline Converter signed_converter(std::int64_t bits, double reference_v, double gain) {
  const auto top = static_cast<double>((std::uint64_t{1} << static_cast<unsigned>(bits - 1)) - 1);
  return {reference_v / top / gain * 1e6, 0.0, -top - 1.0, top};
}

/// ch1, ch2 and so on.
inline std::vector<dsp::Channel> analogue_channels(std::uint32_t count, const Converter& converter) {
  std::vector<dsp::Channel> list(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    list[i].name = "ch" + std::to_string(i + 1);
    list[i].scale = converter.uv_per_count;
    list[i].offset = converter.zero;
    list[i].rail_low = converter.low;
    list[i].rail_high = converter.high;
  }
  return list;
}

/// value = count * scale in `unit`, counts low..high.
inline dsp::Channel other_channel(std::string name, dsp::ChannelKind kind, std::string unit, double scale, double low,
                                  double high) {
  dsp::Channel channel;
  channel.name = std::move(name);
  channel.kind = kind;
  channel.unit = std::move(unit);
  channel.scale = scale;
  channel.rail_low = low;
  channel.rail_high = high;
  return channel;
}

}  // namespace myod::sensors
