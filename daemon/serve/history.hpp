// The newest frames and events of one stream, for clients that come back: bounded in bytes and in number, the oldest
// make room. Frames are kept as the dsp thread told them and serialised when somebody asks, events as they were sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

#include "daemon/records.hpp"
#include "daemon/serve/messages.hpp"

namespace myod::serve {

class History {
 public:
  History(std::size_t frame_bytes, std::size_t events)
      : room_(frame_bytes / 8), words_(new std::uint64_t[room_]), most_events_(events) {}

  /// One that is larger than all the room leaves nothing.
  void frame(const daemon::RecordView& record);
  void event(std::uint64_t sequence, Bytes message);

  /// Those kept from that sequence on, oldest first. The view is valid during the call only.
  void frames_from(std::uint64_t sequence, const std::function<void(const daemon::RecordView&)>& tell) const;
  void events_from(std::uint64_t sequence, const std::function<void(const Bytes&)>& tell) const;

  /// The oldest that is kept; `none` when there is nothing.
  std::uint64_t first_frame(std::uint64_t none) const { return frames_.empty() ? none : frames_.front().head.sequence; }
  std::uint64_t first_event() const { return events_.empty() ? next_event_ : events_.front().sequence; }
  std::uint64_t next_event() const { return next_event_; }

 private:
  struct Frame {
    daemon::RecordHead head;
    std::size_t at = 0, bytes = 0;  // of the payload; at in words
  };
  struct Event {
    std::uint64_t sequence = 0;
    Bytes message;
  };
  std::size_t room_;                        // in words
  std::unique_ptr<std::uint64_t[]> words_;  // a ring of payloads, each in one piece; not touched before it is used
  std::size_t next_ = 0;
  std::deque<Frame> frames_;
  std::size_t most_events_;
  std::deque<Event> events_;
  std::uint64_t next_event_ = 0;
};

}  // namespace myod::serve
