// The dsp nouns as messages of the wire: doubles become floats here and nowhere else. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "dsp/options.hpp"
#include "dsp/pairs/pairs.hpp"
#include "dsp/results.hpp"
#include "dsp/stream.hpp"
#include "myod/v1/myod.pb.h"

namespace myod::proto {

/// Channels, feature tables, conditioning with its delays, and what the rate cannot support. sensor_kind and
/// config_hash are the caller's to fill in.
v1::Stream describe(const dsp::Stream& stream, const dsp::Options& options, std::uint32_t index, std::uint32_t epoch);

v1::Kind kind(dsp::FrameKind kind);

/// `rate_hz`: the stream's nominal rate, which gives the time of the first sample from that of the last.
v1::Frame convert(const dsp::FeatureFrame& frame, double rate_hz, std::uint64_t sequence, std::int64_t written_ns);

/// `channel`: name of event.channel, empty when the event concerns the whole stream. `repetition` may be null.
v1::Event convert(const dsp::Event& event, const dsp::Repetition* repetition, std::string_view channel,
                  std::uint64_t sequence);

/// `names`: of the pair frame.pair is the index of.
v1::PairFrame convert(const dsp::PairFrame& frame, const dsp::PairNames& names, std::uint64_t sequence,
                      std::int64_t written_ns);

}  // namespace myod::proto
