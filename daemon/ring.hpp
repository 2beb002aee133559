// Wait-free single-producer single-consumer ring of records of any size, written and read in place. The only thing
// threads share. A record is contiguous: one that does not fit before the end of the buffer starts again at its front.
// Producer: claim() .. fill .. publish(). Consumer: front() .. read .. release(). Each side is one thread.
#pragma once

#include <atomic>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

namespace myod::daemon {

class Ring {
 public:
  /// Room for at least `bytes` of records, headers included; rounded up to a power of two.
  explicit Ring(std::size_t bytes)
      : capacity_(std::bit_ceil(bytes < 64 ? std::size_t{64} : bytes)), words_(new std::uint64_t[capacity_ / 8]()) {}
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  /// Producer. Room for one record of `bytes`, 8-byte aligned; empty when the ring is full (nothing changed). A claim
  /// not published is forgotten by the next one.
  std::span<std::byte> claim(std::size_t bytes) noexcept {
    const std::size_t need = header + round_up(bytes);
    if (need > capacity_ / 2) return {};
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    const std::size_t at = head & (capacity_ - 1);
    const std::size_t skip = at + need > capacity_ ? capacity_ - at : 0;
    if (head + skip + need - tail_seen_ > capacity_) {
      tail_seen_ = tail_.load(std::memory_order_acquire);
      if (head + skip + need - tail_seen_ > capacity_) return {};
    }
    if (skip != 0) word(at) = wrap_mark;
    claimed_ = head + skip;
    word(claimed_ & (capacity_ - 1)) = bytes;
    claimed_end_ = claimed_ + need;
    return {bytes_at((claimed_ & (capacity_ - 1)) + header), bytes};
  }

  void publish() noexcept { head_.store(claimed_end_, std::memory_order_release); }

  /// Consumer. The oldest record; empty when there is none.
  std::span<const std::byte> front() noexcept {
    std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    if (tail == head_seen_) {
      head_seen_ = head_.load(std::memory_order_acquire);
      if (tail == head_seen_) return {};
    }
    if (word(tail & (capacity_ - 1)) == wrap_mark) {
      tail += capacity_ - (tail & (capacity_ - 1));
      tail_.store(tail, std::memory_order_release);
    }
    const std::size_t at = tail & (capacity_ - 1);
    front_end_ = tail + header + round_up(word(at));
    return {bytes_at(at + header), word(at)};
  }

  void release() noexcept { tail_.store(front_end_, std::memory_order_release); }

  std::size_t capacity() const noexcept { return capacity_; }
  /// Any thread, a moment's view: bytes in use.
  std::size_t used() const noexcept {
    const auto tail = tail_.load(std::memory_order_acquire);
    return head_.load(std::memory_order_acquire) - tail;
  }

  /// Typed use: one trivially copyable value per record, never zero-sized.
  template <typename T>
  bool push(const T& value) noexcept {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto room = claim(sizeof(T));
    if (room.empty()) return false;
    std::memcpy(room.data(), &value, sizeof(T));
    publish();
    return true;
  }

  template <typename T>
  bool pop(T& value) noexcept {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto record = front();
    if (record.empty()) return false;
    assert(record.size() == sizeof(T));
    std::memcpy(static_cast<void*>(&value), record.data(), sizeof(T));
    release();
    return true;
  }

 private:
  static constexpr std::size_t header = 8;
  static constexpr std::uint64_t wrap_mark = ~std::uint64_t{0};
  static constexpr std::size_t round_up(std::size_t n) { return (n + 7) & ~std::size_t{7}; }
  std::uint64_t& word(std::size_t at) noexcept { return words_[at / 8]; }
  std::byte* bytes_at(std::size_t at) noexcept { return reinterpret_cast<std::byte*>(words_.get()) + at; }

  const std::size_t capacity_;
  const std::unique_ptr<std::uint64_t[]> words_;
  alignas(64) std::atomic<std::uint64_t> head_{0};  // producer's line
  std::uint64_t tail_seen_ = 0;
  std::uint64_t claimed_ = 0;
  std::uint64_t claimed_end_ = 0;
  alignas(64) std::atomic<std::uint64_t> tail_{0};  // consumer's line
  std::uint64_t head_seen_ = 0;
  std::uint64_t front_end_ = 0;
};

}  // namespace myod::daemon
