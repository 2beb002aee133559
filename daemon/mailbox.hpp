// Newest wins: one writer leaves a value, one reader takes the newest, neither ever waits. Three slots: one the writer
// fills, one the reader reads, and one between them that is swapped.
#pragma once

#include <array>
#include <atomic>
#include <type_traits>

namespace myod::daemon {

template <typename T>
class Mailbox {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  /// Writer.
  void put(const T& value) noexcept {
    slots_[filling_] = value;
    filling_ = between_.exchange(filling_ | fresh, std::memory_order_acq_rel) & ~fresh;
  }
  /// Reader. The newest value ever put.
  const T& get() noexcept {
    if ((between_.load(std::memory_order_relaxed) & fresh) != 0)
      reading_ = between_.exchange(reading_, std::memory_order_acq_rel) & ~fresh;
    return slots_[reading_];
  }

 private:
  static constexpr unsigned fresh = 4;
  std::array<T, 3> slots_{};
  alignas(64) std::atomic<unsigned> between_{1};
  alignas(64) unsigned filling_ = 0;
  alignas(64) unsigned reading_ = 2;
};

}  // namespace myod::daemon
