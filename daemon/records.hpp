// What the dsp thread says, as ring records: a head, then the payload in place. The same records go to the serve thread
// (results) and to the disk thread (journal and results); events to the serve thread have a ring of their own.
//   block      BlockHead, doubles          journal
//   command    dsp::Command                journal
//   hand_over  HandOverHead, ChannelSeeds, options TOML  journal: a pipeline begins: which epoch, at which sample, seed
//   frame      dsp::FrameHead, doubles, ChannelStatus
//   event      dsp::Event, and dsp::Repetition when it is one
//   pair       dsp::PairFrame              results alone: the journal gives it again
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

#include "daemon/ring.hpp"
#include "dsp/block.hpp"
#include "dsp/command.hpp"
#include "dsp/results.hpp"
#include "dsp/seed.hpp"

namespace myod::daemon {

enum class RecordKind : std::uint32_t { block, command, hand_over, frame, event, pair };

struct RecordHead {
  RecordKind kind = RecordKind::block;
  std::uint32_t stream = 0;     ///< of a pair's frame: which pair
  std::uint64_t sequence = 0;   ///< frames: stream-wide over all kinds; events, pairs: a count of their own
  std::int64_t written_ns = 0;  ///< CLOCK_MONOTONIC of the wake that produced it
};

struct HandOverHead {
  std::uint32_t stream = 0;
  std::uint32_t epoch = 0;
  std::uint64_t at_index = 0;
  std::uint64_t channels = 0;    ///< seeds that follow
  std::uint64_t text_bytes = 0;  ///< then the options of the new pipeline, as TOML
};

/// A record as found in a ring; pointers into the ring, valid until release().
struct RecordView {
  RecordHead head;
  std::span<const std::byte> payload;

  /// The struct at the front of the payload.
  template <typename T>
  T as() const {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(static_cast<void*>(&value), payload.data(), sizeof(T));
    return value;
  }
  /// n values of T that follow `offset` bytes of payload.
  template <typename T>
  std::span<const T> array(std::size_t offset, std::size_t n) const {
    return {reinterpret_cast<const T*>(payload.data() + offset), n};
  }

  dsp::SampleBlock block() const {
    const auto h = as<dsp::BlockHead>();
    return {h, array<double>(sizeof h, std::size_t{h.instants} * h.channels)};
  }
  dsp::FeatureFrame frame() const {
    const auto h = as<dsp::FrameHead>();
    const std::size_t n = std::size_t{h.channels} * h.features;
    return {h, array<double>(sizeof h, n), array<dsp::ChannelStatus>(sizeof h + n * sizeof(double), h.channels)};
  }
  std::span<const dsp::ChannelSeed> seeds() const {
    return array<dsp::ChannelSeed>(sizeof(HandOverHead), as<HandOverHead>().channels);
  }
  std::string_view options_text() const {
    const auto h = as<HandOverHead>();
    const auto text = array<char>(sizeof h + h.channels * sizeof(dsp::ChannelSeed), h.text_bytes);
    return {text.data(), text.size()};
  }
};

inline RecordView view(std::span<const std::byte> record) {
  RecordView v;
  std::memcpy(&v.head, record.data(), sizeof v.head);
  v.payload = record.subspan(sizeof v.head);
  return v;
}

/// Writes head and payload parts as one record; false when the ring is full. Every part but the last is a multiple of 8
/// bytes.
template <typename... Parts>
bool write_record(Ring& ring, const RecordHead& head, const Parts&... parts) noexcept {
  const std::size_t size = sizeof head + (std::as_bytes(parts).size() + ...);
  auto room = ring.claim(size);
  if (room.empty()) return false;
  std::memcpy(room.data(), &head, sizeof head);
  std::size_t at = sizeof head;
  const auto put = [&](std::span<const std::byte> bytes) {
    if (!bytes.empty()) std::memcpy(room.data() + at, bytes.data(), bytes.size());
    at += bytes.size();
  };
  (put(std::as_bytes(parts)), ...);
  ring.publish();
  return true;
}

template <typename T>
std::span<const T, 1> one(const T& value) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 8 == 0);
  return std::span<const T, 1>(&value, 1);
}

}  // namespace myod::daemon
