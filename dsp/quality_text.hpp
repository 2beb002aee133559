// The quality of a number as one text for files, wire and screen: "ok", or the grade and every reason for it,
// "degraded:mains,saturated", in the order of the reason table.
#pragma once

#include <cstdint>
#include <string>

#include "dsp/quality.hpp"
#include "dsp/words.hpp"

namespace myod::dsp {

inline std::string quality_text(std::uint32_t reasons, Severity grade) {
  std::string text(word(severity_words, grade));
  char before = ':';
  for (const ReasonRow& row : reason_table) {
    if ((reasons & row.reason) == 0) continue;
    text += before;
    text += row.word;
    before = ',';
  }
  return text;
}

}  // namespace myod::dsp
