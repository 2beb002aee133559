#include "daemon/record/seed_text.hpp"

#include <array>

#include "dsp/words.hpp"

namespace myod::record {

namespace {

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
    SeedRow<double>{"level", [](Seed& s) -> double& { return s.level; }},
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
    SeedRow<bool>{"level_after_gap", [](Seed& s) -> bool& { return s.level_after_gap; }},
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

/// steps_seen, in_step, learned, then the numbers.
std::string learning_word(const dsp::RestLearning& l) {
  std::string text = std::to_string(l.steps_seen);
  for (const std::uint32_t n : {l.in_step, l.learned}) text.append(",").append(std::to_string(n));
  for (const double v : {l.step, l.quietest}) text.append(",").append(hex(v));
  for (const double v : l.steps) text.append(",").append(hex(v));
  return text;
}

dsp::RestLearning read_learning(FieldsIn& in, std::string_view key) {
  Parts parts(in, key, in.word(key));
  dsp::RestLearning l;
  for (std::uint32_t* n : {&l.steps_seen, &l.in_step, &l.learned}) *n = parts.whole();
  for (double* v : {&l.step, &l.quietest}) *v = parts.hexadecimal();
  for (double& v : l.steps) v = parts.hexadecimal();
  if (parts.more()) parts.refuse("has too many numbers");
  return l;
}

/// How many, then these.
std::string efforts_word(const dsp::FirstEfforts& e) {
  std::string text = std::to_string(e.count);
  for (std::uint32_t i = 0; i < e.count; ++i) text.append(",").append(hex(e.uv.at(i)));
  return text;
}

dsp::FirstEfforts read_efforts(FieldsIn& in, std::string_view key) {
  Parts parts(in, key, in.word(key));
  dsp::FirstEfforts e;
  e.count = parts.whole();
  if (e.count > e.uv.size()) parts.refuse("has too many numbers");
  for (std::uint32_t i = 0; i < e.count; ++i) e.uv.at(i) = parts.hexadecimal();
  if (parts.more()) parts.refuse("has too many numbers");
  return e;
}

}  // namespace

void write_seed(Fields& f, std::size_t channel, const dsp::ChannelSeed& seed) {
  dsp::ChannelSeed s = seed;
  for (const auto& row : seed_doubles) f.word(seed_key(channel, row.name), hex(row.of(s)));
  for (const auto& row : seed_counts) f.value(seed_key(channel, row.name), row.of(s));
  for (const auto& row : seed_flags) f.value(seed_key(channel, row.name), row.of(s) ? 1 : 0);
  f.word(seed_key(channel, "reference_kind"), dsp::word(dsp::reference_kind_words, s.reference_kind));
  f.value(seed_key(channel, "reference_earlier"), s.reference_earlier ? 1 : 0);
  f.value(seed_key(channel, "repetitions"), s.repetitions);
  f.word(seed_key(channel, "phase"), dsp::word(dsp::repetition_phase_words, s.repetition.phase));
  f.word(seed_key(channel, "trend"), trend_word(s.trend));
  f.word(seed_key(channel, "baseline"), baseline_word(s.onset.baseline));
  f.word(seed_key(channel, "learning"), learning_word(s.onset.learning));
  f.word(seed_key(channel, "first_efforts"), efforts_word(s.first_efforts));
}

dsp::ChannelSeed read_seed(FieldsIn& in, std::size_t channel) {
  dsp::ChannelSeed s;
  for (const auto& row : seed_doubles) row.of(s) = in.hexadecimal(seed_key(channel, row.name));
  for (const auto& row : seed_counts) row.of(s) = in.value<std::uint64_t>(seed_key(channel, row.name));
  for (const auto& row : seed_flags) row.of(s) = in.value<int>(seed_key(channel, row.name)) != 0;
  s.reference_kind = in.one_of<dsp::ReferenceKind>(seed_key(channel, "reference_kind"), dsp::reference_kind_words);
  s.reference_earlier = in.value<int>(seed_key(channel, "reference_earlier")) != 0;
  s.repetitions = in.value<std::uint32_t>(seed_key(channel, "repetitions"));
  s.repetition.phase = in.one_of<dsp::RepetitionPhase>(seed_key(channel, "phase"), dsp::repetition_phase_words);
  s.trend = read_trend(in, seed_key(channel, "trend"));
  s.onset.baseline = read_baseline(in, seed_key(channel, "baseline"));
  s.onset.learning = read_learning(in, seed_key(channel, "learning"));
  s.first_efforts = read_efforts(in, seed_key(channel, "first_efforts"));
  return s;
}

}  // namespace myod::record
