#include "daemon/record/journal_text.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <type_traits>

#include "dsp/words.hpp"

namespace myod::record {

namespace {

/// What was read as a NaN has the bits of the NaN that was written: from_chars leaves a payload of its own.
double plain(double v) {
  return std::isnan(v) ? std::copysign(std::numeric_limits<double>::quiet_NaN(), std::signbit(v) ? -1.0 : 1.0) : v;
}

template <typename T>
std::string number(T value) {
  char buffer[64];
  const auto r = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, r.ptr};
}

class Fields {
 public:
  explicit Fields(std::string_view kind) : text_(kind) {}
  Fields& word(std::string_view key, std::string_view value) {
    text_.append(" ").append(key).append("=").append(value);
    return *this;
  }
  template <typename T>
  Fields& value(std::string_view key, T v) {
    return word(key, number(v));
  }
  std::string last(std::string_view key, std::string_view rest) { return std::move(word(key, rest).text_); }

 private:
  std::string text_;
};

/// Keys are read in the order in which they were written; what is not asked for is skipped.
class FieldsIn {
 public:
  explicit FieldsIn(std::string_view text) : text_(text), rest_(text) {}

  std::string_view word(std::string_view key) {
    const std::string_view from = after(key);
    const std::size_t end = std::min(from.find(' '), from.size());
    rest_ = from.substr(end);
    return from.substr(0, end);
  }

  template <typename T>
  T value(std::string_view key) {
    const std::string_view w = word(key);
    T v{};
    const auto r = std::from_chars(w.data(), w.data() + w.size(), v);
    if (r.ec != std::errc() || r.ptr != w.data() + w.size()) refuse(key, "is no number");
    if constexpr (std::is_same_v<T, double>) v = plain(v);
    return v;
  }

  double hexadecimal(std::string_view key) {
    const auto v = parse_hex(word(key));
    if (!v) refuse(key, "is no hexadecimal number");
    return *v;
  }

  template <typename Enum, std::size_t N>
  Enum one_of(std::string_view key, const std::array<std::string_view, N>& words) {
    const auto e = dsp::from_word<Enum>(words, word(key));
    if (!e) refuse(key, "is an unknown word");
    return *e;
  }

  std::string_view last(std::string_view key) { return after(key); }

  [[noreturn]] void refuse(std::string_view key, std::string_view why) const {
    throw TextError("journal entry \"" + std::string(text_.substr(0, 80)) + "\": " + std::string(key) + " " +
                    std::string(why));
  }

 private:
  std::string_view after(std::string_view key) const {
    const std::string pattern = std::string(" ").append(key).append("=");
    const std::size_t at = rest_.find(pattern);
    if (at == std::string_view::npos) refuse(key, "is missing");
    return rest_.substr(at + pattern.size());
  }

