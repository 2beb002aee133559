// What waits to be written to one client, in order. Frames are bounded in bytes and in age: the oldest make room, so
// that a slow client sees fewer frames but those of the present, and their loss is told before the next frame of their
// stream. Events are bounded in number and never dropped; the rest (replies, descriptions) is bounded in bytes. Pure:
// no socket, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <tuple>
#include <vector>

#include "daemon/serve/messages.hpp"

namespace myod::serve {

enum class LossReason : unsigned char { slow, rate, upstream };

struct FrameKey {
  std::uint32_t stream = 0;
  v1::Kind kind = v1::KIND_UNSPECIFIED;  ///< unspecified: of any kind
  std::uint64_t sequence = 0;
  std::int64_t written_ns = 0;  ///< when it was made
};

class Outbox {
 public:
  Outbox(std::size_t most_bytes, std::size_t most_events, std::int64_t most_age_ns)
      : most_bytes_(most_bytes), most_events_(most_events), most_age_ns_(most_age_ns) {}

  /// False: too much of its kind waits already; nothing was queued and the client has to go.
  bool control(Bytes message);
  bool event(Bytes message);
  /// `may_drop` false: as above, else the oldest frames make room.
  bool frame(const FrameKey& key, Bytes message, bool may_drop);

  /// The client does not get sequences first.sequence..last of this stream and kind (`frames` of them).
  void lose(const FrameKey& first, std::uint64_t last, std::uint64_t frames, LossReason reason);

  /// Appends the next messages in order, until they have `bytes` or there are no more.
  void take(std::vector<Bytes>& out, std::size_t bytes);

  /// Forgets all that waits and puts `last` in its place.
  void finish(Bytes last);

  std::uint64_t sent() const { return sent_; }  ///< frames and events taken
  std::uint64_t lost() const { return lost_; }  ///< frames it should have had (not those thinned by its own wish)
  /// By how much the oldest frame that waits is older than the newest.
  std::int64_t queued_ns() const { return frames_.empty() ? 0 : newest_ns_ - frames_.front().key.written_ns; }
  std::size_t queued_bytes() const { return frame_bytes_ + control_bytes_; }

 private:
  struct Span {
    std::uint64_t from = 0, to = 0, frames = 0;
  };
  using Losses = std::map<std::tuple<std::uint32_t, v1::Kind, LossReason>, Span>;  // stream first
  struct Item {
    std::uint64_t order = 0;
    Bytes bytes;
    FrameKey key = {};
    Losses before = {};  // told just before it
  };
  static void add(Losses& losses, const Losses::value_type& loss);
  static Losses extract(Losses& from, std::uint32_t stream);
  void drop_oldest();
  void tell(const Losses& losses, std::vector<Bytes>& out) const;

  std::size_t most_bytes_, most_events_;
  std::int64_t most_age_ns_, newest_ns_ = 0;
  std::deque<Item> control_, events_, frames_;
  std::size_t control_bytes_ = 0, frame_bytes_ = 0;
  Losses dropped_;  // before the frames that wait
  Losses newest_;   // after them
  std::uint64_t order_ = 0, sent_ = 0, lost_ = 0;
};

}  // namespace myod::serve
