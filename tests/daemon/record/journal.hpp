// A journal for the recorder's tests: records as the dsp thread writes them, and a handler that keeps what comes back.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "daemon/record/journal_reader.hpp"
#include "daemon/record/recorder.hpp"
#include "daemon/records.hpp"
#include "dsp/features/table.hpp"

namespace myod::test {

inline dsp::Stream two_channels(const std::string& sensor = "arm") {
  dsp::Stream s;
  s.sensor = sensor;
  s.rate_mhz = 1'000'000;
  s.channels.resize(2);
  s.channels[0].name = "biceps <left> & \"long\"";
  s.channels[0].side = dsp::Side::left;
  s.channels[0].scale = 0.1;
  s.channels[0].offset = 512.0;
  s.channels[0].rail_low = 0.0;
  s.channels[0].rail_high = 1023.0;
  s.channels[1].name = "switch";
  s.channels[1].kind = dsp::ChannelKind::digital;
  return s;
}

/// The dsp thread's side: what it sends, counted when it does not fit.
class Journal {
 public:
  explicit Journal(std::size_t bytes = 1 << 20) : ring(bytes) {}

  void hand_over(std::uint32_t stream, std::uint32_t epoch, std::uint64_t at, std::vector<dsp::ChannelSeed> seeds,
                 const std::string& options) {
    const daemon::HandOverHead head{stream, epoch, at, seeds.size(), options.size()};
    put(daemon::RecordKind::hand_over, stream, daemon::one(head), std::span<const dsp::ChannelSeed>(seeds),
        std::span<const char>(options));
  }
  void block(std::uint32_t stream, std::uint64_t first, std::uint32_t channels, const std::vector<double>& raw,
             std::uint32_t flags = 0) {
    dsp::BlockHead head;
    head.stream = stream;
    head.channels = channels;
    head.instants = static_cast<std::uint32_t>(raw.size() / channels);
    head.first_index = first;
    head.flags = flags;
    head.device_counter = ~first;
    head.host_time_ns = 1'000'000'007 + static_cast<std::int64_t>(first) * 1'000'000;
    head.uncertainty_ns = 12'345;
    head.arrival_ns = head.host_time_ns + 333;
    put(daemon::RecordKind::block, stream, daemon::one(head), std::span<const double>(raw));
  }
  void command(const dsp::Command& c) { put(daemon::RecordKind::command, c.stream, daemon::one(c)); }
  void event(const dsp::Event& e, const dsp::Repetition* r = nullptr) {
    put(daemon::RecordKind::event, e.stream, daemon::one(e), std::span<const dsp::Repetition>(r, r != nullptr ? 1 : 0));
  }
  void frame(const dsp::FeatureFrame& f) {
    put(daemon::RecordKind::frame, f.head.stream, daemon::one(f.head), f.values, f.status);
  }

  daemon::Ring ring;
  daemon::Wake wake;
  std::atomic<std::uint64_t> dropped{0};
  std::int64_t now_ns = 2'000'000'000;

 private:
  template <typename... Parts>
  void put(daemon::RecordKind kind, std::uint32_t stream, const Parts&... parts) {
    if (!daemon::write_record(ring, {kind, stream, 0, now_ns}, parts...)) ++dropped;
    wake.ring();
  }
};

inline record::StartRequest request(std::vector<record::RecordedStream> streams) {
  record::StartRequest r;
  r.program = "myod test";
  r.configuration = "[condition]\nhighpass_hz = 20.0  # <&>\n";
  r.streams = std::move(streams);
  return r;
}

/// Waits for the disk thread, by asking it; nothing depends on how long it takes.
template <typename Condition>
record::RecorderState wait_for(const record::Recorder& recorder, Condition condition) {
  record::RecorderState s = recorder.state();
  while (!condition(s)) {
    std::this_thread::yield();
    s = recorder.state();
  }
  return s;
}
inline bool is_recording(const record::RecorderState& s) { return s.recording; }
inline bool has_ended(const record::RecorderState& s) { return !s.recording; }

/// Everything a journal holds, as text of its order and as values.
struct Kept final : record::JournalHandler {
  void hand_over(const record::HandOver& h) override {
    order += 'H';
    hand_overs.push_back(h);
  }
  void block(const dsp::SampleBlock& b) override {
    order += 'B';
    heads.push_back(b.head);
    raw.insert(raw.end(), b.raw.begin(), b.raw.end());
  }
  void command(const dsp::Command& c) override {
    order += 'C';
    commands.push_back(c);
  }
  void loss(std::uint32_t, const record::Loss& l) override {
    order += 'L';
    losses.push_back(l);
  }
  void frame(const dsp::FeatureFrame& f) override {
    order += 'F';
    frames.push_back(f.head);
    values.insert(values.end(), f.values.begin(), f.values.end());
    status.insert(status.end(), f.status.begin(), f.status.end());
  }
  void event(const dsp::Event& e, const dsp::Repetition* r) override {
    order += 'E';
    events.push_back({e, r != nullptr ? std::optional(*r) : std::nullopt});
  }

  std::string order;
  std::vector<record::HandOver> hand_overs;
  std::vector<dsp::BlockHead> heads;
  std::vector<double> raw, values;
  std::vector<dsp::Command> commands;
  std::vector<record::Loss> losses;
  std::vector<dsp::FrameHead> frames;
  std::vector<dsp::ChannelStatus> status;
  std::vector<record::RecordedEvent> events;
};

inline Kept read_all(const std::string& path) {
  record::JournalReader reader(path);
  Kept kept;
  while (reader.next(kept)) {
  }
  return kept;
}

inline bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

}  // namespace myod::test