  std::string_view text_, rest_;
};

std::string seed_key(std::size_t channel, std::string_view name) {
  return "seed" + std::to_string(channel) + "." + std::string(name);
}

/// The numbers of a seed, in the order of the text.
template <typename T>
struct SeedRow {
  std::string_view name;
  T& (*of)(dsp::ChannelSeed&);
};
using Seed = dsp::ChannelSeed;
constexpr std::array seed_doubles{
    SeedRow<double>{"rest_uv", [](Seed& s) -> double& { return s.rest_uv; }},
    SeedRow<double>{"calibrated_rest_uv", [](Seed& s) -> double& { return s.calibrated_rest_uv; }},
    SeedRow<double>{"reference_uv", [](Seed& s) -> double& { return s.reference_uv; }},
    SeedRow<double>{"reference_percent", [](Seed& s) -> double& { return s.reference_percent; }},
    SeedRow<double>{"session_peak_uv", [](Seed& s) -> double& { return s.session_peak_uv; }},
    SeedRow<double>{"tension_s", [](Seed& s) -> double& { return s.tension_s; }},
    SeedRow<double>{"last_repetition_end_s", [](Seed& s) -> double& { return s.last_repetition_end_s; }},
    SeedRow<double>{"repetition_rest_uv", [](Seed& s) -> double& { return s.repetition_rest_uv; }},
    SeedRow<double>{"onset_s", [](Seed& s) -> double& { return s.onset.s; }},
    SeedRow<double>{"onset_q", [](Seed& s) -> double& { return s.onset.q; }},
    SeedRow<double>{"start_s", [](Seed& s) -> double& { return s.repetition.start_s; }},
    SeedRow<double>{"below_s", [](Seed& s) -> double& { return s.repetition.below_s; }},
    SeedRow<double>{"sofar_peak_uv", [](Seed& s) -> double& { return s.repetition.sofar.peak_uv; }},
    SeedRow<double>{"sofar_sum_uv", [](Seed& s) -> double& { return s.repetition.sofar.sum_uv; }},
    SeedRow<double>{"pending_peak_uv", [](Seed& s) -> double& { return s.repetition.pending.peak_uv; }},
    SeedRow<double>{"pending_sum_uv", [](Seed& s) -> double& { return s.repetition.pending.sum_uv; }},
    SeedRow<double>{"mains_found_hz", [](Seed& s) -> double& { return s.mains_found_hz; }},
    SeedRow<double>{"mains_hz", [](Seed& s) -> double& { return s.mains_hz; }},
    SeedRow<double>{"expected_until_s", [](Seed& s) -> double& { return s.expectation.until_s; }},
    SeedRow<double>{"last_valid_s", [](Seed& s) -> double& { return s.repetition.last_valid_s; }},
};
constexpr std::array seed_counts{
    SeedRow<std::uint64_t>{"onsets", [](Seed& s) -> std::uint64_t& { return s.onsets; }},
    SeedRow<std::uint64_t>{"zero_index", [](Seed& s) -> std::uint64_t& { return s.onset.zero_index; }},
    SeedRow<std::uint64_t>{"since_zero", [](Seed& s) -> std::uint64_t& { return s.onset.since_zero; }},
    SeedRow<std::uint64_t>{"onset_index", [](Seed& s) -> std::uint64_t& { return s.onset.onset_index; }},
    SeedRow<std::uint64_t>{"sofar_hops", [](Seed& s) -> std::uint64_t& { return s.repetition.sofar.hops; }},
    SeedRow<std::uint64_t>{"pending_hops", [](Seed& s) -> std::uint64_t& { return s.repetition.pending.hops; }},
};
constexpr std::array seed_flags{
    SeedRow<bool>{"active", [](Seed& s) -> bool& { return s.onset.active; }},
    SeedRow<bool>{"started", [](Seed& s) -> bool& { return s.onset.started; }},
    SeedRow<bool>{"complete", [](Seed& s) -> bool& { return s.repetition.complete; }},
    SeedRow<bool>{"after_gap", [](Seed& s) -> bool& { return s.repetition.after_gap; }},
    SeedRow<bool>{"told_at_gap", [](Seed& s) -> bool& { return s.repetition.told_at_gap; }},
    SeedRow<bool>{"unexpected_told", [](Seed& s) -> bool& { return s.expectation.told; }},
    SeedRow<bool>{"clonus", [](Seed& s) -> bool& { return s.clonus; }},
    SeedRow<bool>{"rest_lost", [](Seed& s) -> bool& { return s.repetition.rest_lost; }},
};

/// The doubles of a point of a trend.
constexpr std::array point_members{&dsp::TrendPoints::Point::t_s, &dsp::TrendPoints::Point::mnf_hz,
                                   &dsp::TrendPoints::Point::mdf_hz, &dsp::TrendPoints::Point::log_arv,
                                   &dsp::TrendPoints::Point::log_finsm5};

/// merged, in_waiting, then the points with the waiting one last, everything in one word.
std::string trend_word(const dsp::TrendPoints& trend) {
  std::string text = std::to_string(trend.merged) + ',' + std::to_string(trend.in_waiting);
  const auto add = [&](const dsp::TrendPoints::Point& p) {
    for (const auto member : point_members) text.append(",").append(hex(p.*member));
  };
  for (std::uint32_t i = 0; i < trend.count; ++i) add(trend.points.at(i));
  add(trend.waiting);
  return text;
}

/// What stands between commas in one word.
class Parts {
 public:
  Parts(const FieldsIn& in, std::string_view key, std::string_view word) : in_(in), key_(key), rest_(word) {}

  bool more() const { return !rest_.empty(); }
  std::uint32_t whole() {
    const std::string_view part = next();
    std::uint32_t n = 0;
    const auto r = std::from_chars(part.data(), part.data() + part.size(), n);
    if (r.ec != std::errc() || r.ptr != part.data() + part.size()) refuse("holds what is no whole number");
    return n;
  }
  double hexadecimal() {
    const auto v = parse_hex(next());
    if (!v) refuse("holds what is no hexadecimal number");
    return *v;
  }
  [[noreturn]] void refuse(std::string_view why) const { in_.refuse(key_, why); }

 private:
  std::string_view next() {
    const std::string_view part = rest_.substr(0, rest_.find(','));
    rest_.remove_prefix(std::min(part.size() + 1, rest_.size()));
    return part;
  }

