// The quality of a number as one text for files, wire and screen: "ok", or the grade and every reason for it,
// "degraded:mains,saturated", in the order of the reason table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "dsp/quality.hpp"
#include "dsp/words.hpp"

namespace myod::dsp {

/// "mains,saturated"; empty without any.
inline std::string reasons_text(std::uint32_t reasons) {
  std::string text;
  for (const ReasonRow& row : reason_table)
    if ((reasons & row.reason) != 0) (text += text.empty() ? "" : ",") += row.word;
  return text;
}

inline std::string quality_text(std::uint32_t reasons, Severity grade) {
  const std::string grade_word(word(severity_words, grade)), why = reasons_text(reasons);
  return why.empty() ? grade_word : grade_word + ":" + why;
}

/// What it means and what to do, for people: "an electrode is off: press the electrode on; ..."; the gravest first.
inline std::string advice_text(std::uint32_t reasons) {
  std::string text;
  for (std::size_t severity = severity_words.size(); severity-- > 0;)
    for (const ReasonRow& row : reason_table)
      if ((reasons & row.reason) != 0 && static_cast<std::size_t>(row.severity) == severity)
        (((text += text.empty() ? "" : "; ") += row.meaning) += ": ") += row.remedy;
  return text;
}

}  // namespace myod::dsp
