#include "daemon/assembler.hpp"

#include <algorithm>
#include <cstring>

namespace myod::daemon {

namespace {

using sensors::Frame;
using sensors::ParseStatus;
using sensors::SkipReason;

constexpr std::size_t slice_bytes = 4096;   // bounds the buffer whatever is fed at once
constexpr std::size_t most_doubts = 32;     // frames without two that agree: lock is lost
constexpr std::size_t fresh_frames = 16;    // after our own start, only whole frames are looked for this long
constexpr std::size_t history_frames = 32;  // how far back a lock may reach

}  // namespace

Assembler::Assembler(const sensors::SensorRow& row, const sensors::Setup& setup, OnFrame on_frame)
    : row_(row),
      setup_(setup),
      modulus_(sensors::counter_modulus(row, setup)),
      size_(row.fixed_size ? sensors::frame_size(row, setup) : 0),
      axis_(modulus_, setup.rate_hz, row.instants, counts_, std::move(on_frame)),
      doubt_(most_doubts) {
  if (setup.unit != 0) unit_ = static_cast<std::uint32_t>(setup.unit);
  buffer_.reserve(2 * slice_bytes + row.max_frame_bytes * (row.lock_frames + history_frames));
}

void Assembler::feed(std::span<const std::uint8_t> bytes, std::int64_t arrival_ns) {
  arrival_ns_ = arrival_ns;
  while (!bytes.empty()) {
    const auto slice = bytes.first(std::min(bytes.size(), slice_bytes));
    bytes = bytes.subspan(slice.size());
    buffer_.insert(buffer_.end(), slice.begin(), slice.end());
    while (size_ != 0 ? step_fixed() : step_variable()) {
    }
    compact();
  }
  axis_.settle(arrival_ns);
}

void Assembler::reopened() {
  buffer_.clear();
  at_ = scan_ = doubts_ = 0;
  destroyed_ = 0;
  locked_ = line_started_ = fresh_ = false;
  axis_.reopened();
}

void Assembler::started() {
  line_started_ = fresh_ = true;
  if (row_.counts_from_zero) axis_.counts_from_zero();
}

void Assembler::compact() {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
  scan_ -= std::min(scan_, at_);
  at_ = 0;
}

sensors::ParseResult Assembler::parse_at(std::size_t at, Frame& frame) {
  return row_.parse(setup_, std::span<const std::uint8_t>(buffer_).subspan(at), frame);
}

void Assembler::believe(const Frame& frame, std::uint64_t windows) {
  counter_ = frame.counter;
  axis_.place(frame, windows, arrival_ns_);
}

// `lock_frames` good frames in a row, each counting up by one?
Assembler::Chain Assembler::chain_at(std::size_t at) {
  std::uint64_t before = 0;
  for (std::uint32_t i = 0; i < row_.lock_frames; ++i) {
    const auto result = parse_at(at, scratch_);
    if (result.status == ParseStatus::need_more) return Chain::need_more;
    if (result.status == ParseStatus::skip) {
      if (i == 0) skip(result.reason);
      return Chain::bad;
    }
    if (i != 0 && modulus_ != 0 && counter_step(before, scratch_.counter, modulus_, row_.instants) != row_.instants)
      return Chain::bad;
    before = scratch_.counter;
    at += result.size;
  }
  return Chain::good;
}

// Out of lock, or in doubt of it: tries every byte once, looking no further than `end`. True when lock was found.
bool Assembler::search(std::size_t end) {
  if (scan_ < at_) scan_ = at_;
  for (; scan_ + size_ * row_.lock_frames <= end; ++scan_) {
    const bool at_boundary = (scan_ - at_) % size_ == 0;
    if (fresh_ && scan_ - at_ == fresh_frames * size_) {  // something stood before the first frame after all
      fresh_ = false;
      scan_ = at_;
    }
    if (locked_ && at_boundary) continue;  // the boundary in doubt has its own rules
    if (fresh_ && !at_boundary) continue;
    if (chain_at(scan_) == Chain::good) {
      lock_at(scan_);
      return true;
    }
    if (!locked_ && scan_ - at_ > history_frames * size_) {
      ++at_;
      ++counts_.skipped_bytes;
    }
  }
  return false;
}

void Assembler::lock_at(std::size_t at) {
  // From our own start on in whole frames: then all of them were frames, also those too few to believe by themselves.
  const std::size_t start = fresh_ ? at_ : extend_back(at);
  fresh_ = false;
  counts_.skipped_bytes += start - at_;
  if (locked_) ++counts_.resyncs;
  locked_ = true;
  doubts_ = 0;
  std::uint64_t windows = 1;
  for (at_ = start; at_ <= at; at_ += size_, ++windows) {
    if (parse_at(at_, scratch_).status == ParseStatus::frame) {
      believe(scratch_, windows);
      windows = 0;
    } else {
      ++counts_.corrupted;
    }
  }
  scan_ = 0;
}

// The boundary is known now: frames before it that a corrupted or missing neighbour kept from being believed are real
// when they have the right counter for their distance (near ones), or agree with their neighbour.
std::size_t Assembler::extend_back(std::size_t at) {
  if (modulus_ == 0) return at;
  Frame frame;
  if (parse_at(at, frame).status != ParseStatus::frame) return at;
  std::size_t start = at;
  std::uint64_t start_counter = frame.counter, next_counter = frame.counter;
  bool next_good = true;
  for (std::size_t back = 1; back <= history_frames && at >= at_ + back * size_; ++back) {
    const std::size_t here = at - back * size_;
    const bool good = parse_at(here, frame).status == ParseStatus::frame;
    const std::size_t distance = (start - here) / size_;
    const bool right = distance <= row_.lock_frames &&
                       (start_counter + modulus_ - frame.counter) % modulus_ == distance * row_.instants % modulus_;
    const bool agrees = next_good && (next_counter + modulus_ - frame.counter) % modulus_ == row_.instants;
    if (good && (right || agrees)) {
      start = here;
      start_counter = frame.counter;
    }
    next_good = good;
    next_counter = frame.counter;
  }
  return start;
}

bool Assembler::step_locked() {
  const std::size_t windows = std::min(most_doubts, (buffer_.size() - at_) / size_);
  while (doubts_ < windows) {
    Window& w = doubt_[doubts_];
    const auto result = parse_at(at_ + doubts_ * size_, w.frame);
    w.good = result.status == ParseStatus::frame;
    if (!w.good) skip(result.reason);
    if (confirmed(doubts_++)) {
      accept(doubts_ - 1);
      return true;
    }
    if (search(at_ + doubts_ * size_)) return true;  // no further than the boundary was given the chance to show
  }
  if (doubts_ < most_doubts) return false;
  ++counts_.resyncs;
  ++counts_.skipped_bytes;
  locked_ = false;
  doubts_ = 0;
  scan_ = ++at_;
  return true;
}

bool Assembler::confirmed(std::size_t window) const {
  const Window& w = doubt_[window];
  if (!w.good) return false;
  if (modulus_ == 0) return true;
  const auto apart = [&](std::uint64_t before, std::size_t windows) {
    return (w.frame.counter + modulus_ - before) % modulus_ == windows * row_.instants % modulus_;
  };
  if (window <= 1 && apart(counter_, window + 1)) return true;
  for (std::size_t j = 0; j < window; ++j)
    if (doubt_[j].good && apart(doubt_[j].frame.counter, window - j)) return true;
  return false;
}

// The boundary holds up to here. Every good frame is real, unless it needs a whole turn of the counter that the host
// clock has no time for: then several of its bits were hit and its check passed by chance.
void Assembler::accept(std::size_t window) {
  std::uint64_t windows = 1;
  for (std::size_t k = 0; k <= window; ++k, ++windows) {
    const Window& w = doubt_[k];
    bool real = w.good;
    if (real && k < window && modulus_ != 0) {
      const std::uint64_t last = doubt_[window].frame.counter;
      const std::uint64_t with = counter_step(counter_, w.frame.counter, modulus_, windows * row_.instants) +
                                 counter_step(w.frame.counter, last, modulus_, (window - k) * row_.instants);
      const std::uint64_t without = counter_step(counter_, last, modulus_, (windows + window - k) * row_.instants);
      real = with == without || !axis_.too_early(with, arrival_ns_);
    }
    if (real) {
      believe(w.frame, windows);
      windows = 0;
    } else {
      ++counts_.corrupted;
    }
  }
  at_ += (window + 1) * size_;
  doubts_ = scan_ = 0;
}

bool Assembler::find_line_start() {
  const auto from = buffer_.begin() + static_cast<std::ptrdiff_t>(at_);
  const auto end = std::find(from, buffer_.end(), '\n');
  line_started_ = end != buffer_.end();
  const auto passed = static_cast<std::size_t>(end - from) + (line_started_ ? 1 : 0);
  counts_.skipped_bytes += passed;
  at_ += passed;
  return line_started_;
}

bool Assembler::step_variable() {
  if (row_.text_lines && !line_started_ && !find_line_start()) return false;
  if (at_ == buffer_.size()) return false;
  if (!locked_ && row_.lock_frames > 1) {
    const Chain chain = chain_at(at_);
    if (chain == Chain::need_more) return false;
    if (chain == Chain::bad) {
      ++at_;
      ++counts_.skipped_bytes;
      return true;
    }
  }
  const auto result = parse_at(at_, scratch_);
  if (result.status == ParseStatus::need_more) return false;
  at_ += result.size;
  if (result.status == ParseStatus::skip) {
    refuse(result);
    return true;
  }
  if (unit_ && *unit_ != scratch_.unit) {  // the one heard first is the sensor
    skip(SkipReason::other_unit);
    counts_.skipped_bytes += result.size;
    return true;
  }
  unit_ = scratch_.unit;
  locked_ = true;
  believe(scratch_, destroyed_ + 1);
  destroyed_ = 0;
  return true;
}

void Assembler::refuse(const sensors::ParseResult& result) {
  skip(result.reason);
  counts_.skipped_bytes += result.size;
  if (result.reason == SkipReason::wrong_columns) counts_.channels_seen = scratch_.values;
  if (result.reason == SkipReason::text || !locked_) return;
  ++counts_.corrupted;
  if (row_.text_lines) {
    if (modulus_ == 0) ++destroyed_;
    line_started_ = result.reason != SkipReason::too_long;
  } else {
    ++counts_.resyncs;
    locked_ = false;
  }
}

}  // namespace myod::daemon