  const FieldsIn& in_;
  std::string_view key_, rest_;
};

dsp::TrendPoints read_trend(FieldsIn& in, std::string_view key) {
  Parts parts(in, key, in.word(key));
  dsp::TrendPoints trend;
  trend.merged = parts.whole();
  trend.in_waiting = parts.whole();
  if (trend.merged == 0 || trend.in_waiting > trend.merged) parts.refuse("is no trend");
  while (true) {
    dsp::TrendPoints::Point p;
    for (const auto member : point_members) p.*member = parts.hexadecimal();
    if (!parts.more()) {
      trend.waiting = p;
      return trend;
    }
    if (trend.count == trend.points.size()) parts.refuse("has too many points");
    trend.points.at(trend.count++) = p;
  }
}

/// parameter, rest, then the moments; the method's word stands before.
std::string baseline_word(const dsp::OnsetBaseline& b) {
  std::string text(dsp::word(dsp::onset_method_words, b.method));
  for (const double v : {b.parameter, b.rest_uv}) text.append(",").append(hex(v));
  for (const double v : b.moments) text.append(",").append(hex(v));
  return text;
}

dsp::OnsetBaseline read_baseline(FieldsIn& in, std::string_view key) {
  const std::string_view word = in.word(key), method = word.substr(0, word.find(','));
  const auto known = dsp::from_word<dsp::OnsetMethod>(dsp::onset_method_words, method);
  if (!known) in.refuse(key, "is of an unknown method");
  Parts parts(in, key, word.substr(std::min(method.size() + 1, word.size())));
  dsp::OnsetBaseline b;
  b.method = *known;
  b.parameter = parts.hexadecimal();
  b.rest_uv = parts.hexadecimal();
  for (double& v : b.moments) v = parts.hexadecimal();
  if (parts.more()) parts.refuse("has too many numbers");
  return b;
}

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

std::string hex(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
  char buffer[64];
  const auto r = std::to_chars(buffer, buffer + sizeof buffer, std::abs(value), std::chars_format::hex);
  return (std::signbit(value) ? "-0x" : "0x") + std::string(buffer, r.ptr);
}

std::optional<double> parse_hex(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.starts_with("0x")) text.remove_prefix(2);
  double v = 0.0;
  const auto r = std::from_chars(text.data(), text.data() + text.size(), v, std::chars_format::hex);
  if (r.ec != std::errc() || r.ptr != text.data() + text.size()) return std::nullopt;
  return plain(negative ? -v : v);
}

std::string_view kind_of(std::string_view text) { return text.substr(0, text.find(' ')); }

std::string write_text(const HandOver& h) {
  Fields f("hand_over");
  f.value("epoch", h.epoch).value("at_index", h.at_index).value("channels", h.seeds.size());
  for (std::size_t c = 0; c < h.seeds.size(); ++c) {
    dsp::ChannelSeed s = h.seeds[c];
    for (const auto& row : seed_doubles) f.word(seed_key(c, row.name), hex(row.of(s)));
    for (const auto& row : seed_counts) f.value(seed_key(c, row.name), row.of(s));
    for (const auto& row : seed_flags) f.value(seed_key(c, row.name), row.of(s) ? 1 : 0);
    f.word(seed_key(c, "reference_kind"), dsp::word(dsp::reference_kind_words, s.reference_kind));
    f.value(seed_key(c, "reference_earlier"), s.reference_earlier ? 1 : 0);
    f.value(seed_key(c, "repetitions"), s.repetitions);
    f.word(seed_key(c, "phase"), dsp::word(dsp::repetition_phase_words, s.repetition.phase));
    f.word(seed_key(c, "trend"), trend_word(s.trend));
    f.word(seed_key(c, "baseline"), baseline_word(s.onset.baseline));
  }
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
  for (std::size_t c = 0; c < channels; ++c) {
    dsp::ChannelSeed& s = h.seeds[c];
    for (const auto& row : seed_doubles) row.of(s) = in.hexadecimal(seed_key(c, row.name));
    for (const auto& row : seed_counts) row.of(s) = in.value<std::uint64_t>(seed_key(c, row.name));
    for (const auto& row : seed_flags) row.of(s) = in.value<int>(seed_key(c, row.name)) != 0;
    s.reference_kind = in.one_of<dsp::ReferenceKind>(seed_key(c, "reference_kind"), dsp::reference_kind_words);
    s.reference_earlier = in.value<int>(seed_key(c, "reference_earlier")) != 0;
    s.repetitions = in.value<std::uint32_t>(seed_key(c, "repetitions"));
    s.repetition.phase = in.one_of<dsp::RepetitionPhase>(seed_key(c, "phase"), dsp::repetition_phase_words);
    s.trend = read_trend(in, seed_key(c, "trend"));
    s.onset.baseline = read_baseline(in, seed_key(c, "baseline"));
  }
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
