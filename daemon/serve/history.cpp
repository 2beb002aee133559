#include "daemon/serve/history.hpp"

#include <cstring>
#include <utility>

namespace myod::serve {

void History::frame(const daemon::RecordView& record) {
  const std::size_t words = (record.payload.size() + 7) / 8;
  if (words > room_) return frames_.clear();
  if (next_ + words > room_) {  // from the front again; what lies beyond is the oldest
    while (!frames_.empty() && frames_.front().at >= next_) frames_.pop_front();
    next_ = 0;
  }
  while (!frames_.empty() && frames_.front().at >= next_ && frames_.front().at < next_ + words) frames_.pop_front();
  std::memcpy(words_.get() + next_, record.payload.data(), record.payload.size());
  frames_.push_back({record.head, next_, record.payload.size()});
  next_ += words;
}

void History::event(std::uint64_t sequence, Bytes message) {
  next_event_ = sequence + 1;
  events_.push_back({sequence, std::move(message)});
  if (events_.size() > most_events_) events_.pop_front();
}

void History::frames_from(std::uint64_t sequence, const std::function<void(const daemon::RecordView&)>& tell) const {
  for (const Frame& frame : frames_)
    if (frame.head.sequence >= sequence)
      tell({frame.head, std::as_bytes(std::span(words_.get() + frame.at, (frame.bytes + 7) / 8)).first(frame.bytes)});
}

void History::events_from(std::uint64_t sequence, const std::function<void(const Bytes&)>& tell) const {
  for (const Event& event : events_)
    if (event.sequence >= sequence) tell(event.message);
}

}  // namespace myod::serve
