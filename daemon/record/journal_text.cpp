#include "daemon/record/journal_text.hpp"

#include <array>

#include "daemon/record/seed_text.hpp"
#include "dsp/words.hpp"

namespace myod::record {

namespace {

struct RepetitionRow {
  std::string_view name;
  double dsp::Repetition::*member;
};
constexpr std::array<RepetitionRow, 9> repetition_rows{{{"start_s", &dsp::Repetition::start_s},
                                                        {"end_s", &dsp::Repetition::end_s},
                                                        {"peak_uv", &dsp::Repetition::peak_uv},
                                                        {"peak_ref_pct", &dsp::Repetition::peak_ref_pct},
                                                        {"mean_uv", &dsp::Repetition::mean_uv},
                                                        {"rest_before_s", &dsp::Repetition::rest_before_s},
                                                        {"mdf_hz", &dsp::Repetition::mdf_hz},
                                                        {"mnf_hz", &dsp::Repetition::mnf_hz},
                                                        {"tension_s", &dsp::Repetition::tension_s}}};

}  // namespace

std::string_view kind_of(std::string_view text) { return text.substr(0, text.find(' ')); }

std::string write_text(const HandOver& h) {
  Fields f("hand_over");
  f.value("epoch", h.epoch).value("at_index", h.at_index).value("channels", h.seeds.size());
  for (std::size_t c = 0; c < h.seeds.size(); ++c) write_seed(f, c, h.seeds[c]);
  return f.last("options", h.options);
}

HandOver read_hand_over(std::string_view text, std::uint32_t stream) {
  FieldsIn in(text);
  HandOver h;
  h.stream = stream;
  h.epoch = in.value<std::uint32_t>("epoch");
  h.at_index = in.value<std::uint64_t>("at_index");
  const auto channels = in.value<std::size_t>("channels");
  if (channels > text.size()) in.refuse("channels", "is too large");
  h.seeds.resize(channels);
  for (std::size_t c = 0; c < channels; ++c) h.seeds[c] = read_seed(in, c);
  h.options = in.last("options");
  return h;
}

std::string write_text(const dsp::Command& c) {
  return Fields("command")
      .word("what", dsp::word(dsp::command_kind_words, c.kind))
      .value("id", c.id)
      .value("channel", c.channel)
      .value("at_index", c.at_index)
      .value("seconds", c.seconds)
      .value("value", c.value)
      .value("pulses", c.pulses)
      .value("percent", c.percent)
      .word("reference", dsp::word(dsp::reference_kind_words, c.reference))
      .value("anew", c.anew ? 1 : 0)
      .last("text", c.text.view());
}

dsp::Command read_command(std::string_view text, std::uint32_t stream) {
  FieldsIn in(text);
  dsp::Command c;
  c.stream = stream;
  c.kind = in.one_of<dsp::CommandKind>("what", dsp::command_kind_words);
  c.id = in.value<std::uint64_t>("id");
  c.channel = in.value<std::int32_t>("channel");
  c.at_index = in.value<std::uint64_t>("at_index");
  c.seconds = in.value<double>("seconds");
  c.value = in.value<double>("value");
  c.pulses = in.value<std::uint64_t>("pulses");
  c.percent = in.value<double>("percent");
  c.reference = in.one_of<dsp::ReferenceKind>("reference", dsp::reference_kind_words);
  c.anew = in.value<int>("anew") != 0;
  c.text = in.last("text");
  return c;
}

std::string write_text(const Loss& l) { return Fields("loss").value("records", l.records).last("text", l.text); }

Loss read_loss(std::string_view text) {
  FieldsIn in(text);
  Loss l;
  l.records = in.value<std::uint64_t>("records");
  l.text = in.last("text");
  return l;
}

std::string write_text(const dsp::Event& e, const dsp::Repetition* repetition) {
  Fields f(dsp::word(dsp::event_kind_words, e.kind));
  f.value("channel", e.channel).value("epoch", e.epoch).value("t_event_s", e.t_event_s);
  f.value("t_decision_s", e.t_decision_s).value("value", e.value).value("host_time_ns", e.host_time_ns);
  f.value("repetition", repetition != nullptr ? repetition->number : 0U);
  if (repetition != nullptr) {
    for (const RepetitionRow& row : repetition_rows) f.value(row.name, repetition->*row.member);
    f.value("complete", repetition->complete ? 1 : 0);
  }
  return f.last("text", e.text.view());
}

RecordedEvent read_event(std::string_view text, std::uint32_t stream) {
  FieldsIn in(text);
  RecordedEvent r;
  const auto kind = dsp::from_word<dsp::EventKind>(dsp::event_kind_words, kind_of(text));
  if (!kind) in.refuse("kind", "is an unknown word");
  dsp::Event& e = r.event;
  e.kind = *kind;
  e.stream = stream;
  e.channel = in.value<std::int32_t>("channel");
  e.epoch = in.value<std::uint32_t>("epoch");
  e.t_event_s = in.value<double>("t_event_s");
  e.t_decision_s = in.value<double>("t_decision_s");
  e.value = in.value<double>("value");
  e.host_time_ns = in.value<std::int64_t>("host_time_ns");
  if (const auto number = in.value<std::uint32_t>("repetition"); number != 0) {
    dsp::Repetition& p = r.repetition.emplace();
    p.stream = stream;
    p.epoch = e.epoch;
    p.channel = e.channel;
    p.number = number;
    for (const RepetitionRow& row : repetition_rows) p.*row.member = in.value<double>(row.name);
    p.complete = in.value<int>("complete") != 0;
  }
  e.text = in.last("text");
  return r;
}

}  // namespace myod::record
