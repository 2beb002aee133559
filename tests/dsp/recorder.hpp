// For tests of the pipeline: a sink that keeps everything, the exact noise of the oracles, and a feeder that cuts a
// signal into blocks of any size.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "dsp/features/table.hpp"
#include "dsp/math/axis.hpp"
#include "dsp/pipeline.hpp"

namespace myod::test {

struct KeptFrame {
  dsp::FrameHead head;
  std::vector<double> values;
  std::vector<dsp::ChannelStatus> status;

  double value(std::string_view name, std::size_t channel = 0) const {
    const auto rows = dsp::feature_rows(head.kind);
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (rows[i].name == name) return values.at(channel * head.features + i);
    throw std::out_of_range(std::string(name));
  }
  /// All but the shares of the window that are known in any case: what an invalid window says nothing of.
  std::vector<double> measured() const {
    std::vector<double> some;
    const auto rows = dsp::feature_rows(head.kind);
    for (std::size_t i = 0; i < values.size(); ++i)
      if (const auto name = rows[i % rows.size()].name; name != "rail_fraction" && name != "gap_fraction")
        some.push_back(values[i]);
    return some;
  }
};

struct KeptEvent {
  dsp::Event event;
  bool has_repetition = false;
  dsp::Repetition repetition;
};

/// Everything in the order it was told, as text with the bits of every number: equal strings are equal results.
class Recorder : public dsp::Sink {
 public:
  std::vector<KeptFrame> frames;
  std::vector<KeptEvent> events;
  std::vector<dsp::CommandResult> results;
  std::vector<double> uv;
  std::vector<std::uint8_t> valid;
  std::string told;

  void frame(const dsp::FeatureFrame& f) override {
    frames.push_back({f.head, {f.values.begin(), f.values.end()}, {f.status.begin(), f.status.end()}});
    say("frame");
    say(static_cast<int>(f.head.kind)), say(f.head.first_index), say(f.head.end_index), say(f.head.host_time_ns);
    for (const double v : f.values) say(std::bit_cast<std::uint64_t>(v));
    for (const auto& s : f.status)
      say(std::bit_cast<std::uint64_t>(s.valid_fraction)), say(s.reasons), say(static_cast<int>(s.grade));
    told += '\n';
  }
  void event(const dsp::Event& e, const dsp::Repetition* r) override {
    events.push_back({e, r != nullptr, r != nullptr ? *r : dsp::Repetition{}});
    say("event");
    say(static_cast<int>(e.kind)), say(e.channel), say(std::bit_cast<std::uint64_t>(e.t_event_s));
    say(std::bit_cast<std::uint64_t>(e.t_decision_s)), say(std::bit_cast<std::uint64_t>(e.value)), say(e.host_time_ns);
    told += e.text.view();
    if (r != nullptr)
      for (const double v :
           {r->start_s, r->end_s, r->peak_uv, r->peak_ref_pct, r->mean_uv, r->rest_before_s, r->mdf_hz})
        say(std::bit_cast<std::uint64_t>(v));
    told += '\n';
  }
  void result(const dsp::CommandResult& r) override {
    results.push_back(r);
    say("result"), say(r.id), say(r.at_index), say(static_cast<int>(r.done)),
        say(std::bit_cast<std::uint64_t>(r.value));
    told += r.text.view();
    told += '\n';
  }
  bool wants_conditioned() const override { return true; }
  void conditioned(std::uint64_t, std::size_t, std::span<const double> u, std::span<const std::uint8_t> v) override {
    uv.insert(uv.end(), u.begin(), u.end());
    valid.insert(valid.end(), v.begin(), v.end());
  }

  std::vector<KeptFrame> of(dsp::FrameKind kind) const {
    std::vector<KeptFrame> some;
    std::copy_if(frames.begin(), frames.end(), std::back_inserter(some),
                 [&](const auto& f) { return f.head.kind == kind; });
    return some;
  }
  std::vector<KeptEvent> of(dsp::EventKind kind) const {
    std::vector<KeptEvent> some;
    std::copy_if(events.begin(), events.end(), std::back_inserter(some),
                 [&](const auto& e) { return e.event.kind == kind; });
    return some;
  }

 private:
  void say(const char* word) { told += word; }
  template <typename T>
  void say(T number) {
    told.append(" ").append(std::to_string(number));
  }
};

/// Sum of 12 uniform numbers minus 6, exactly as tests/oracles/oracle.py.
inline std::vector<double> oracle_noise(std::size_t n, std::uint64_t seed) {
  std::vector<double> sum(n, 0.0);
  std::uint64_t z = seed;
  for (int k = 0; k < 12; ++k)
    for (double& v : sum) {
      z = z * 6364136223846793005ULL + 1442695040888963407ULL;
      v += static_cast<double>(z >> 11U) / 9007199254740992.0;
    }
  for (double& v : sum) v -= 6.0;
  return sum;
}

/// Half seconds of rest (3 uV) and effort (50 uV) on an electrode offset of 1500 uV.
inline std::vector<double> oracle_signal(std::size_t n, std::uint64_t rate_hz, std::uint64_t seed = 12345) {
  auto x = oracle_noise(n, seed);
  for (std::size_t i = 0; i < n; ++i) x[i] = x[i] * (i / (rate_hz / 2) % 2 == 1 ? 50.0 : 3.0) + 1500.0;
  return x;
}

inline dsp::Stream emg_stream(std::uint64_t rate_hz, std::size_t channels = 1) {
  dsp::Stream s;
  s.sensor = "test";
  s.rate_mhz = rate_hz * 1000;
  for (std::size_t c = 0; c < channels; ++c) {
    dsp::Channel channel;
    channel.name = std::string("m").append(std::to_string(c));
    s.channels.push_back(channel);
  }
  return s;
}

/// Feeds raw[from, to) instants whose sample index is the instant's place; `size` gives the length of the next block.
inline void feed(
    dsp::Pipeline& pipeline, dsp::Sink& sink, const std::vector<double>& raw, std::size_t from, std::size_t to,
    const std::function<std::size_t()>& size = [] { return std::size_t{64}; }) {
  const std::size_t channels = pipeline.stream().channels.size();
  while (from < to) {
    dsp::SampleBlock block;
    const std::size_t n = std::min(size(), to - from);
    block.head.instants = static_cast<std::uint32_t>(n);
    block.head.channels = static_cast<std::uint32_t>(channels);
    block.head.first_index = from;
    block.head.host_time_ns = dsp::math::nanoseconds(static_cast<std::int64_t>(from), pipeline.stream().rate_mhz);
    block.raw = std::span(raw).subspan(from * channels, n * channels);
    pipeline.process(block, sink);
    from += n;
  }
}

}  // namespace myod::test
