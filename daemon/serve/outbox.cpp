// Three queues with one numbering; a loss travels with the frame it must precede, and is inherited when that is
// dropped.
#include "daemon/serve/outbox.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace myod::serve {
namespace {

constexpr std::array<std::string_view, 3> loss_words{"slow", "rate", "upstream"};

}  // namespace

bool Outbox::control(Bytes message) {
  if (control_bytes_ + message->size() > most_bytes_ && !control_.empty()) return false;
  control_bytes_ += message->size();
  control_.push_back({order_++, std::move(message)});
  return true;
}

bool Outbox::event(Bytes message) {
  if (events_.size() >= most_events_) return false;
  events_.push_back({order_++, std::move(message)});
  return true;
}

bool Outbox::frame(const FrameKey& key, Bytes message, bool may_drop) {
  newest_ns_ = key.written_ns;
  while (!frames_.empty() && (frame_bytes_ + message->size() > most_bytes_ || queued_ns() > most_age_ns_)) {
    if (!may_drop) return false;
    drop_oldest();
  }
  frame_bytes_ += message->size();
  frames_.push_back({order_++, std::move(message), key, extract(newest_, key.stream)});
  return true;
}

void Outbox::lose(const FrameKey& first, std::uint64_t last, std::uint64_t frames, LossReason reason) {
  add(newest_, {{first.stream, first.kind, reason}, {first.sequence, last, frames}});
  if (reason != LossReason::rate) lost_ += frames;
}

void Outbox::take(std::vector<Bytes>& out, std::size_t bytes) {
  for (std::size_t taken = 0; taken < bytes;) {
    std::deque<Item>* next = nullptr;
    for (auto* queue : {&control_, &events_, &frames_})
      if (!queue->empty() && (next == nullptr || queue->front().order < next->front().order)) next = queue;
    if (next == nullptr) return;
    Item& item = next->front();
    if (next == &control_) control_bytes_ -= item.bytes->size();
    if (next == &frames_) {
      frame_bytes_ -= item.bytes->size();
      tell(extract(dropped_, item.key.stream), out);
      tell(item.before, out);
    }
    if (next != &control_) ++sent_;
    taken += item.bytes->size();
    out.push_back(std::move(item.bytes));
    next->pop_front();
  }
}

void Outbox::finish(Bytes last) {
  control_.clear();
  events_.clear();
  frames_.clear();
  control_bytes_ = frame_bytes_ = 0;
  control(std::move(last));
}

void Outbox::add(Losses& losses, const Losses::value_type& loss) {
  const auto [at, fresh] = losses.insert(loss);
  if (fresh) return;
  at->second.from = std::min(at->second.from, loss.second.from);
  at->second.to = std::max(at->second.to, loss.second.to);
  at->second.frames += loss.second.frames;
}

Outbox::Losses Outbox::extract(Losses& from, std::uint32_t stream) {
  Losses of_stream;
  for (auto at = from.lower_bound({stream, v1::KIND_UNSPECIFIED, LossReason::slow});
       at != from.end() && std::get<0>(at->first) == stream;)
    of_stream.insert(from.extract(at++));
  return of_stream;
}

void Outbox::drop_oldest() {
  const Item& item = frames_.front();
  for (const auto& loss : item.before) add(dropped_, loss);
  add(dropped_, {{item.key.stream, item.key.kind, LossReason::slow}, {item.key.sequence, item.key.sequence, 1}});
  ++lost_;
  frame_bytes_ -= item.bytes->size();
  frames_.pop_front();
}

void Outbox::tell(const Losses& losses, std::vector<Bytes>& out) const {
  for (const auto& [key, span] : losses) {
    v1::ServerMessage message;
    v1::Loss& loss = *message.mutable_loss();
    loss.set_stream(std::get<0>(key));
    loss.set_kind(std::get<1>(key));
    loss.set_from(span.from);
    loss.set_to(span.to);
    loss.set_frames(span.frames);
    loss.set_reason(std::string(loss_words.at(static_cast<std::size_t>(std::get<2>(key)))));
    out.push_back(serialise(message));
  }
}

}  // namespace myod::serve
