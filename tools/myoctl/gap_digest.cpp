// Gaps counted until their second is over; see gap_digest.hpp.
#include "tools/myoctl/gap_digest.hpp"

#include <algorithm>
#include <cmath>

#include "dsp/results.hpp"
#include "dsp/words.hpp"
#include "tools/myoctl/text.hpp"

namespace myod::myoctl {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

}  // namespace

bool GapDigest::shows(const v1::Event& event, const std::string& sensor, double rate_hz, std::int64_t now_ns) {
  if (event.kind() != dsp::word(dsp::event_kind_words, dsp::EventKind::gap)) return true;
  const auto [held, first] = held_.try_emplace({sensor, event.channel()});
  Held& h = held->second;
  if (first || (h.line.gaps == 0 && now_ns - h.shown_ns >= second_ns)) {
    h.shown_ns = now_ns;
    return true;
  }
  h.line.where = event.channel().empty() ? sensor : event.channel();
  h.line.until_s = event.t_decision_s();
  h.line.lost_s += event.value();
  h.line.samples += static_cast<std::uint64_t>(std::llround(event.value() * rate_hz));
  ++h.line.gaps;
  return false;
}

std::vector<GapDigest::Line> GapDigest::take(std::int64_t now_ns) {
  std::vector<Line> due;
  for (auto& [whose, h] : held_) {
    if (h.line.gaps == 0 || now_ns - h.shown_ns < second_ns) continue;
    due.push_back(h.line);
    h = {now_ns, {}};
  }
  return due;
}

std::optional<std::int64_t> GapDigest::due_ns() const {
  std::optional<std::int64_t> next;
  for (const auto& [whose, h] : held_)
    if (h.line.gaps > 0) next = std::min(next.value_or(h.shown_ns + second_ns), h.shown_ns + second_ns);
  return next;
}

std::string text_of(const GapDigest::Line& line) {
  return counted(line.gaps, "more gap", "more gaps") + ", " + counted(line.samples, "sample", "samples") + " (" +
         number(1000.0 * line.lost_s, 0) + " ms) lost";
}

}  // namespace myod::myoctl
