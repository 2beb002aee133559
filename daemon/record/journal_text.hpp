// Journal entries and events as the text of a string stream: `kind key=value key=value ... last=rest`. Made to be read
// by people in any XDF viewer and to keep every bit: doubles are written shortest round-trip, seeds in hexadecimal. The
// last value takes the rest of the text as it is, so it may hold spaces and line ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/record/text_fields.hpp"
#include "dsp/command.hpp"
#include "dsp/results.hpp"
#include "dsp/seed.hpp"

namespace myod::record {

/// A pipeline begins: with which seed, which options.
struct HandOver {
  std::uint32_t stream = 0;
  std::uint32_t epoch = 0;
  std::uint64_t at_index = 0;
  std::vector<dsp::ChannelSeed> seeds;
  std::string options;  ///< TOML
};

/// From here on the journal has holes: a replay claims nothing. Ends with the next recording, not earlier.
struct Loss {
  std::uint64_t records = 0;  ///< how many were dropped so far
  std::string text;           ///< why
};

struct RecordedEvent {
  dsp::Event event;
  std::optional<dsp::Repetition> repetition;
};

std::string write_text(const HandOver&);
std::string write_text(const dsp::Command&);
std::string write_text(const Loss&);
std::string write_text(const dsp::Event&, const dsp::Repetition* repetition);

/// The first word of an entry: hand_over, command, loss, or the kind of an event.
std::string_view kind_of(std::string_view text);

/// The inverses; `stream` is not in the text but in the stream that holds it. Throw TextError.
HandOver read_hand_over(std::string_view text, std::uint32_t stream);
dsp::Command read_command(std::string_view text, std::uint32_t stream);
Loss read_loss(std::string_view text);
RecordedEvent read_event(std::string_view text, std::uint32_t stream);

}  // namespace myod::record
