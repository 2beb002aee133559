// One field at a time, in the order of the .proto.
#include "proto/convert.hpp"

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "dsp/condition/stages.hpp"
#include "dsp/features/table.hpp"
#include "dsp/quality_text.hpp"
#include "dsp/rate_limits.hpp"
#include "dsp/words.hpp"

namespace myod::proto {
namespace {

template <typename Repeated>
void describe_features(dsp::FrameKind kind, const dsp::FeatureOptions& options, Repeated& out) {
  for (const dsp::FeatureRow& row : dsp::feature_rows(kind)) {
    v1::Feature& feature = *out.Add();
    feature.set_name(std::string(row.name));
    feature.set_unit(std::string(row.unit));
    feature.set_meaning(std::string(row.meaning));
    feature.set_window_ms(row.window_ms(options));
    feature.set_delay_ms(row.delay_ms(options));
  }
}

template <typename Repeated>
void describe_conditioning(const std::vector<dsp::StageInfo>& stages, Repeated& out) {
  for (const dsp::StageInfo& stage : stages) {
    v1::Stage& s = *out.Add();
    s.set_name(stage.text);
    s.set_delay_ms(stage.delay_s * 1000.0);
  }
}

}  // namespace

v1::Stream describe(const dsp::Stream& stream, const dsp::Options& options, std::uint32_t index, std::uint32_t epoch) {
  v1::Stream out;
  out.set_stream(index);
  out.set_epoch(epoch);
  out.set_sensor(stream.sensor);
  out.set_rate_hz(stream.rate_hz());
  for (const dsp::Channel& channel : stream.channels) {
    v1::Channel& c = *out.add_channels();
    c.set_name(channel.name);
    c.set_kind(std::string(dsp::word(dsp::channel_kind_words, channel.kind)));
    c.set_muscle(channel.muscle);
    c.set_side(std::string(dsp::word(dsp::side_words, channel.side)));
    c.set_unit(channel.unit);
    c.set_scale(channel.scale);
    c.set_offset(channel.offset);
    if (channel.condition)
      describe_conditioning(dsp::describe_stages(stream, options.condition, *channel.condition),
                            *c.mutable_conditioning());
  }
  describe_features(dsp::FrameKind::amplitude, options.features, *out.mutable_features());
  describe_features(dsp::FrameKind::spectrum, options.features, *out.mutable_spectrum());
  describe_features(dsp::FrameKind::control, options.features, *out.mutable_control());
  describe_conditioning(dsp::describe_stages(stream, options.condition, options.condition),
                        *out.mutable_conditioning());
  for (std::string& limit : dsp::rate_limits(options.condition, stream.rate_hz())) out.add_limits(std::move(limit));
  return out;
}

v1::Kind kind(dsp::FrameKind kind) {
  static constexpr std::array kinds{v1::KIND_FEATURES, v1::KIND_SPECTRUM, v1::KIND_CONTROL};
  return kinds.at(static_cast<std::size_t>(kind));
}

v1::Frame convert(const dsp::FeatureFrame& frame, double rate_hz, std::uint64_t sequence, std::int64_t written_ns) {
  const dsp::FrameHead& head = frame.head;
  v1::Frame out;
  out.set_stream(head.stream);
  out.set_epoch(head.epoch);
  out.set_sequence(sequence);
  out.set_kind(kind(head.kind));
  out.set_first_index(head.first_index);
  out.set_end_index(head.end_index);
  const auto steps = head.end_index > head.first_index ? head.end_index - head.first_index - 1 : 0;
  out.set_first_time_ns(head.host_time_ns - std::llround(static_cast<double>(steps) / rate_hz * 1e9));
  out.set_last_time_ns(head.host_time_ns);
  out.set_written_ns(written_ns);
  out.mutable_values()->Reserve(static_cast<int>(frame.values.size()));
  for (const double value : frame.values) out.add_values(static_cast<float>(value));
  for (const dsp::ChannelStatus& status : frame.status) {
    v1::ChannelStatus& s = *out.add_status();
    s.set_valid_fraction(status.valid_fraction);
    s.set_reasons(status.reasons);
    s.set_quality(dsp::quality_text(status.reasons, status.grade));
  }
  return out;
}

v1::Event convert(const dsp::Event& event, const dsp::Repetition* repetition, std::string_view channel,
                  std::uint64_t sequence) {
  v1::Event out;
  out.set_stream(event.stream);
  out.set_epoch(event.epoch);
  out.set_sequence(sequence);
  out.set_kind(std::string(dsp::word(dsp::event_kind_words, event.kind)));
  out.set_channel(std::string(channel));
  out.set_t_event_s(event.t_event_s);
  out.set_t_decision_s(event.t_decision_s);
  out.set_value(event.value);
  out.set_text(std::string(event.text.view()));
  out.set_time_ns(event.host_time_ns);
  if (repetition != nullptr) {
    v1::Repetition& r = *out.mutable_repetition();
    r.set_number(repetition->number);
    r.set_start_s(repetition->start_s);
    r.set_end_s(repetition->end_s);
    r.set_peak_uv(repetition->peak_uv);
    r.set_peak_ref_pct(repetition->peak_ref_pct);
    r.set_mean_uv(repetition->mean_uv);
    r.set_rest_before_s(repetition->rest_before_s);
    r.set_mdf_hz(repetition->mdf_hz);
    r.set_mnf_hz(repetition->mnf_hz);
    r.set_tension_s(repetition->tension_s);
    r.set_complete(repetition->complete);
  }
  return out;
}

v1::PairFrame convert(const dsp::PairFrame& frame, const dsp::PairNames& names, std::uint64_t sequence,
                      std::int64_t written_ns) {
  v1::PairFrame out;
  out.set_pair(static_cast<std::uint32_t>(frame.pair));
  out.set_sequence(sequence);
  out.set_name(names.name);
  out.set_kind(std::string(dsp::word(dsp::pair_kind_words, names.kind)));
  out.set_basis(std::string(dsp::word(dsp::pair_basis_words, names.basis)));
  out.set_first(names.first);
  out.set_second(names.second);
  out.set_time_ns(frame.time_ns);
  out.set_t_s(frame.t_s);
  out.set_written_ns(written_ns);
  out.set_valid(frame.valid != 0);
  out.set_cci_pct(frame.cci_pct);
  out.set_rudolph_pct(frame.rudolph_pct);
  out.set_symmetry_pct(frame.symmetry_pct);
  out.set_first_uv(frame.first_uv);
  out.set_second_uv(frame.second_uv);
  out.set_first_pct(frame.first_pct);
  out.set_second_pct(frame.second_pct);
  return out;
}

}  // namespace myod::proto
