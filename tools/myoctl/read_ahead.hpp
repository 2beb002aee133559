// Reads on a thread of its own what another one works on, a few items ahead.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <semaphore>
#include <thread>
#include <utility>

namespace myod::myoctl {

template <typename Item>
class ReadAhead {
 public:
  /// `read` fills the next item; false when there is none. It is called from another thread until it says so, throws,
  /// or this ends.
  explicit ReadAhead(std::function<bool(Item&)> read) : read_(std::move(read)), thread_([this] { run(); }) {}
  ~ReadAhead() {
    ended_.store(true);
    free_.release();
  }
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// The next item, good until the next call; nothing at the end. Throws what `read` has thrown.
  const Item* next() {
    if (taken_ > 0) free_.release();
    full_.acquire();
    const Slot& slot = slots_[taken_++ % depth];
    if (slot.error) std::rethrow_exception(slot.error);
    return slot.filled ? &slot.item : nullptr;
  }

 private:
  static constexpr std::size_t depth = 8;
  struct Slot {
    Item item{};
    bool filled = false;
    std::exception_ptr error;
  };

  void run() {
    for (std::size_t i = 0;; ++i) {
      free_.acquire();
      if (ended_.load()) return;
      Slot& slot = slots_[i % depth];
      try {
        slot.filled = read_(slot.item);
      } catch (...) {
        slot.filled = false;
        slot.error = std::current_exception();
      }
      full_.release();
      if (!slot.filled) return;
    }
  }

  std::function<bool(Item&)> read_;
  std::array<Slot, depth> slots_;
  std::counting_semaphore<depth + 1> free_{depth}, full_{0};
  std::atomic<bool> ended_{false};
  std::size_t taken_ = 0;
  std::jthread thread_;
};

}  // namespace myod::myoctl
