// What one pipeline hands to the next of one channel, as fields `seedCHANNEL.NAME=value` of a journal entry: every
// number in hexadecimal or whole, so that a replay begins with the same bits.
#pragma once

#include <cstddef>

#include "daemon/record/text_fields.hpp"
#include "dsp/seed.hpp"

namespace myod::record {

void write_seed(Fields& fields, std::size_t channel, const dsp::ChannelSeed& seed);

/// Its inverse; throws TextError.
dsp::ChannelSeed read_seed(FieldsIn& in, std::size_t channel);

}  // namespace myod::record
