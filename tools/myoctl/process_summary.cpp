#include "tools/myoctl/process_summary.hpp"

#include <algorithm>

#include "tools/myoctl/json.hpp"
#include "tools/myoctl/table.hpp"
#include "tools/myoctl/text.hpp"

namespace myod::myoctl {

namespace {

double share(std::uint64_t part, const ChannelSummary& c) {
  return c.frames == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(c.frames);
}

std::string percent(std::uint64_t part, const ChannelSummary& c) {
  const double p = 100.0 * share(part, c);
  return (p > 0.0 && p < 1.0 ? "<1" : number(p, 0)) + " %";
}

/// "ok 93 %, degraded 7 % (gap 5 %, saturated 3 %)": how many amplitude rows are how good, and why not.
std::string quality_text(const ChannelSummary& c) {
  std::string grades, reasons;
  for (std::size_t i = 0; i < c.of_grade.size(); ++i)
    if (c.of_grade[i] > 0)
      grades += (grades.empty() ? "" : ", ") + std::string(dsp::severity_words[i]) + " " + percent(c.of_grade[i], c);
  for (std::size_t i = 0; i < c.of_reason.size(); ++i)
    if (c.of_reason[i] > 0)
      reasons +=
          (reasons.empty() ? "" : ", ") + std::string(dsp::reason_table[i].word) + " " + percent(c.of_reason[i], c);
  return grades + (reasons.empty() ? "" : " (" + reasons + ")");
}

}  // namespace

std::vector<std::string> summary_lines(const ProcessSummary& s) {
  Table table({"channel", "sensor", "rate", "duration", "samples", "gaps", "lost", "repetitions", "quality"}, 2, 7);
  for (const ChannelSummary& c : s.channels)
    table.add({c.channel, c.sensor, number(c.rate_hz, 0) + " Hz", number(c.duration_s(), 1) + " s",
               std::to_string(c.samples), std::to_string(c.gaps), std::to_string(c.lost), std::to_string(c.repetitions),
               quality_text(c)});
  std::vector<std::string> lines = table.lines();
  std::string files;
  for (const std::string& f : s.files) files += (files.empty() ? "" : " ") + f;
  lines.push_back(printable(s.input.string() + ": wrote " + files + " to " + s.out.string()) +
                  (s.replaced ? ", in place of an earlier result" : ""));
  return lines;
}

std::string summary_json(const ProcessSummary& s) {
  Json json;
  json.open_object().field("input", s.input.string()).field("out", s.out.string()).list("files", s.files);
  json.field("replaced", s.replaced).key("channels").open_array();
  for (const ChannelSummary& c : s.channels) {
    json.open_object().field("channel", c.channel).field("sensor", c.sensor).field("rate_hz", c.rate_hz);
    json.field("duration_s", c.duration_s()).field("samples", c.samples).field("lost", c.lost).field("gaps", c.gaps);
    json.field("onsets", c.onsets).field("repetitions", c.repetitions).key("quality").open_object();
    for (std::size_t i = 0; i < c.of_grade.size(); ++i) json.field(dsp::severity_words[i], share(c.of_grade[i], c));
    json.close_object().key("reasons").open_object();
    for (std::size_t i = 0; i < c.of_reason.size(); ++i)
      if (c.of_reason[i] > 0) json.field(dsp::reason_table[i].word, share(c.of_reason[i], c));
    json.close_object().close_object();
  }
  return json.close_array().list("notes", s.notes).close_object().text();
}

}  // namespace myod::myoctl
